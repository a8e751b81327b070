// Reads races from the control block, and compares them by their places.
#include "harness/supervise/races.h"

#include <algorithm>
#include <cstring>

namespace wedge::supervise {
namespace {

using model::CodePlace;
using model::Trace;

RacePair ordered(CodePlace one, CodePlace other) {
  if (other < one) std::swap(one, other);
  return {std::move(one), std::move(other)};
}

CodePlace place_of(const Trace& trace, const model::RaceAccess& access) {
  const model::Stack* stack = model::stack_of(trace, access.stack);
  if (stack == nullptr || stack->frames.empty()) return {};
  const model::Frame& frame = stack->frames.front();
  return {trace.modules.at(frame.module).path, frame.offset};
}

CodePlace place_of(const model::ControlBlock& block, const model::FrameRecord& frame) {
  if (frame.module >= std::min<std::size_t>(block.result.modules, model::max_modules)) return {};
  const auto& path = block.modules[frame.module].path;
  return {std::string(path, strnlen(path, sizeof path)), frame.offset};
}

}  // namespace

RacePair pair_of(const Trace& trace, const model::Race& race) {
  return ordered(place_of(trace, race.earlier), place_of(trace, race.later));
}

void make_primary(Trace& trace, std::vector<model::Race>::iterator race) {
  if (race == trace.races.end()) return;
  std::rotate(trace.races.begin(), race, race + 1);
  trace.task = trace.races.front().later.task;
  trace.stack = trace.races.front().later.stack;
}

bool make_primary(Trace& trace, const RacePair& pair) {
  const auto race = std::ranges::find_if(
      trace.races, [&](const model::Race& candidate) { return pair_of(trace, candidate) == pair; });
  make_primary(trace, race);
  return !trace.races.empty() && pair_of(trace, trace.races.front()) == pair;
}

std::vector<SeenRace> seen_races(const model::ControlBlock& block) {
  std::vector<SeenRace> seen;
  for (std::size_t i = 0; i < std::min<std::size_t>(block.seen_races, model::max_seen_races); ++i) {
    const model::RaceRecord& record = block.seen_race[i];
    RacePair pair = ordered(place_of(block, record.earlier.place), place_of(block, record.later.place));
    if (pair.one.module.empty()) continue;  // code in no file, which nothing can be said about
    seen.push_back({std::move(pair), record.execution,
                    record.benign ? std::string(record.reason, strnlen(record.reason, sizeof record.reason)) : ""});
  }
  return seen;
}

bool is_same_finding(const Trace& finding, const Trace& other) {
  if (finding.outcome != Outcome::race || other.outcome != Outcome::race || finding.races.empty())
    return finding.fingerprint == other.fingerprint;
  const RacePair pair = pair_of(finding, finding.races.front());
  return std::ranges::any_of(other.races, [&](const model::Race& race) { return pair_of(other, race) == pair; });
}

}  // namespace wedge::supervise
