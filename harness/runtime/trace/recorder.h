// Writes what happens into the control block: events while logging, and everything about tasks and objects when it
// ends.
#pragma once

#include "harness/model/control_block.h"
#include "harness/runtime/scheduler/task.h"

namespace wedge::runtime {

// The control block this process writes to; never null once an execution may begin.
extern model::ControlBlock* control;

void begin_recording();

// The caller's stack, without the runtime's own frames. 0: could not be read.
std::uint32_t record_stack();
// The stack of the task on whose stack the caller runs, kept as the place where that task stood at the end.
void record_stack_of_task(Task& task);

void log_event(const Task& next);
void log_clock_event(model::Operation operation);
void log_value_event(std::uint32_t value, std::uint32_t n);
void log_note(const char* text, std::size_t length);

// Fills the result with all that is known; does not set `written`.
void record_result(Outcome outcome);

[[noreturn]] void diverge(const char* why);

// Scheduler internals that the decision loop and the objects share.
void time_out(Task* task);
void wake_spuriously();

}  // namespace wedge::runtime
