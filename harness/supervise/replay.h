// Replays a trace in fresh processes, and says whether each of them did the same.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/trace.h"
#include "harness/supervise/job.h"

namespace wedge::supervise {

struct ReplayPlan {
  LaunchSpec spec;
  unsigned times = 3;
  unsigned jobs = 2;  // processes at once
  std::chrono::milliseconds stuck{10000};
};

// Calls `each` with what each replay ended in, with its events but without names, in the order in which they were
// started; `each` may return false to end it.
void replay(const model::Trace& trace, const ReplayPlan& plan, const std::function<bool(model::Trace)>& each);

// The first event of which the two differ (as an index into both), or that one of them has and the other lacks. Of logs
// that are cut, only what can be compared is.
std::optional<std::size_t> first_difference(const model::Trace& one, const model::Trace& other);

// Whether both ended in the same way after the same events.
bool same_end(const model::Trace& one, const model::Trace& other);
bool same_events(const model::Trace& one, const model::Trace& other);

// Replays a finding three times. Returns it as the first replay saw it, which has the events, with what came of the
// confirmation written into it; or as it was found, if the replays went another way.
model::Trace confirm(const model::Trace& finding, const ReplayPlan& plan);

}  // namespace wedge::supervise
