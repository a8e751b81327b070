// Points and decisions: the hot path of every controlled execution, and the long way for everything unusual.
#include "harness/runtime/scheduler/scheduler.h"

#include <new>

#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/coverage.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/guide.h"
#include "harness/runtime/scheduler/lasso.h"
#include "harness/runtime/strategy/profile.h"
#include "harness/runtime/trace/quiescence.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

Scheduler scheduler;
constinit Mode mode;
bool instrumented = false;

namespace {

void switch_to(Task* next) {
  Context* mine = scheduler.current->context;
  scheduler.current = next;
  switch_context(*mine, *next->context);
  while (scheduler.capturing) [[unlikely]] {
      record_stack_of_task(*mine->task);
      switch_context(*mine, *scheduler.capture_return);
    }
}

void record_choice(model::ChoiceEntry entry) {
  if (mutated(Mutation::skip_choice) && scheduler.step % 5 == 4) entry = 0;
  scheduler.choices[scheduler.step++] = entry;
  *scheduler.heartbeat = *scheduler.heartbeat + 1;
}

void run(Task* next) {
  next->yielded = false;
  if (next == scheduler.current) return;
  if (covered != nullptr) note_switch(*scheduler.current, *next);
  switch_to(next);
}

std::uint64_t earliest_deadline(bool idle) {
  std::uint64_t earliest = scheduler.timer_ns;
  if (idle && earliest != no_deadline) earliest = next_idle_expiry();
  for (std::uint32_t i = 0; i < scheduler.timed_count; ++i)
    if (scheduler.timed[i]->deadline < earliest) earliest = scheduler.timed[i]->deadline;
  return earliest;
}

void end_due_waits(bool idle) {
  for (std::uint32_t i = 0; i < scheduler.timed_count;) {
    Task* task = scheduler.timed[i];
    if (task->deadline <= scheduler.now_ns)
      time_out(task);  // takes it out of the list and puts another in its place
    else
      ++i;
  }
  if (scheduler.timer_ns <= scheduler.now_ns) expire_timers(idle);
}

// Moves the clock to the earliest deadline and ends every wait that is due.
void advance_clock(bool idle) {
  const std::uint64_t earliest = earliest_deadline(idle);
  if (earliest > scheduler.now_ns) {
    const std::uint64_t passed = earliest - scheduler.now_ns;
    if (idle) {
      if (scheduler.idle_ns + passed > scheduler.deadline_ns) {
        scheduler.now_ns += scheduler.deadline_ns - scheduler.idle_ns;
        report_deadline();
      }
      scheduler.idle_ns += passed;
    }
    scheduler.now_ns = earliest;
  }
  if (scheduler.attention & attention::logging)
    log_clock_event(idle ? Operation::idle_timeout : Operation::early_timeout);
  end_due_waits(idle);
}

// Nothing is enabled. Returns false if the execution is over and the caller's context now serves another one.
bool find_something_to_do() {
  if (scheduler.descriptor_waiters > 0) {
    check_descriptors();
    if (scheduler.enabled_count > 0) return true;
  }
  if (scheduler.timed_count > 0 || (scheduler.timer_ns != no_deadline && next_idle_expiry() != no_deadline)) {
    if (exploring()) explored_idle_time();
    advance_clock(true);
    return true;
  }
  if (wait_for_outside()) {
    if (exploring()) leave_exploration(model::search_cut::undetermined);  // others decide what comes next
    return true;
  }
  at_quiescence();
  return false;
}

// Steps since the program last said that there is progress.
std::uint64_t budget_end() {
  constexpr std::uint64_t room = model::max_choices - 2;
  const std::uint64_t end = scheduler.progress_step + scheduler.max_steps;
  return end < room ? end : room;
}

[[noreturn]] void fail_out_of_steps() {
  const auto budget = static_cast<unsigned long long>(scheduler.max_steps);
  if (const Task* task = starved_task())
    fail(Outcome::livelock,
         "the step budget of %llu is used up, the last half of it under a fair schedule; task %u got nowhere in it, "
         "while others got on",
         budget, task->id);
  fail(Outcome::livelock, "the step budget of %llu is used up, the last half of it under a fair schedule", budget);
}

[[noreturn]] void fail_going_round() {
  fail(Outcome::livelock,
       "it goes round for ever: whichever task runs next, all stacks, objects and memory come back to what they were");
}

void on_alarm() {
  if (scheduler.step >= budget_end()) fail_out_of_steps();
  const bool fair_from_now = !scheduler.fair && scheduler.step >= scheduler.progress_step + scheduler.max_steps / 2;
  if (fair_from_now) {
    scheduler.fair = true;
    scheduler.attention &= ~(attention::guided | attention::asking);
    scheduler.attention |= attention::watching;
    if (exploring()) leave_exploration(model::search_cut::steps);
    scheduler.strategy = &fair_suffix();
  }
  update_probe(fair_from_now);
  scheduler.alarm_step = next_alarm();
}

// The trace says that it goes round from here; whether it does is looked at again.
void confirm_lasso() {
  if (!find_repetition(control->result.round_since)) diverge("what goes round in the trace does not");
  record_choice(model::lasso_choice);
  fail_going_round();
}

model::ChoiceEntry replayed_choice() {
  if (scheduler.step >= scheduler.replay_length) diverge("the trace ends here, but the program goes on");
  return scheduler.choices[scheduler.step];
}

// Without early timeouts the clock still has to move now and then: a task may spin until another one's sleep is over.
bool timeout_is_due_now() {
  constexpr std::uint64_t patience = 4096;
  // A timer descriptor that nobody waits for is no timeout; it must expire some time, but need not surprise anybody.
  const bool somebody_waits = scheduler.timed_count > 0 || scheduler.descriptor_waiters > 0;
  return scheduler.early_timeouts && somebody_waits ? scheduler.strategy->fires_timeout()
                                                    : scheduler.step % patience == patience - 1;
}

model::ChoiceEntry next_entry() {
  if (scheduler.attention & attention::replaying) return replayed_choice();
  if (scheduler.attention & attention::guided) return guided_choice();
  if (exploring()) return explored_choice();
  if (scheduler.attention & attention::probing) return probing_choice();
  if ((scheduler.attention & attention::timers) && timeout_is_due_now()) return model::clock_choice;
  if ((scheduler.attention & attention::spurious) && scheduler.strategy->wakes_spuriously())
    return model::spurious_choice;
  if (scheduler.enabled_count == 1 && !(scheduler.attention & attention::asking)) return scheduler.enabled[0]->id;
  return scheduler.enabled[scheduler.strategy->choose(scheduler)]->id;
}

void end_if_it_goes_round() {
  if (!goes_round()) return;
  record_choice(model::lasso_choice);
  fail_going_round();
}

[[gnu::noinline]] void decide_with_attention() {
  if (exploring()) announce_explored();
  if (scheduler.attention & attention::probing) WEDGE_NOTE_FRAME();
  for (;;) {
    if (scheduler.step >= scheduler.alarm_step) on_alarm();
    if (scheduler.attention & attention::descriptors) check_descriptors();
    if (scheduler.enabled_count == 0) {
      if (!find_something_to_do()) return;
      continue;
    }
    if (scheduler.attention & attention::probing) end_if_it_goes_round();
    const model::ChoiceEntry entry = next_entry();
    if (entry == model::lasso_choice) confirm_lasso();
    if (scheduler.attention & attention::probing) note_move(entry);
    if (scheduler.attention & attention::replaying) remember_state();
    if (entry == model::clock_choice) {
      if (scheduler.timed_count == 0 && scheduler.timer_ns == no_deadline)
        diverge("the trace fires a timeout, but nothing waits with one");
      record_choice(entry);
      advance_clock(false);
      continue;
    }
    if (entry == model::spurious_choice) {
      if (scheduler.condition_waiters == 0) diverge("the trace wakes a condition waiter, but there is none");
      record_choice(entry);
      wake_spuriously();
      continue;
    }
    if (entry >= scheduler.task_count || scheduler.tasks[entry]->enabled_at == not_enabled)
      diverge("the trace goes on with a task that cannot run");
    Task* next = scheduler.tasks[entry];
    if (scheduler.attention & attention::logging) log_event(*next);
    if (scheduler.attention & attention::noting) note_operation(control->search_report.current, *next);
    if (scheduler.attention & attention::watching) watch_progress(*next);
    record_choice(entry);
    run(next);
    return;
  }
}

}  // namespace

