// Races as a campaign sees them: pairs of code places, the same whichever of the two came first.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "harness/model/trace.h"

namespace wedge::supervise {

using model::RacePair;

RacePair pair_of(const model::Trace& trace, const model::Race& race);

// Puts this race first: it is what the trace's outcome `race` is about.
void make_primary(model::Trace& trace, std::vector<model::Race>::iterator race);
// The same for the race between these places. False: the trace has none.
bool make_primary(model::Trace& trace, const RacePair& pair);

// One distinct race that executions of a range have shown.
struct SeenRace {
  RacePair pair;
  std::uint64_t execution = 0;  // the first that showed it
  std::string benign;           // why the program says that it is harmless

  bool operator==(const SeenRace&) const = default;
};
std::vector<SeenRace> seen_races(const model::ControlBlock& block);

// Whether two failures are one finding. Of a race that is so if the one's first race is among the other's.
bool is_same_finding(const model::Trace& finding, const model::Trace& other);

}  // namespace wedge::supervise
