// Tells a deadlock from a lost wakeup: by the cycle of owners if there is one, else by what was signalled before.
#include "harness/runtime/trace/quiescence.h"

#include <cstdio>

#include <wedge/scenario.h>

#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

// A reader may be kept out by a writer that itself waits for readers.
Task* writer_waiting_for(const Object& object) {
  for (Task* task = object.first_waiter; task != nullptr; task = task->wait_next)
    if (!task->wants_shared) return task;
  return nullptr;
}

// The one task that alone could end this task's wait, or null if there is no such single task.
Task* blocker_of(const Task& task) {
  if (task.joins != nullptr) return task.joins;
  if (task.waits_on == nullptr) return nullptr;
  const Object& object = *task.waits_on;
  switch (object.kind) {
    case ObjectKind::mutex:
    case ObjectKind::spin_lock:
    case ObjectKind::once:
      return object.owner;
    case ObjectKind::rwlock:
      if (object.owner != nullptr) return object.owner;
      if (task.wants_shared) return writer_waiting_for(object);
      for (std::uint32_t i = 0; i < object.holder_count && i < 8; ++i)
        if (Task* holder = scheduler.tasks[object.holders[i]]; holder->state != model::TaskState::ended) return holder;
      return nullptr;
    default:
      return nullptr;
  }
}

bool find_cycle() {
  model::Result& result = control->result;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    std::uint32_t length = 0;
    for (Task* task = scheduler.tasks[i]; task != nullptr && length < 64; task = blocker_of(*task)) {
      if (task->state == model::TaskState::ended) break;
      if (length > 0 && task->id == result.cycle[0]) {
        result.cycle_length = length;
        result.confirmed_cycle = true;
        return true;
      }
      result.cycle[length++] = task->id;
    }
  }
  return false;
}

// A wakeup was sent on what this task waits for, and did not reach it.
bool was_missed_by(const Task& task) {
  if (task.waits_on == nullptr) return false;
  const Object& object = *task.waits_on;
  if (object.kind != ObjectKind::condition && object.kind != ObjectKind::futex) return false;
  if (object.last_signaller == model::no_task) return false;
  if (object.last_woken == model::no_task) return true;                               // nobody was waiting
  return object.last_woken != task.id && object.last_signal_step >= task.since_step;  // it went to another one
}

const Task* find_missed() {
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    const Task& task = *scheduler.tasks[i];
    if (task.state != model::TaskState::ended && was_missed_by(task)) return &task;
  }
  return nullptr;
}

std::uint32_t blocked_tasks() {
  std::uint32_t blocked = 0;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i)
    blocked += scheduler.tasks[i]->state != model::TaskState::ended ? 1 : 0;
  return blocked;
}

}  // namespace

void report_unmet_obligation() {
  if (scheduler.obligations != nullptr && find_cycle()) return;  // a deadlock explains more
  for (const Obligation* open = scheduler.obligations; open != nullptr; open = open->next())
    if (!open->fulfilled()) {
      controlled = false;  // the explanation is the scenario's code, and no part of the execution any more
      fail(Outcome::unmet_obligation, "nothing can run any more, and this has not happened: %s", open->unmet().c_str());
    }
}

void classify_and_report_hang() {
  if (find_cycle()) {
    if (control->result.cycle_length == 1)
      fail(Outcome::deadlock, "task %u waits for itself", control->result.cycle[0]);
    fail(Outcome::deadlock, "%u tasks wait for each other", control->result.cycle_length);
  }
  if (const Task* task = find_missed()) {
    const Object& object = *task->waits_on;
    control->result.task = task->id;
    if (object.last_woken == model::no_task)
      fail(Outcome::lost_wakeup, "task %u waits for a wakeup that task %u sent at step %llu, when nobody was waiting",
           task->id, object.last_signaller, static_cast<unsigned long long>(object.last_signal_step));
    fail(Outcome::lost_wakeup, "task %u waits for a wakeup that task %u sent at step %llu; it woke task %u instead",
         task->id, object.last_signaller, static_cast<unsigned long long>(object.last_signal_step), object.last_woken);
  }
  fail(Outcome::deadlock, "%u tasks wait and nobody is left to wake them", blocked_tasks());
}

void report_deadline() {
  const double seconds = static_cast<double>(scheduler.deadline_ns) / 1e9;
  constexpr const char* passed = "s of virtual time have passed while nothing could run";
  for (const Obligation* open = scheduler.obligations; open != nullptr; open = open->next())
    if (!open->fulfilled()) {
      controlled = false;  // as above
      fail(Outcome::deadline, "%.3f %s, and this has not happened: %s", seconds, passed, open->unmet().c_str());
    }
  fail(Outcome::deadline, "%.3f %s", seconds, passed);
}

}  // namespace wedge::runtime
