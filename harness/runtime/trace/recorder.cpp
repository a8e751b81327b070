// Fills the control block: stacks as (module, offset), events with a running hash, and the state of everything at the
// end.
#include "harness/runtime/trace/recorder.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

#include <wedge/scenario.h>

#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/execution.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/event_log.h"
#include "harness/runtime/trace/explanation.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/stacks.h"

namespace wedge::runtime {

model::ControlBlock* control = nullptr;

namespace {

model::TaskRecord describe(const Task& task) {
  model::TaskRecord record{};
  record.id = task.id;
  record.parent = task.parent;
  record.state = task.state == model::TaskState::ended ? model::TaskState::ended
                 : task.enabled_at != not_enabled      ? model::TaskState::ready
                                                       : model::TaskState::blocked;
  record.operation = task.pending.operation;
  record.detached = task.detached;
  record.has_deadline = task.deadline != no_deadline;
  record.object = record.state == model::TaskState::ended ? 0 : log_number_of(task.pending);
  record.stack = task.final_stack != 0 ? task.final_stack : task.started ? task.pending.stack : 0;
  record.mutex = task.gave_up_mutex != 0 ? log_number_of(object_numbered(task.gave_up_mutex)) : 0;
  record.since_step = task.since_step;
  record.create_stack = task.create_stack;
  record.kernel_thread = task.context != nullptr ? task.context->tid : 0;
  if (task.named) std::memcpy(record.name, task.name, sizeof record.name);
  return record;
}

void capture_tasks() {
  Task* me = scheduler.current;
  if (me == nullptr) return;
  scheduler.capturing = true;
  scheduler.capture_return = me->context;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    Task* task = scheduler.tasks[i];
    if (task == me || !task->started || task->state == model::TaskState::ended) continue;
    switch_context(*me->context, *task->context);
  }
  scheduler.capturing = false;
}

}  // namespace

void begin_recording() {
  begin_stacks();
  begin_events();
  control->result.written = 0;
  control->result.diverged_at = 0;
  control->result.signal = 0;
  control->result.exit_status = -1;
  control->result.task = -1;
  control->result.stack = 0;
  control->result.cycle_length = 0;
  control->result.confirmed_cycle = false;
  control->result.misuse = {};
  control->result.round_since = model::no_round;
  control->result.text[0] = '\0';
  control->result.notes = 0;
  control->result.memory.fault = model::MemoryFault::none;
  control->streams.magic = 0;
}

void record_result(Outcome outcome) {
  model::Result& result = control->result;
  result.outcome = outcome;
  result.steps = scheduler.step;
  result.choices = scheduler.step;
  result.virtual_ns = scheduler.now_ns;
  if (scheduler.current != nullptr && result.task < 0) result.task = scheduler.current->id;
  const bool has_place = outcome != Outcome::deadlock && outcome != Outcome::lost_wakeup && outcome != Outcome::race;
  if (result.stack == 0 && has_place) result.stack = record_stack();
  if (scheduler.current != nullptr && scheduler.current->state != model::TaskState::ended)
    scheduler.current->final_stack = result.stack != 0 ? result.stack : record_stack();
  capture_tasks();
  result.tasks = scheduler.task_count;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) control->tasks[i] = describe(*scheduler.tasks[i]);
  finish_events();
  result.objects = describe_objects();
  finish_stacks();
}

void fail(Outcome outcome, const char* format, ...) {
  if (is_free()) claim_last_word();
  mode = {};
  std::va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(control->result.text, sizeof control->result.text, format, arguments);
  va_end(arguments);
  add_explanation(outcome);
  record_result(outcome);
  finish_process();
}

void unsupported(const char* call, const char* why) {
  controlled = false;
  std::snprintf(control->result.text, sizeof control->result.text, "%s is not controlled yet: %s", call, why);
  record_result(Outcome::unsupported);
  finish_process();
}

void diverge(const char* why) {
  controlled = false;
  control->result.diverged_at = scheduler.step;
  std::snprintf(control->result.text, sizeof control->result.text, "diverged at step %llu: %s",
                static_cast<unsigned long long>(scheduler.step), why);
  record_result(Outcome::diverged);
  finish_process();
}

void check_failed(const char* condition, const char* file, int line) {
  controlled = false;
  char text[512];
  std::snprintf(text, sizeof text,
                "wedge: internal error: %s does not hold (%s:%d), seed %llu, execution %llu, step %llu\n", condition,
                file, line, static_cast<unsigned long long>(control != nullptr ? control->request.seed : 0),
                static_cast<unsigned long long>(control != nullptr ? control->progress.execution : 0),
                static_cast<unsigned long long>(scheduler.step));
  raw::complain(text);
  raw::exit_process(70);
}

}  // namespace wedge::runtime
