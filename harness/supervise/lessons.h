// What executions teach a campaign beyond having passed or failed.
//
// Workers report lessons for the ranges they ran; at the end of a round they are merged, and the recipes of the next
// round may use them. Which worker ran what, and which answered first, must leave no trace: add() has to be commutative
// and associative, and what execution i reports must follow from its recipe and i alone. So unions, minima, sums, and
// the best k by a total order that has the execution's number in it; nothing like "the first to arrive".
//
// A new kind of lesson is a member here, its line in add(), what Pool::wait() reads for it from the control block, and
// the line in teach() that puts it into a recipe.
#pragma once

#include <map>

#include "harness/model/trace.h"
#include "harness/supervise/races.h"
#include "harness/supervise/search.h"

namespace wedge::supervise {

struct Lessons {
  // Requires: `other` comes from executions that are not in this one yet.
  void add(const Lessons& other);

  // Puts what the next round is to know into its recipe.
  // `next` is the first execution of that round.
  void teach(model::Recipe& recipe, std::uint64_t next) const;

  std::uint64_t longest = 0;     // most steps in one execution
  std::uint32_t most_tasks = 0;  // most tasks in one execution
  SearchLessons search;
  std::map<model::RacePair, SeenRace> races;  // by the first execution that showed them
  model::LockCycles lock_cycles;              // predicted deadlocks: the smallest of them by their order

  bool operator==(const Lessons&) const = default;
};

}  // namespace wedge::supervise
