// Counts.
#include "harness/supervise/sighting.h"

#include <algorithm>
#include <utility>

namespace wedge::supervise {

void Sightings::add(std::uint64_t execution, std::vector<Sighting> seen) {
  ++executions;
  if (seen.empty()) return;
  ++failures;
  if (!first_failure) first_failure = execution;
  for (Sighting& one : seen) {
    const auto known = std::ranges::find(distinct, one.fingerprint, &Sighting::fingerprint);
    if (known != distinct.end()) {
      ++known->seen;
      continue;
    }
    one.execution = execution;
    one.seen = 1;
    distinct.push_back(std::move(one));
  }
}

}  // namespace wedge::supervise
