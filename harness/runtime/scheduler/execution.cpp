// The life of an execution and of its tasks: beginning, task creation and end, quiescence.
#include "harness/runtime/scheduler/execution.h"

#include <cstring>
#include <new>

#include <wedge/scenario.h>

#include "harness/runtime/carrier/thread_locals.h"
#include "harness/runtime/intercept/thread_ends.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/memory/races.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/descriptors.h"
#include "harness/runtime/objects/lock_order.h"
#include "harness/runtime/objects/mutex.h"
#include "harness/runtime/objects/statics.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/coverage.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/guide.h"
#include "harness/runtime/scheduler/lasso.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/scheduler/seeded.h"
#include "harness/runtime/strategy/registry.h"
#include "harness/runtime/trace/explanation.h"
#include "harness/runtime/trace/quiescence.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

// Task records are made once and used again in later executions.
Task* fresh_record(std::uint32_t id) {
  Task*& place = scheduler.tasks[id];
  if (place == nullptr) {
    place = new (raw::allocate(sizeof(Task))) Task;
    return place;
  }
  const void** shadow = place->shadow;
  *place = Task{};
  place->shadow = shadow;
  return place;
}

StrategyHints hints_of(const model::Request& request) {
  StrategyHints hints;
  hints.steps = request.hint_steps;
  hints.tasks = request.hint_tasks;
  if (request.strategy_depth != 0) hints.depth = request.strategy_depth;
  hints.campaign_seed = request.seed;
  hints.corpus = &control->search.corpus;
  hints.profile = &control->search.profile;
  hints.thing_of = thing_of;
  hints.code_unseen = !instrumented;
  return hints;
}

bool directs(const model::Request& request, std::uint64_t execution) {
  return request.command == model::Command::run && (request.flags & model::request_flags::guided) == 0 &&
         (request.flags & model::request_flags::lock_orders) != 0 &&
         model::is_directed(request.directed_from, request.directions.count, execution);
}

// The scout walks at random, so that its length says something to all of them.
void begin_strategy(const model::Request& request, std::uint64_t execution) {
  Scheduler& s = scheduler;
  StrategyHints hints = hints_of(request);
  std::uint8_t member = 0;
  hints.index = execution - 1;
  s.strategy = strategy_named(request.strategy);
  if (execution != 0 && std::strcmp(request.strategy, "portfolio") == 0) {
    const model::Turn turn = model::turn_of(request.portfolio, execution);
    member = turn.member;
    hints.index = turn.index;
    s.strategy = strategy_named(model::portfolio_members[member].data());
  }
  if (execution == 0 || s.strategy == nullptr) s.strategy = strategy_named("random");
  const bool wants_every_step = s.strategy->wants_every_step();
  if (wants_every_step) s.attention |= attention::asking;
  if ((execution == 0 || wants_every_step) && (request.flags & model::request_flags::cover)) {
    s.attention |= attention::noting;
    std::memset(&control->search_report.current, 0, sizeof(model::Profile));
  }
  const bool directed = directs(request, execution);
  if (directed) {  // what it comes upon is told of no strategy
    s.strategy = &inversion_strategy();
    hints.cycle = &request.directions.cycles[(execution - request.directed_from) / 2 % request.directions.count];
    hints.second_lock = takes_second_lock;
  }
  const std::uint64_t seed = model::execution_seed(request.seed, execution);
  s.strategy->begin(seed, hints);
  s.strategy->set_timeout_odds(seed);
  fair_suffix().begin(seed ^ 0x5eed, {});
  seed_random_data(seed);
  directed ? begin_uncovered() : begin_coverage(request, member);
}

std::uint32_t attention_for(const model::Request& request) {
  if (request.command == model::Command::replay) return attention::logging | attention::replaying;
  return ((request.flags & model::request_flags::log_events) ? attention::logging : 0) |
         ((request.flags & model::request_flags::guided) ? attention::guided : 0) |
         (is_exploration(request) ? attention::exploring : 0);
}

}  // namespace

void allocate_scheduler() {
  if (scheduler.tasks != nullptr) return;
  scheduler.tasks = static_cast<Task**>(raw::reserve(model::max_tasks * sizeof(Task*)));
  scheduler.enabled = static_cast<Task**>(raw::reserve(model::max_tasks * sizeof(Task*)));
  scheduler.timed = static_cast<Task**>(raw::reserve(model::max_tasks * sizeof(Task*)));
}