void decide() {
  Scheduler& s = scheduler;
  s.plain_countdown = plain_spin_limit;
  if (s.attention != 0 || s.step >= s.alarm_step || s.enabled_count == 0) [[unlikely]] {
    decide_with_attention();
    return;
  }
  Task* next = s.enabled_count == 1 ? s.enabled[0] : s.enabled[s.strategy->choose(s)];
  record_choice(next->id);
  run(next);
}

std::uint64_t next_alarm() {
  const std::uint64_t end = budget_end();
  const std::uint64_t fair = scheduler.progress_step + scheduler.max_steps / 2;
  const std::uint64_t alarm = scheduler.fair || fair > end ? end : fair;
  return next_probe() < alarm ? next_probe() : alarm;
}

void note_progress() {
  scheduler.progress_step = scheduler.step;
  ++scheduler.current->good_steps;
  restart_probes();
  scheduler.alarm_step = next_alarm();
}

void enable(Task* task) {
  if (task->enabled_at != not_enabled) return;
  task->enabled_at = scheduler.enabled_count;
  scheduler.enabled[scheduler.enabled_count++] = task;
}

void disable(Task* task) {
  if (task->enabled_at == not_enabled) return;
  Task* last = scheduler.enabled[--scheduler.enabled_count];
  scheduler.enabled[task->enabled_at] = last;
  last->enabled_at = task->enabled_at;
  task->enabled_at = not_enabled;
}

