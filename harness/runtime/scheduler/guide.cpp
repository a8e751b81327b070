// Follows a guide: its entry for this moment if there is one that is possible, else the default.
#include "harness/runtime/scheduler/guide.h"

#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

using model::ChoiceEntry;
using model::GuideEntry;

struct Stretch {
  std::uint32_t at = 0;
  std::uint32_t end = 0;
};

Stretch* stretches = nullptr;  // by task: its entries that are still to come
std::uint32_t streak = 0;      // steps of one task in a row that no entry asked for

// The next entry for the moment at which the task that ran last stands; entries for moments that went by are dropped.
GuideEntry* next_for(const Task& task) {
  Stretch& stretch = stretches[task.id];
  while (stretch.at < stretch.end && control->guide[stretch.at].own_steps < task.own_steps) ++stretch.at;
  const bool now = stretch.at < stretch.end && control->guide[stretch.at].own_steps == task.own_steps;
  return now ? &control->guide[stretch.at] : nullptr;
}

bool is_value(const GuideEntry& entry) { return entry.choice >= model::first_value; }

bool is_possible(const GuideEntry& entry) {
  if (entry.choice == model::clock_choice) return scheduler.timed_count > 0 || scheduler.timer_ns != no_deadline;
  if (entry.choice == model::spurious_choice) return scheduler.condition_waiters > 0;
  return entry.choice < scheduler.task_count && scheduler.tasks[entry.choice]->enabled_at != not_enabled;
}

void use(GuideEntry& entry) {
  entry.used_at = static_cast<std::uint32_t>(scheduler.step);
  ++stretches[entry.task].at;
}

const Task& next_in_turn(const Task& after) {
  const Task* first = nullptr;
  const Task* next = nullptr;
  for (std::uint32_t i = 0; i < scheduler.enabled_count; ++i) {
    const Task* task = scheduler.enabled[i];
    if (first == nullptr || task->id < first->id) first = task;
    if (task->id > after.id && (next == nullptr || task->id < next->id)) next = task;
  }
  return next != nullptr ? *next : *first;
}

// A task that spins until another one's wait has timed out must see the clock move some time.
bool clock_is_due() {
  constexpr std::uint64_t patience = 4096;
  return (scheduler.attention & attention::timers) && scheduler.step % patience == patience - 1;
}

// Neither a task that asked to give way nor one that others have waited for too long is interrupted: it is its turn.
bool keeps_its_turn(const Task& last) {
  return last.enabled_at != not_enabled && !last.yielded && streak + 1 < model::guide_patience;
}

ChoiceEntry default_choice(const Task& last) {
  if (clock_is_due()) return model::clock_choice;
  const bool goes_on = keeps_its_turn(last) || (last.enabled_at != not_enabled && scheduler.enabled_count == 1);
  ++streak;
  return goes_on ? last.id : next_in_turn(last).id;
}

// In a schedule of which parts were left out, the task that was to run may be unable to. That the other one is to be
// interrupted still holds, and whoever is next in turn takes the place.
bool find_another(GuideEntry& entry, const Task& last) {
  if (entry.choice >= model::spurious_choice || scheduler.enabled_count < 2) return false;
  const Task& next = next_in_turn(last);
  entry.choice = next.id;
  return next.id != last.id;
}

ChoiceEntry next_choice(const Task& last) {
  const bool can_go_on = last.enabled_at != not_enabled;
  while (GuideEntry* entry = next_for(last)) {
    if (is_value(*entry) || (!is_possible(*entry) && !(can_go_on && find_another(*entry, last)))) {
      ++stretches[last.id].at;
      continue;
    }
    use(*entry);
    entry->interrupts = keeps_its_turn(last) && entry->choice != last.id ? 1 : 0;
    streak = 0;
    return entry->choice;
  }
  return default_choice(last);
}

}  // namespace

void begin_guide(std::uint64_t entries) {
  if (stretches == nullptr) stretches = static_cast<Stretch*>(raw::reserve(model::max_tasks * sizeof(Stretch)));
  for (std::uint32_t task = 0; task < model::max_tasks; ++task) stretches[task] = {};
  const std::uint32_t count = static_cast<std::uint32_t>(entries < model::max_guide ? entries : model::max_guide);
  for (std::uint32_t i = 0; i < count; ++i) {
    GuideEntry& entry = control->guide[i];
    entry.used_at = model::not_used;
    entry.interrupts = 0;
    if (entry.task >= model::max_tasks) continue;
    Stretch& stretch = stretches[entry.task];
    if (stretch.end == 0) stretch.at = i;
    stretch.end = i + 1;
  }
  streak = 0;
}

ChoiceEntry guided_choice() {
  const ChoiceEntry choice = next_choice(*scheduler.current);
  if (choice >= scheduler.task_count) return choice;  // the clock moves, or a waiter wakes: nobody makes a step
  if (choice != scheduler.current->id) streak = 0;
  ++scheduler.tasks[choice]->own_steps;
  return choice;
}

std::uint32_t guided_value(std::uint32_t n) {
  GuideEntry* entry = next_for(*scheduler.current);
  if (entry == nullptr || !is_value(*entry)) return 0;
  const std::uint32_t value = static_cast<std::uint32_t>(entry->choice - model::first_value);
  if (value >= n) {
    ++stretches[entry->task].at;
    return 0;
  }
  use(*entry);
  return value;
}

}  // namespace wedge::runtime
