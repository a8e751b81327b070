// Merges what workers report, in a way that does not depend on their order.
#include "harness/supervise/lessons.h"

#include <algorithm>
#include <set>

namespace wedge::supervise {

namespace {

model::LockCycles smallest_of(const model::LockCycles& one, const model::LockCycles& other) {
  std::set<model::LockCycle> all(one.cycles, one.cycles + one.count);
  all.insert(other.cycles, other.cycles + other.count);
  model::LockCycles smallest;
  for (const model::LockCycle& cycle : all)
    if (smallest.count < model::most_lock_cycles) smallest.cycles[smallest.count++] = cycle;
  return smallest;
}

}  // namespace

void Lessons::add(const Lessons& other) {
  longest = std::max(longest, other.longest);
  most_tasks = std::max(most_tasks, other.most_tasks);
  search.add(other.search);
  for (const auto& [pair, race] : other.races) {
    const auto [known, is_new] = races.try_emplace(pair, race);
    if (!is_new && race.execution < known->second.execution) known->second = race;
  }
  lock_cycles = smallest_of(lock_cycles, other.lock_cycles);
}

// The estimates stay what the scout gave: a strategy that spreads its switches over the length of an execution would
// otherwise have them spread over the longest there ever was.
void Lessons::teach(model::Recipe& recipe, std::uint64_t next) const {
  if (recipe.directions != lock_cycles) {
    recipe.directions = lock_cycles;
    recipe.directed_from = next;
  }
  if (recipe.hint_steps == 0) recipe.hint_steps = longest;
  if (recipe.hint_tasks == 0) recipe.hint_tasks = most_tasks;
  recipe.races.clear();
  for (const auto& [pair, race] : races)
    if (recipe.races.size() < model::max_known_races) recipe.races.push_back(pair);
}

}  // namespace wedge::supervise
