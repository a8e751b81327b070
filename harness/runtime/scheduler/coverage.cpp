// Counts switch pairs as bits, a few instructions a switch, and turns choices into stretches.
#include "harness/runtime/scheduler/coverage.h"

#include <sys/auxv.h>

#include <cstring>

#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

model::PairSet* covered = nullptr;

namespace {

using model::Schedule;
using model::Stretch;

model::PairSet own;  // pairs of this execution
std::uintptr_t program_start = 0;

// Numbers for things that have no object number, in the order in which this execution used them. A full table gives
// the same number to all that come later.
struct KeyNumbers {
  static constexpr std::uint32_t size = 256;
  static constexpr std::uint32_t most_probes = 8;
  struct Entry {
    const void* key;
    std::uint32_t execution;
    std::uint32_t number;
  };

  void clear() {
    ++execution;
    next = 1;
  }

  std::uint32_t number_of(const void* key) {
    if (key == nullptr) return 0;
    const auto hash = static_cast<std::uint32_t>((reinterpret_cast<std::uintptr_t>(key) * 0x9e3779b97f4a7c15ULL) >> 40);
    for (std::uint32_t probe = 0; probe < most_probes; ++probe) {
      Entry& entry = entries[(hash + probe) % size];
      if (entry.execution != execution) {
        entry = {key, execution, next++};
        return entry.number;
      }
      if (entry.key == key) return entry.number;
    }
    return ~std::uint32_t{0};
  }

  Entry entries[size] = {};
  std::uint32_t execution = 0;
  std::uint32_t next = 1;
};

KeyNumbers numbers;  // of pairs
KeyNumbers things;   // asked for at other times, so that these have numbers of their own

// The call of the function it stands in, as an offset; 0 in code that was not compiled for it.
std::uint64_t function_of(const Task& task) {
  if (task.shadow == nullptr || task.shadow_count == 0 || task.shadow_count > shadow_depth) return 0;
  return reinterpret_cast<std::uintptr_t>(task.shadow[task.shadow_count - 1]) - program_start;
}

constexpr std::uint64_t mixed(std::uint64_t value) {
  value *= 0x9e3779b97f4a7c15ULL;
  return value ^ (value >> 29);
}

std::uint64_t place_of(const Task& task) {
  const PendingOperation& pending = task.pending;
  const std::uint64_t number =
      pending.object != 0 ? pending.object : std::uint64_t{numbers.number_of(pending.key)} << 20;
  return mixed(mixed(function_of(task) + (static_cast<std::uint64_t>(pending.operation) << 56) +
                     (static_cast<std::uint64_t>(pending.kind) << 48)) +
               number);
}

// How many steps each task has made; only for keep_schedule().
std::uint32_t* own_steps = nullptr;

std::uint32_t write_stretches(const model::ChoiceEntry* choices, std::uint64_t steps, Stretch* stretches) {
  if (own_steps == nullptr)
    own_steps = static_cast<std::uint32_t*>(raw::reserve(model::max_tasks * sizeof(std::uint32_t)));
  std::uint32_t tasks = 0;
  std::uint32_t count = 0;
  for (std::uint64_t step = 0; step < steps; ++step) {
    const model::ChoiceEntry task = choices[step];
    if (task >= model::max_tasks) continue;  // the clock, a waiter, a value: nobody made a step
    while (tasks <= task) own_steps[tasks++] = 0;
    ++own_steps[task];
    if (count == 0 || stretches[count - 1].task != task) {
      if (count == model::max_stretches) break;
      stretches[count++] = {task, 0, 0};
    }
    stretches[count - 1].until = own_steps[task];
  }
  return count;
}

}  // namespace

void begin_coverage(const model::Request& request, std::uint8_t member) {
  covered = nullptr;
  if ((request.flags & model::request_flags::cover) == 0) return;
  if (program_start == 0) program_start = getauxval(AT_PHDR);
  covered = &control->search_report.seen[member];
  ++control->search_report.executions[member];
  control->search_report.new_pairs = 0;
  std::memset(&own, 0, sizeof own);
  numbers.clear();
  things.clear();
}

void begin_uncovered() {
  covered = nullptr;
  control->search_report.new_pairs = 0;
}

std::uint32_t thing_of(const Task& task) {
  const PendingOperation& pending = task.pending;
  const std::uint32_t number = pending.object != 0 ? pending.object : things.number_of(pending.key);
  return number == 0 ? 0 : (static_cast<std::uint32_t>(pending.kind) + 1) << 24 | (number & 0xffffff);
}

void note_switch(const Task& from, const Task& to) {
  const std::uint64_t pair = mixed(place_of(from) * 3 + place_of(to)) % model::pair_bits;
  const std::uint64_t bit = std::uint64_t{1} << (pair % 64);
  const std::size_t word = pair / 64;
  if (own.words[word] & bit) return;
  own.words[word] |= bit;
  covered->words[word] |= bit;
  if ((control->search.known.words[word] & bit) == 0)
    control->search_report.new_pairs = control->search_report.new_pairs + 1;
}

void keep_schedule(std::uint64_t execution, std::uint64_t steps) {
  model::SearchReport& report = control->search_report;
  if ((control->request.flags & model::request_flags::cover) == 0) return;
  model::merge(report.profile, report.current);
  std::memset(&report.current, 0, sizeof report.current);
  if (report.new_pairs == 0) return;
  Schedule* best = report.best.schedules;
  std::size_t place = model::max_schedules;
  // As model::is_better() has it, but a Schedule is too large to make one only for that.
  while (place > 0 && (best[place - 1].new_pairs < report.new_pairs ||
                       (best[place - 1].new_pairs == report.new_pairs && best[place - 1].execution > execution)))
    --place;
  if (place == model::max_schedules) return;
  for (std::size_t i = model::max_schedules - 1; i > place; --i)
    std::memcpy(&best[i], &best[i - 1], offsetof(Schedule, stretches) + best[i - 1].count * sizeof(Stretch));
  best[place].execution = execution;
  best[place].new_pairs = report.new_pairs;
  best[place].count = write_stretches(control->choices, steps, best[place].stretches);
}

}  // namespace wedge::runtime
