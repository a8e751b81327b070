// Which steps of a trace happen before which, and which pairs of them are races whose other order is to be tried.
#include <algorithm>
#include <bit>

#include "harness/runtime/mutation.h"
#include "harness/runtime/strategy/exhaust_search.h"

namespace wedge::runtime {

using namespace model;

namespace {

constexpr std::uint64_t bit(std::uint32_t actor) { return std::uint64_t{1} << actor; }

}  // namespace

// The step under way has touched all it will touch.
void ExhaustSearch::close_step() {
  if (!b_.stepping) return;
  b_.stepping = false;
  const std::uint32_t index = b_.step;
  Node& node = b_.nodes[index];
  const std::uint32_t actor = node.actor;
  if (index >= b_.frontier) {
    node.footprint = b_.touched;
    if (reduces()) {
      std::uint32_t* clock = b_.clocks[index];
      clock_before_next_step(actor, clock);
      reverse_races(index, actor, node.footprint, node.pending.blocks, clock);
      clock[actor] = index + 1;
    }
  }
  b_.actors[actor].last = index + 1;
  b_.actors[actor].waker = 0;
  b_.last_step = index + 1;
  for (std::uint64_t rest = b_.woken; rest != 0; rest &= rest - 1) {
    const auto woken = static_cast<std::uint32_t>(std::countr_zero(rest));
    b_.actors[woken].waker = index + 1;
    if (woken >= b_.actor_count) b_.actor_count = woken + 1;
  }
  watch_polling(actor, b_.touched, node.pending.yields);
}

void ExhaustSearch::clock_before_next_step(std::uint32_t actor, std::uint32_t* clock) const {
  std::fill_n(clock, max_actors, 0);
  for (const std::uint32_t from : {b_.actors[actor].last, b_.actors[actor].waker})
    if (from != 0)
      for (std::uint32_t i = 0; i < b_.actor_count; ++i) clock[i] = std::max(clock[i], b_.clocks[from - 1][i]);
}

// Joins into `clock` all steps that the given one comes after, latest first: then those that it comes after only by way
// of others are known already, and are no races. Two passes, because what is tried in place of the first step of a race
// depends on the whole clock.
void ExhaustSearch::reverse_races(std::uint32_t before, std::uint32_t actor, const Footprint& footprint, bool blocks,
                                  std::uint32_t* clock) {
  std::uint32_t ahead[max_actors];  // without the steps that only made way for it
  std::copy_n(clock, max_actors, ahead);
  constexpr std::uint32_t most = 256;
  std::uint32_t races[most];
  std::uint32_t count = 0;
  if (footprint.count == 0 && !footprint.everything) return;
  for (std::uint32_t i = before; i-- > 0;) {
    const Node& node = b_.nodes[i];
    if (node.values > 0 || ahead[node.actor] > i) continue;
    if (node.actor == actor || !dependent(node.footprint, footprint)) continue;
    if (mutated(Mutation::forget_dependence) && node.footprint.count > 0 && node.footprint.access[0].key % 2 == 0)
      continue;
    for (std::uint32_t k = 0; k < b_.actor_count; ++k) clock[k] = std::max(clock[k], b_.clocks[i][k]);
    if (!can_be_reversed(node, i, actor, footprint, blocks)) continue;
    for (std::uint32_t k = 0; k < b_.actor_count; ++k) ahead[k] = std::max(ahead[k], b_.clocks[i][k]);
    if (count < most)
      races[count++] = i;
    else
      b_.nodes[i].backtrack |= b_.nodes[i].enabled & ~b_.nodes[i].parked;
  }
  for (std::uint32_t i = 0; i < count; ++i) try_before(races[i], before, actor, clock);
}

bool ExhaustSearch::can_be_reversed(const Node& first, std::uint32_t index, std::uint32_t actor,
                                    const Footprint& second, bool blocks) const {
  // It was already waiting to do this when the first step was made: could it?
  const bool was_waiting = b_.actors[actor].last <= index && b_.actors[actor].waker <= index;
  if (was_waiting) return (first.enabled & ~first.parked & bit(actor)) != 0;
  if (!blocks) return true;
  // Whatever freed the thing came when it could not be had.
  for (std::uint32_t i = 0; i < first.footprint.count; ++i) {
    const SearchAccess& access = first.footprint.access[i];
    if (!access.frees) continue;
    for (std::uint32_t k = 0; k < second.count; ++k)
      if (second.access[k].key == access.key) return false;
  }
  return true;
}

// Instead of step `index`: what came after it without depending on it, and then the actor's step. Whoever could be the
// first of these is a choice that leads there; unless one of them is tried anyway, one is added.
void ExhaustSearch::try_before(std::uint32_t index, std::uint32_t end, std::uint32_t actor,
                               const std::uint32_t* clock) {
  Node& node = b_.nodes[index];
  std::uint32_t first[max_actors] = {};  // 1 + the first such step of each actor
  std::uint64_t initials = 0;
  const auto is_first = [&](const std::uint32_t* at) {
    for (std::uint32_t k = 0; k < b_.actor_count; ++k)
      if (first[k] != 0 && at[k] >= first[k]) return false;
    return true;
  };
  for (std::uint32_t i = index + 1; i < end; ++i) {
    const Node& later = b_.nodes[i];
    if (later.values > 0 || b_.clocks[i][node.actor] > index || first[later.actor] != 0) continue;
    if (is_first(b_.clocks[i])) initials |= bit(later.actor);
    first[later.actor] = i + 1;
  }
  if (first[actor] == 0 && is_first(clock)) initials |= bit(actor);
  const std::uint64_t possible = node.enabled & ~node.parked;
  if (initials & (node.backtrack | node.done | node.asleep) & possible) return;
  initials &= possible;
  if (initials & bit(actor))
    node.backtrack |= bit(actor);
  else if (initials != 0)
    node.backtrack |= initials & (~initials + 1);
  else
    node.backtrack |= possible;
}

// What a task was blocked in at the end never became a step; yet it might have come first.
void ExhaustSearch::reverse_races_of_blocked() {
  for (std::uint32_t actor = 1; actor < b_.actor_count; ++actor) {
    const SearchPending& pending = b_.actors[actor].pending;
    if (pending.key == 0) continue;
    Footprint footprint{};
    add_access(footprint, pending.key, pending.writes, false);
    std::uint32_t clock[max_actors];
    clock_before_next_step(actor, clock);
    reverse_races(b_.last_step, actor, footprint, pending.blocks, clock);
  }
}

}  // namespace wedge::runtime
