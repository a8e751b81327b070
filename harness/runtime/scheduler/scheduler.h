// The scheduler: who may run, who runs next, when time passes, and when an execution is over.
//
// Exactly one task runs at any moment, on whichever carrier, so nothing here is locked. All calls come from the running
// task, except begin() and the run_* functions, which the serving loop calls while nothing is controlled.
// Nothing on the way from point() to the next task allocates, formats, locks or makes a system call.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/mode.h"
#include "harness/runtime/objects/object.h"
#include "harness/runtime/scheduler/task.h"
#include "harness/runtime/strategy/strategy.h"

namespace wedge {
class Obligation;
}

namespace wedge::runtime {

using model::ObjectKind;
using model::Operation;

// Reasons why a decision must take the long way.
namespace attention {
inline constexpr std::uint32_t logging = 1;      // events are written down
inline constexpr std::uint32_t replaying = 2;    // choices come from a trace
inline constexpr std::uint32_t timers = 4;       // a timed wait is pending and may fire early
inline constexpr std::uint32_t descriptors = 8;  // a descriptor changed while tasks wait for descriptors
inline constexpr std::uint32_t spurious = 16;    // condition waiters exist that may wake without a signal
inline constexpr std::uint32_t guided = 32;      // choices come from a guide
inline constexpr std::uint32_t asking = 64;      // the strategy is asked even if only one task can go on
inline constexpr std::uint32_t noting = 128;     // what each task does is noted down, for later executions
inline constexpr std::uint32_t exploring = 256;  // choices come from an exhaustive search
inline constexpr std::uint32_t probing = 512;    // states are compared: does the program go round for ever?
inline constexpr std::uint32_t watching = 1024;  // under the fair suffix: who gets on?
}  // namespace attention

inline constexpr std::uint64_t clock_start_ns = std::uint64_t{1'000} * 1'000'000'000;  // CLOCK_MONOTONIC at step 0
inline constexpr std::uint64_t realtime_offset_ns =
    std::uint64_t{1'600'000'000} * 1'000'000'000;         // CLOCK_REALTIME ahead of it
inline constexpr std::int32_t plain_spin_limit = 20'000;  // plain accesses without a point before one is inserted

struct Scheduler : Choice {
  std::uint32_t attention = 0;
  std::int32_t plain_countdown = plain_spin_limit;
  std::uint64_t alarm_step = 0;  // at this step the long way is taken: fair suffix first, then the end
  volatile std::uint64_t* heartbeat = nullptr;
  Strategy* strategy = nullptr;

  Task** tasks = nullptr;  // by number
  std::uint32_t task_count = 0;
  std::uint32_t live_tasks = 0;
  Task** timed = nullptr;  // tasks whose wait has a deadline
  std::uint32_t timed_count = 0;
  std::uint64_t timer_ns = no_deadline;  // when the next timer descriptor expires
  std::uint32_t condition_waiters = 0;
  std::uint32_t descriptor_waiters = 0;
  std::uint64_t now_ns = 0;                 // virtual, since the start of the execution
  std::uint64_t idle_ns = 0;                // of that, time that passed because nothing could run
  std::uint64_t deadline_ns = no_deadline;  // in idle time
  std::uint64_t max_steps = 0;
  std::uint64_t progress_step = 0;  // at which the program said last that there is progress
  std::uint64_t unseen = 0;         // grows with what the state of memory and objects does not show, such as time
  std::uint64_t replay_length = 0;
  bool early_timeouts = true;
  bool spurious_wakeups = false;
  bool reports_misuse = true;
  bool capturing = false;  // tasks are resumed only to write down their stacks
  bool main_finished = false;
  bool fair = false;
  Context* home = nullptr;  // scenario programs: where to go when the execution is over
  Context* capture_return = nullptr;
  wedge::Obligation* obligations = nullptr;
};

extern Scheduler scheduler;
extern bool instrumented;  // compiled with -fsanitize=thread: plain code between points is visible

void allocate_scheduler();
void begin_execution(const model::Request& request, std::uint64_t execution);

// Tasks
// -----------------------------------------------------------------------------------------------------------------
Task* new_task();
void enable(Task* task);
void disable(Task* task);

// A place where the scheduler may switch, before `operation` on the thing that `key` names.
void decide();
void log_stack_of_pending(Task* task);

// Synchronisation objects in freed memory; atomics and plain memory are looked at as the accesses that they are.
[[gnu::always_inline]] inline void check_pending_object(const Task& task) {
  const ObjectKind kind = task.pending.kind;
  if (kind != ObjectKind::atomic && kind != ObjectKind::memory) heap::check_object(task.pending.key, kind);
}

[[gnu::always_inline]] inline void announce(Operation operation, ObjectKind kind, const void* key, bool writes,
                                            std::uint32_t object = 0) {
  Task* task = scheduler.current;
  task->pending.operation = operation;
  task->pending.kind = kind;
  task->pending.key = key;
  task->pending.writes = writes;
  task->pending.object = object;
  task->since_step = scheduler.step;
  if (operation != Operation::futex_wake) check_pending_object(*task);  // who wakes need not own what he names
  if (scheduler.attention & attention::logging) [[unlikely]]
    log_stack_of_pending(task);
}

[[gnu::always_inline]] inline void point(Operation operation, ObjectKind kind, const void* key, bool writes = true,
                                         std::uint32_t object = 0) {
  announce(operation, kind, key, writes, object);
  decide();
  if (operation != Operation::futex_wake) check_pending_object(*scheduler.current);
}

inline void point(Operation operation, const Object& object, bool writes = true) {
  point(operation, object.kind, object.address, writes, object.number);
}

// Uninstrumented code after a releasing operation can only be reached by others if there is a point behind it too.
inline void point_after_release() {
  if (!instrumented) {
    point(Operation::proceed, ObjectKind::none, nullptr, false);
  }
}

// Blocking
// --------------------------------------------------------------------------------------------------------------
// Disables the caller and lets others run until somebody enables it. `deadline` is virtual time; see Wake for the
// result.
Wake block(std::uint64_t deadline = no_deadline);
// Announced operation whose object is not free: the caller stays in the object's list until it may have it.
void make_ready(Task* task, Wake why);

void add_waiter(Object& object, Task* task);
void remove_waiter(Task* task);

// The program says that there is progress, though its state may look the same: its steps count from here.
void note_progress();
std::uint64_t next_alarm();

// One of n equally permitted results, chosen by the strategy and recorded.
std::uint32_t choose_value(std::uint32_t n);

// The result of the operation just logged, for the trace.
void log_result(std::int32_t result);

// Time
// ------------------------------------------------------------------------------------------------------------------
void set_timer(Task* task, std::uint64_t deadline);
void clear_timer(Task* task);
std::uint64_t read_clock();  // a point; moves the clock on when a task does nothing but look at it

// The end
// --------------------------------------------------------------------------------------------------------------- The
// calling task ends: destructors have run. Does not return to it.
void end_current_task();
// Everything has come to rest: classifies, and reports unless all is well.
void at_quiescence();
// Writes the result and ends the process.
[[noreturn]] void fail(Outcome outcome, const char* format, ...) __attribute__((format(printf, 2, 3)));
[[noreturn]] void unsupported(const char* call, const char* why);
void check_descriptors();  // enables tasks whose descriptors have become ready
bool wait_for_outside();   // nothing can run: waits for descriptors that other processes serve; false: there are none
std::uint64_t next_idle_expiry();  // of a timer descriptor whose expiry could enable somebody
void expire_timers(bool idle);     // those that are due

}  // namespace wedge::runtime

#define WEDGE_CHECK(condition)                                        \
  do {                                                                \
    if (!(condition)) [[unlikely]]                                    \
      ::wedge::runtime::check_failed(#condition, __FILE__, __LINE__); \
  } while (false)

namespace wedge::runtime {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}
