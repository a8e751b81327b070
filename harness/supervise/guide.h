// A trace's schedule as a guide: only the places where it departs from letting every task go on as long as it can.
#pragma once

#include <string>
#include <vector>

#include "harness/model/trace.h"
#include "harness/supervise/job.h"

namespace wedge::supervise {

using Guide = std::vector<model::GuideEntry>;

// The guide whose execution makes the same choices. Requires: the trace has its events, as a replay leaves it.
Guide guide_of(const model::Trace& trace);

// Whether the scheduler did not have to do that: somebody was interrupted, a timeout fired early, another waiter than
// the first was woken. Known after the entry has been used.
bool is_switch(const model::GuideEntry& entry);
std::size_t switches_in(const Guide& guide);

// What came of one guided execution. `guide` holds the entries that were used; the others have no effect.
struct GuidedRun {
  model::Trace trace;  // of a failure as it was found, without events; otherwise only its outcome: pass
  Guide guide;
};

// Runs guides, one process after another, all with the recipe of one finding.
class GuidedRuns {
 public:
  GuidedRuns(const model::Recipe& recipe, const LaunchSpec& spec, std::chrono::milliseconds stuck);

  // `max_steps`: a schedule that has lost its way should not go on for ever.
  GuidedRun run(const Guide& guide, std::uint64_t max_steps);
  std::uint64_t count() const { return count_; }
  std::uint64_t steps() const { return steps_; }

 private:
  model::Recipe recipe_;
  Job job_;
  std::uint64_t count_ = 0;
  std::uint64_t steps_ = 0;
};

}  // namespace wedge::supervise
