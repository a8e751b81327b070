// Says what it means that nothing can run any more.
#pragma once

namespace wedge::runtime {

void report_unmet_obligation();  // returns if there is none
[[noreturn]] void classify_and_report_hang();

}  // namespace wedge::runtime
