// Says what it means that nothing can run any more, or not before a deadline has passed.
#pragma once

namespace wedge::runtime {

void report_unmet_obligation();  // returns if there is none
[[noreturn]] void classify_and_report_hang();
// The clock stands at the deadline. Names what has not happened by then, if the scenario said what was to happen.
[[noreturn]] void report_deadline();

}  // namespace wedge::runtime
