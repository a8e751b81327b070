// Makes a finding smaller, and finds out what in its schedule matters: by running others that lack a part of it.
#pragma once

#include <cstddef>
#include <vector>

#include "harness/model/trace.h"
#include "harness/supervise/guide.h"
#include "harness/supervise/replay.h"

namespace wedge::supervise {

// Limits count executions and steps and never time: the same finding is always made equally small.
struct MinimiseLimits {
  std::uint64_t candidates = 1000;
  std::uint64_t steps = 30'000'000;
  std::uint64_t rate_executions = 1000;
  std::uint64_t rate_failures = 12;  // so many of them tell enough
  std::uint64_t rate_steps = 10'000'000;
};

// Whether there is a schedule that could be made smaller. Of a wall-clock hang there is none that is known exactly.
bool can_be_analysed(const model::Trace& trace);

// The same failure by the schedule with the fewest switches that leaving out parts leads to, confirmed, with an
// analysis. If it cannot be made smaller it is returned as it was, and the analysis says so.
// Requires: `finding` is confirmed and has its events.
model::Trace minimise(const model::Trace& finding, const ReplayPlan& plan, const MinimiseLimits& limits = {});

// How often random search comes upon it. Other executions than those of the campaign that found it.
model::FailureRate measure_rate(const model::Trace& finding, const ReplayPlan& plan, const MinimiseLimits& limits = {});

// The interval in which the true rate lies with 95 %, by Wilson.
model::FailureRate rate_of(std::uint64_t failures, std::uint64_t executions);

// Leaves out what can be left out of a guide, largest parts first, as long as the finding stays the same.
class Reduction {
 public:
  Reduction(const model::Trace& finding, GuidedRuns& runs, const MinimiseLimits& limits);

  // Whether the guide as it was leads to the finding; without that there is nothing to go from.
  bool begin(const Guide& guide);
  void reduce();
  // What each switch that is left would have prevented by not happening. True: none can be left out.
  bool explain_switches(model::Analysis& analysis);

  const GuidedRun& smallest() const { return smallest_; }

 private:
  enum class Part { switches, others, all };
  std::vector<std::size_t> entries_of(Part part) const;  // indexes into the guide, in the order of their use
  bool reduce(Part part);
  bool pass(Part part, std::size_t piece);
  bool leave_out_together();
  bool accept(const Guide& guide);
  bool is_same_failure(const GuidedRun& run) const;
  bool out_of_budget() const;
  std::uint64_t candidate_steps() const;

  const model::Trace& finding_;
  GuidedRuns& runs_;
  MinimiseLimits limits_;
  GuidedRun smallest_;
};

}  // namespace wedge::supervise