void begin_execution(const model::Request& request, std::uint64_t execution) {
  allocate_scheduler();
  Scheduler& s = scheduler;
  const bool replaying = request.command == model::Command::replay;
  s.current = nullptr;
  s.attention = attention_for(request);
  s.enabled_count = s.task_count = s.live_tasks = s.timed_count = 0;
  s.condition_waiters = s.descriptor_waiters = 0;
  s.step = s.now_ns = s.idle_ns = 0;
  s.deadline_ns = no_deadline;
  s.max_steps = request.max_steps < model::max_choices - 2 ? request.max_steps : model::max_choices - 2;
  s.replay_length = replaying ? request.replay_choices : 0;
  s.early_timeouts = (request.flags & model::request_flags::no_early_timeouts) == 0;
  s.spurious_wakeups = (request.flags & model::request_flags::spurious_wakeups) != 0;
  s.reports_misuse = (request.flags & model::request_flags::no_misuse) == 0;
  s.main_finished = s.fair = false;
  s.progress_step = s.unseen = 0;
  s.obligations = nullptr;
  explain_hang = nullptr;
  s.choices = control->choices;
  s.heartbeat = &control->progress.heartbeat;
  begin_strategy(request, execution);
  begin_lock_orders((request.flags & model::request_flags::lock_orders) != 0 && !replaying);
  if (s.attention & attention::guided) begin_guide(request.guide_entries);
  if (s.attention & attention::exploring) begin_explored_execution();
  begin_lasso(replaying, s.replay_length > 0 && control->choices[s.replay_length - 1] == model::lasso_choice);
  s.alarm_step = next_alarm();
  forget_objects();
  forget_initialised();
  forget_descriptors();
  begin_recording();
  memory::begin_execution(request);
  heap::begin_watching(request);
}

Task* new_task() {
  Scheduler& s = scheduler;
  if (s.task_count == model::max_tasks) return nullptr;
  Task* task = fresh_record(s.task_count);
  task->id = static_cast<std::uint16_t>(s.task_count++);
  ++s.live_tasks;
  if (s.current != nullptr) {
    task->parent = s.current->id;
    task->blocked_signals = s.current->blocked_signals;
    task->processors = s.current->processors;
    task->create_stack = s.current->pending.stack;
  }
  task->pending = {task, Operation::start, ObjectKind::task, false, 0, 0};
  task->since_step = task->created_step = s.step;
  memory::begin_task(*task, s.current);
  step_wakes(*task);
  enable(task);
  if (s.task_count > control->progress.most_tasks) control->progress.most_tasks = s.task_count;
  return task;
}

// The task's function has returned or pthread_exit has unwound it; the caller runs on its context, which becomes free.
void end_current_task() {
  Scheduler& s = scheduler;
  Task* task = s.current;
  run_thread_ends(*task);
  give_up_robust_mutexes(*task);
  reset_thread_locals(*task->context);
  heap::note_stack_dead(*task->context);
  if (s.attention & attention::logging) {
    task->pending = {task, Operation::end, ObjectKind::task, true, 0, 0};
    log_event(*task);
  }
  task->state = model::TaskState::ended;
  --s.live_tasks;
  disable(task);
  if (exploring()) explored_touch(task, ObjectKind::task, false, true);
  if (task->joiner != nullptr) make_ready(task->joiner, Wake::signalled);
  if (task->id == 0) s.main_finished = true;
  if (task->detached || task->joined) release_context(task->context);
  if (s.live_tasks == 0 && s.home != nullptr) {  // the common end of a scenario, without a decision
    at_quiescence();
    return;
  }
  decide();
}

void at_quiescence() {
  Scheduler& s = scheduler;
  if (s.live_tasks == 0) {
    report_unmet_obligation();
    memory::report_race_if_any();
    if (s.home == nullptr) exit_as_last_task();
    heap::check_leaks(false);
    heap::end_watching();
    controlled = false;
    Context* mine = s.current->context;
    for (std::uint32_t i = 0; i < s.task_count; ++i) {  // ended but never joined
      Task& task = *s.tasks[i];
      if (task.context != nullptr && !task.detached && !task.joined) release_context(task.context);
    }
    s.current = nullptr;
    switch_context(*mine, *s.home);
    return;
  }
  report_unmet_obligation();
  if (s.home != nullptr && s.main_finished) {
    memory::report_race_if_any();
    // Detached tasks that wait for ever do no harm by themselves; but their contexts cannot serve another execution.
    controlled = false;
    s.current = nullptr;
    leave_dirty_execution();
  }
  classify_and_report_hang();
}

}  // namespace wedge::runtime
