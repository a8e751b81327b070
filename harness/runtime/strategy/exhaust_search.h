// Exhaustive search by dynamic partial-order reduction: the algorithm alone, without a scheduler.
//
// Executions that differ only in the order of independent steps are one trace; each trace is executed once. The stack
// of choices survives in a SearchBlock. While an execution runs, the search is told of each step what it touched; from
// that follow the races of the trace: pairs of steps that could have come in the other order. For each one something is
// added to what is still to be tried where the first of the two stands, unless a source set is already there (Abdulla,
// Aronis, Jonsson, Sagonas 2014). Sleep sets keep traces from being executed twice; an execution in which everybody
// sleeps is redundant, and is counted as such.
//
// With a bound on preemptions or delays nothing is reduced: every schedule within the bound is tried, because reduction
// and bounds do not mix without further care. Steps that touch nothing are then no places to preempt.
//
// Called by the one task that runs. Nothing here allocates, locks or makes a system call.
#pragma once

#include <cstdint>

#include "harness/model/search_block.h"

namespace wedge::runtime {

inline constexpr std::uint32_t clock_actor = 0;
inline constexpr std::uint32_t clock_key = 1;

class ExhaustSearch {
 public:
  explicit ExhaustSearch(model::SearchBlock& block) : b_(block) {}

  void reset(const model::SearchOptions& options);

  // Looks at how the last execution ended and sets out for the next one. False: there is nothing left to try.
  bool begin();

  // Within an execution
  // ------------------------------------------------------------------------------------------------------------
  // What the actor will do when it is chosen. Without a call it will do nothing that concerns others.
  void announce(std::uint32_t actor, const model::SearchPending& pending) { b_.actors[actor].pending = pending; }
  // The last step is over: who makes the next one? `timers`: waits may time out. Requires: somebody, or the clock, can.
  std::uint32_t choose(std::uint64_t enabled, bool timers);
  std::uint32_t choose_value(std::uint32_t n);
  // The step under way also touches this, beside what was announced.
  void touch(std::uint32_t key, bool writes, bool frees);
  void touch_everything() { b_.touched.everything = true; }
  // What was announced as a change has turned out to change nothing.
  void changed_nothing();
  // The step under way makes a step of that actor possible which was not waiting for something to become free.
  void wake(std::uint32_t actor) { b_.woken |= std::uint64_t{1} << actor; }
  // This execution cannot be followed any further.
  void give_up(std::uint32_t cut);

  bool follows() const { return !b_.lost_now && !b_.redundant_now; }

 private:
  using Node = model::SearchNode;
  using Footprint = model::SearchFootprint;

  bool reduces() const { return b_.options.bound == model::SearchBound::reduced; }
  // exhaust_search.cpp
  std::uint32_t default_choice(std::uint64_t candidates) const;
  std::uint64_t with_clock(std::uint64_t enabled, bool timers);
  bool open(std::uint64_t enabled);
  void inherit_sleepers(Node& node);
  std::uint64_t allowed(const Node& node);
  std::uint32_t cost(const Node& node, std::uint32_t actor) const;
  void start_step(std::uint32_t node, std::uint32_t actor);
  void finish_execution();
  bool advance();
  void sleep(Node& node, const Footprint& footprint);
  double explored() const;
  // exhaust_races.cpp
  void close_step();
  void reverse_races(std::uint32_t before, std::uint32_t actor, const Footprint& footprint, bool blocks,
                     std::uint32_t* clock);
  void reverse_races_of_blocked();
  bool can_be_reversed(const Node& first, std::uint32_t index, std::uint32_t actor, const Footprint& second,
                       bool blocks) const;
  void try_before(std::uint32_t index, std::uint32_t end, std::uint32_t actor, const std::uint32_t* clock);
  void clock_before_next_step(std::uint32_t actor, std::uint32_t* clock) const;
  // exhaust_polling.cpp
  void watch_polling(std::uint32_t actor, const Footprint& footprint, bool yields);
  void park(std::uint32_t actor);

  model::SearchBlock& b_;
};

bool dependent(const model::SearchFootprint& a, const model::SearchFootprint& b);
void add_access(model::SearchFootprint& footprint, std::uint32_t key, bool writes, bool frees);

}  // namespace wedge::runtime
