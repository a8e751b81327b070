// Loops that poll would never end under a search that tries everything. A task that yields, or that reads the same
// things over and over, waits until somebody has changed what it looked at; if nobody can, it goes on.
//
// That leaves out only schedules in which it goes round once more to no purpose, but a loop that counts its rounds
// could tell. So the search says that it has done so.
#include "harness/runtime/strategy/exhaust_search.h"

namespace wedge::runtime {

using namespace model;

namespace {

constexpr std::uint32_t most_quiet_reads = 16;  // of no more things than a window holds
constexpr std::uint32_t most_parks = 8;         // then it waits until nobody else can go on

bool looks_at(const SearchActor& actor, std::uint32_t key) {
  if (actor.window_full) return true;
  for (std::uint32_t i = 0; i < actor.window_count; ++i)
    if (actor.window[i] == key) return true;
  return false;
}

void look_at(SearchActor& actor, std::uint32_t key) {
  if (looks_at(actor, key)) return;
  if (actor.window_count == max_window)
    actor.window_full = true;
  else
    actor.window[actor.window_count++] = key;
}

bool changes(const SearchFootprint& footprint, const SearchActor& actor) {
  const bool looks_at_nothing = actor.window_count == 0 && !actor.window_full;
  if (footprint.everything || (looks_at_nothing && actor.parked)) return true;
  for (std::uint32_t i = 0; i < footprint.count; ++i)
    if (footprint.access[i].writes && looks_at(actor, footprint.access[i].key)) return true;
  return false;
}

void begin_window(SearchActor& actor) {
  actor.window_count = 0;
  actor.window_full = actor.stale = actor.parked = false;
  actor.quiet = 0;
}

}  // namespace

void ExhaustSearch::watch_polling(std::uint32_t number, const Footprint& footprint, bool yields) {
  for (std::uint32_t i = 1; i < b_.actor_count; ++i) {
    SearchActor& other = b_.actors[i];
    if (i == number || !changes(footprint, other)) continue;
    if (!other.parked)
      other.stale = true;
    else if (other.parks < most_parks)
      begin_window(other);
  }
  SearchActor& actor = b_.actors[number];
  if (yields) return park(number);
  bool only_reads = footprint.count > 0 && !footprint.everything;
  for (std::uint32_t i = 0; i < footprint.count; ++i) {
    look_at(actor, footprint.access[i].key);
    only_reads = only_reads && !footprint.access[i].writes;
  }
  actor.quiet = only_reads ? actor.quiet + 1 : 0;
  if (actor.quiet > most_quiet_reads && !actor.window_full) park(number);
}

void ExhaustSearch::park(std::uint32_t number) {
  SearchActor& actor = b_.actors[number];
  if (actor.stale) return begin_window(actor);
  actor.parked = true;
  actor.quiet = 0;
  ++actor.parks;
}

}  // namespace wedge::runtime
