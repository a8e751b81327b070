// What the serving loop and the scheduler need of each other at the ends of an execution.
#pragma once

namespace wedge::runtime {

struct Task;

// Scenario programs: the execution passed but left tasks behind, so this process cannot run another. Ends the process.
[[noreturn]] void leave_dirty_execution();
// Plain programs: the last task called pthread_exit; the process ends with status 0.
[[noreturn]] void exit_as_last_task();
// The result is written: tells the supervisor by ending the process (after a stop for the debugger, if wanted).
[[noreturn]] void finish_process();

}  // namespace wedge::runtime
