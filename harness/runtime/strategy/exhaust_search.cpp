// The stack of choices: what is tried next, what sleeps, and when the search is over.
#include "harness/runtime/strategy/exhaust_search.h"

#include <bit>

#include "harness/runtime/mutation.h"

namespace wedge::runtime {

using namespace model;

namespace {

constexpr std::uint64_t bit(std::uint32_t actor) { return std::uint64_t{1} << actor; }
constexpr std::uint64_t clock_bit = bit(clock_actor);

std::uint32_t lowest(std::uint64_t mask) { return static_cast<std::uint32_t>(std::countr_zero(mask)); }

bool same(const SearchPending& a, const SearchPending& b) {
  return a.key == b.key && a.writes == b.writes && a.blocks == b.blocks;
}

// In the order of the round: how many come before `actor`, beginning with `last`.
std::uint32_t turns_until(std::uint64_t available, std::uint32_t last, std::uint32_t actor) {
  std::uint32_t turns = 0;
  for (std::uint32_t i = last; i != actor; i = (i + 1) % max_actors)
    if (available & bit(i)) ++turns;
  return turns;
}

}  // namespace

bool dependent(const SearchFootprint& a, const SearchFootprint& b) {
  if (a.everything || b.everything) return true;
  for (std::uint32_t i = 0; i < a.count; ++i)
    for (std::uint32_t k = 0; k < b.count; ++k)
      if (a.access[i].key == b.access[k].key && (a.access[i].writes || b.access[k].writes)) return true;
  return false;
}

void add_access(SearchFootprint& footprint, std::uint32_t key, bool writes, bool frees) {
  for (std::uint32_t i = 0; i < footprint.count; ++i)
    if (footprint.access[i].key == key) {
      footprint.access[i].writes |= writes;
      footprint.access[i].frees |= frees;
      return;
    }
  if (footprint.count == max_accesses) {
    footprint.everything = true;
    return;
  }
  footprint.access[footprint.count++] = {key, writes, frees};
}

namespace {

void merge(SearchFootprint& into, const SearchFootprint& other) {
  into.everything |= other.everything;
  for (std::uint32_t i = 0; i < other.count; ++i)
    add_access(into, other.access[i].key, other.access[i].writes, other.access[i].frees);
}

}  // namespace

void ExhaustSearch::reset(const SearchOptions& options) {
  b_.begun = b_.traces = b_.redundant = b_.longest = 0;
  b_.explored = 0;
  b_.cut = 0;
  b_.over = b_.running = b_.stepping = false;
  b_.options = options;
  b_.size = b_.frontier = 0;
  b_.started = true;
}

bool ExhaustSearch::begin() {
  if (b_.over) return false;
  if (b_.running) {
    finish_execution();
    if (!advance()) {
      b_.over = true;
      b_.explored = 1;
      return false;
    }
  }
  ++b_.begun;
  b_.running = true;
  b_.redundant_now = b_.lost_now = b_.stepping = false;
  b_.at = b_.last_step = b_.early_timeouts = 0;
  b_.actor_count = 1;
  for (SearchActor& actor : b_.actors) actor = {};
  return true;
}

std::uint32_t ExhaustSearch::choose(std::uint64_t enabled, bool timers) {
  close_step();
  enabled = with_clock(enabled, timers);
  const std::uint32_t highest = static_cast<std::uint32_t>(std::bit_width(enabled));
  if (highest > b_.actor_count) b_.actor_count = highest;
  if (follows()) {
    const std::uint32_t index = b_.at++;
    Node& node = b_.nodes[index];
    if (index < b_.size) {
      if (node.values == 0 && node.enabled == enabled &&
          (index >= b_.frontier || same(b_.actors[node.actor].pending, node.pending))) {
        start_step(index, node.actor);
        return node.actor;
      }
      give_up(search_cut::undetermined);
    } else if (index == max_nodes) {
      give_up(search_cut::steps);
    } else if (open(enabled)) {
      start_step(index, node.actor);
      return node.actor;
    }
  }
  std::uint64_t unparked = 0;
  for (std::uint32_t i = 0; i < max_actors; ++i)
    if ((enabled & bit(i)) && !b_.actors[i].parked) unparked |= bit(i);
  const std::uint32_t chosen = default_choice(unparked != 0 ? unparked : enabled);
  b_.actors[chosen].parked = false;
  return chosen;
}

// The clock is one of those who can make a step. It must, if nobody else has anything to do.
std::uint64_t ExhaustSearch::with_clock(std::uint64_t enabled, bool timers) {
  if (!timers) return enabled;
  std::uint64_t busy = 0;
  for (std::uint64_t rest = enabled; rest != 0; rest &= rest - 1)
    if (!b_.actors[lowest(rest)].parked) busy |= bit(lowest(rest));
  if (busy == 0) return enabled | clock_bit;
  if (b_.early_timeouts < b_.options.timeouts) return enabled | clock_bit;
  if (b_.options.timeouts > 0) b_.cut |= search_cut::timeouts;
  return enabled;
}

std::uint32_t ExhaustSearch::default_choice(std::uint64_t candidates) const {
  const std::uint32_t last = b_.last_step != 0 ? b_.nodes[b_.last_step - 1].actor : 1;
  const std::uint64_t tasks = candidates & ~clock_bit;
  if (tasks == 0) return clock_actor;
  if (candidates & bit(last) & ~clock_bit) return last;
  const std::uint64_t later = last + 1 < max_actors ? tasks >> (last + 1) << (last + 1) : 0;
  return lowest(later != 0 ? later : tasks);
}

// A choice that no execution has come to before. False: everybody who could go on here sleeps.
bool ExhaustSearch::open(std::uint64_t enabled) {
  const std::uint32_t index = b_.at - 1;
  Node& node = b_.nodes[index];
  node = {};
  node.enabled = enabled;
  for (std::uint64_t rest = enabled; rest != 0; rest &= rest - 1)
    if (b_.actors[lowest(rest)].parked) node.parked |= bit(lowest(rest));
  if (node.parked == enabled) {  // they poll, and nobody else is there to change anything: let them go on
    for (SearchActor& actor : b_.actors) actor.parked = false;
    node.parked = 0;
  }
  if (node.parked != 0) b_.cut |= search_cut::repeats;
  if (b_.last_step != 0) {
    const Node& before = b_.nodes[b_.last_step - 1];
    node.last = before.actor;
    node.used = before.used + cost(before, before.actor);
    const SearchPending& next = b_.actors[node.last].pending;
    node.last_goes_on = node.last != clock_actor && (enabled & ~node.parked & bit(node.last)) && !next.yields;
    node.must_go_on = node.last_goes_on && next.key == 0;
  }
  inherit_sleepers(node);
  const std::uint64_t available = enabled & ~node.parked;
  const std::uint64_t candidates = reduces() ? available & ~node.asleep : allowed(node);
  if (candidates == 0) {
    b_.redundant_now = true;
    --b_.at;
    return false;
  }
  node.actor = static_cast<std::uint8_t>(default_choice(candidates));
  node.backtrack = reduces() ? bit(node.actor) : candidates;
  b_.size = index + 1;
  return true;
}

// What slept before the last step and does not touch what that step touched sleeps on.
void ExhaustSearch::inherit_sleepers(Node& node) {
  node.first_sleeper = 0;
  if (b_.last_step == 0 || !reduces()) return;
  const Node& before = b_.nodes[b_.last_step - 1];
  node.first_sleeper = before.first_sleeper + before.sleepers;
  for (std::uint32_t i = 0; i < before.sleepers; ++i) {
    const SearchSleeper& sleeper = b_.sleepers[before.first_sleeper + i];
    if (dependent(sleeper.footprint, before.footprint) && !mutated(Mutation::sleep_too_long)) continue;
    b_.sleepers[node.first_sleeper + node.sleepers++] = sleeper;
    node.asleep |= bit(sleeper.actor);
  }
}

// Of the bound, what choosing that actor uses up.
std::uint32_t ExhaustSearch::cost(const Node& node, std::uint32_t actor) const {
  switch (b_.options.bound) {
    case SearchBound::preemptions:
      return node.last_goes_on && actor != node.last ? 1 : 0;
    case SearchBound::delays:
      return turns_until(node.enabled & ~node.parked, node.last, actor);
    default:
      return 0;
  }
}

std::uint64_t ExhaustSearch::allowed(const Node& node) {
  const std::uint64_t available = node.enabled & ~node.parked;
  const bool everything = b_.options.limit == ~std::uint32_t{0};
  if (everything) return available;
  if (node.must_go_on) return bit(node.last);
  std::uint64_t within = 0;
  for (std::uint64_t rest = available; rest != 0; rest &= rest - 1)
    if (node.used + cost(node, lowest(rest)) <= b_.options.limit) within |= bit(lowest(rest));
  if (within != available) b_.cut |= search_cut::bound;
  if (within == 0) return available & (~available + 1);
  return within;
}

void ExhaustSearch::start_step(std::uint32_t index, std::uint32_t actor) {
  Node& node = b_.nodes[index];
  SearchPending& pending = b_.actors[actor].pending;
  node.pending = pending;
  b_.stepping = true;
  b_.step = index;
  b_.woken = 0;
  b_.touched = {};
  if (node.parked == 0)
    for (std::uint64_t rest = node.enabled; rest != 0; rest &= rest - 1) b_.actors[lowest(rest)].parked = false;
  if (actor == clock_actor) {
    add_access(b_.touched, clock_key, true, false);
    // A timeout that had to wait until nobody could go on comes after everything.
    const bool forced = b_.early_timeouts >= b_.options.timeouts;
    if (forced) b_.touched.everything = true;
    ++b_.early_timeouts;
  } else if (pending.key != 0) {
    add_access(b_.touched, pending.key, pending.writes, false);
  }
  pending.key = 0;  // from now on it is done, whatever becomes of the execution
}

std::uint32_t ExhaustSearch::choose_value(std::uint32_t n) {
  if (!follows()) return 0;
  const std::uint32_t index = b_.at++;
  Node& node = b_.nodes[index];
  if (index < b_.size) {
    if (node.values == n) return node.value;
    give_up(search_cut::undetermined);
    return 0;
  }
  if (index == max_nodes) {
    give_up(search_cut::steps);
    return 0;
  }
  const Node& owner = b_.nodes[b_.step];
  node = {};
  node.values = n;
  node.owner = b_.step;
  node.first_sleeper = owner.first_sleeper + owner.sleepers;
  b_.size = index + 1;
  return 0;
}

void ExhaustSearch::touch(std::uint32_t key, bool writes, bool frees) {
  if (b_.stepping) add_access(b_.touched, key, writes, frees);
}

void ExhaustSearch::changed_nothing() {
  if (b_.stepping && b_.touched.count > 0) b_.touched.access[0].writes = false;
}

void ExhaustSearch::give_up(std::uint32_t cut) {
  b_.cut |= cut;
  b_.lost_now = true;
  b_.stepping = false;
}

void ExhaustSearch::finish_execution() {
  close_step();
  if (follows()) {
    ++b_.traces;
    if (b_.at > b_.longest) b_.longest = b_.at;
    if (reduces() && b_.last_step != 0) {
      reverse_races_of_blocked();
      // It ended while others could still go on: what they would have done has not been seen.
      Node& last = b_.nodes[b_.last_step - 1];
      last.backtrack |= last.enabled & ~last.parked & ~clock_bit;
    }
  } else {
    ++b_.redundant;
  }
  constexpr std::uint64_t now_and_then = 256;
  if ((b_.traces + b_.redundant) % now_and_then == 0) b_.explored = explored();
}

void ExhaustSearch::sleep(Node& node, const Footprint& footprint) {
  const std::uint32_t place = node.first_sleeper + node.sleepers;
  if (place + max_actors >= max_sleepers) {  // then it is tried more often than necessary
    b_.cut |= search_cut::steps;
    return;
  }
  b_.sleepers[place].footprint = footprint;
  b_.sleepers[place].actor = node.actor;
  ++node.sleepers;
}

// To the last choice with something left to try. False: there is none.
bool ExhaustSearch::advance() {
  while (b_.size > 0) {
    Node& node = b_.nodes[b_.size - 1];
    if (node.values > 0) {
      Node& owner = b_.nodes[node.owner];
      if (node.value + 1 < node.values) {
        merge(owner.merged, owner.footprint);
        ++node.value;
        b_.frontier = node.owner;
        return true;
      }
      --b_.size;
      continue;
    }
    merge(node.footprint, node.merged);
    node.merged = {};
    node.done |= bit(node.actor);
    if (reduces()) sleep(node, node.footprint);
    const std::uint64_t left = node.backtrack & ~node.done & ~node.asleep;
    if (left != 0) {
      node.actor = static_cast<std::uint8_t>(lowest(left));
      b_.frontier = b_.size - 1;
      return true;
    }
    --b_.size;
  }
  return false;
}

// As if what is still to be tried at each choice were as large as what has been tried there (Knuth 1975).
double ExhaustSearch::explored() const {
  double part = 0;
  double weight = 1;
  for (std::uint32_t i = 0; i < b_.size; ++i) {
    const Node& node = b_.nodes[i];
    const std::uint64_t tried = node.done & ~node.asleep;
    const int before = node.values > 0 ? static_cast<int>(node.value) : std::popcount(tried);
    const int all = node.values > 0 ? static_cast<int>(node.values)
                                    : std::popcount((node.backtrack & ~node.asleep) | tried | bit(node.actor));
    part += weight * before / all;
    weight /= all;
  }
  return part;
}

}  // namespace wedge::runtime