Wake block(std::uint64_t deadline) {
  Task* task = scheduler.current;
  task->wake = Wake::none;
  if (deadline != no_deadline) set_timer(task, deadline);
  disable(task);
  task->state = model::TaskState::blocked;
  decide();
  task->state = model::TaskState::ready;
  if (deadline != no_deadline) clear_timer(task);
  task->clock_reads = 0;
  return task->wake;
}

void make_ready(Task* task, Wake why) {
  task->wake = why;
  step_wakes(*task);
  enable(task);
}

void add_waiter(Object& object, Task* task) {
  WEDGE_CHECK(!task->in_wait_list);
  task->in_wait_list = true;
  task->waits_on = &object;
  task->wait_next = nullptr;
  task->wait_previous = object.last_waiter;
  (object.last_waiter != nullptr ? object.last_waiter->wait_next : object.first_waiter) = task;
  object.last_waiter = task;
  ++object.waiters;
}

void remove_waiter(Task* task) {
  if (!task->in_wait_list) return;
  Object& object = *task->waits_on;
  (task->wait_previous != nullptr ? task->wait_previous->wait_next : object.first_waiter) = task->wait_next;
  (task->wait_next != nullptr ? task->wait_next->wait_previous : object.last_waiter) = task->wait_previous;
  task->in_wait_list = false;
  task->waits_on = nullptr;
  --object.waiters;
}

std::uint32_t choose_value(std::uint32_t n) {
  if (n <= 1) return 0;
  ++scheduler.unseen;
  std::uint32_t value;
  if (scheduler.attention & attention::replaying) {
    const model::ChoiceEntry entry = replayed_choice();
    value = static_cast<std::uint32_t>(entry - model::first_value);
    if (entry < model::first_value || value >= n) diverge("the trace makes a choice that is not offered");
  } else if (scheduler.attention & attention::guided) {
    value = guided_value(n);
  } else if (exploring()) {
    value = explored_value(n);
  } else {
    value = scheduler.strategy->choose_value(n);
  }
  if (scheduler.attention & attention::logging) log_value_event(value, n);
  record_choice(static_cast<model::ChoiceEntry>(model::first_value + value));
  return value;
}

void set_timer(Task* task, std::uint64_t deadline) {
  if (mutated(Mutation::ignore_timeout)) return;
  task->deadline = deadline;
  task->timer_at = scheduler.timed_count;
  scheduler.timed[scheduler.timed_count++] = task;
  scheduler.attention |= attention::timers;
  step_touches(&scheduler.now_ns, ObjectKind::clock);
}

void clear_timer(Task* task) {
  if (task->timer_at == not_enabled) return;
  step_touches(&scheduler.now_ns, ObjectKind::clock);
  Task* last = scheduler.timed[--scheduler.timed_count];
  scheduler.timed[task->timer_at] = last;
  last->timer_at = task->timer_at;
  task->timer_at = not_enabled;
  task->deadline = no_deadline;
  if (scheduler.timed_count == 0 && scheduler.timer_ns == no_deadline) scheduler.attention &= ~attention::timers;
}

std::uint64_t read_clock() {
  constexpr std::uint32_t patience = 64;  // reads without blocking that are still ordinary
  constexpr std::uint64_t tick_ns = 50;
  Task* task = scheduler.current;
  point(Operation::read_clock, ObjectKind::clock, &scheduler.now_ns, false);
  const std::uint32_t reads = ++task->clock_reads;
  ++scheduler.unseen;
  std::uint64_t passed = tick_ns;
  if (reads > patience) {  // it polls: let time fly, ever faster, up to a second a look
    const std::uint32_t shift = reads - patience < 24 ? reads - patience : 24;
    passed = tick_ns << shift;
  }
  // Other tasks' waits end on the way, as they would on a slow machine.
  scheduler.now_ns += passed;
  end_due_waits(false);
  return scheduler.now_ns;
}

}  // namespace wedge::runtime
