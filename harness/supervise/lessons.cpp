// Merges what workers report, in a way that does not depend on their order.
#include "harness/supervise/lessons.h"

#include <algorithm>

namespace wedge::supervise {

void Lessons::add(const Lessons& other) {
  longest = std::max(longest, other.longest);
  most_tasks = std::max(most_tasks, other.most_tasks);
  search.add(other.search);
  for (const auto& [pair, race] : other.races) {
    const auto [known, is_new] = races.try_emplace(pair, race);
    if (!is_new && race.execution < known->second.execution) known->second = race;
  }
}

// The estimates stay what the scout gave: a strategy that spreads its switches over the length of an execution would
// otherwise have them spread over the longest there ever was.
void Lessons::teach(model::Recipe& recipe) const {
  if (recipe.hint_steps == 0) recipe.hint_steps = longest;
  if (recipe.hint_tasks == 0) recipe.hint_tasks = most_tasks;
  recipe.races.clear();
  for (const auto& [pair, race] : races)
    if (recipe.races.size() < model::max_known_races) recipe.races.push_back(pair);
}

}  // namespace wedge::supervise
