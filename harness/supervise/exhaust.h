// An exhaustive search: executions one after the other in one worker, because each is chosen by what those before it
// have seen. With a bound, searches with growing bounds, each from its beginning.
//
// The search itself happens in the runtime; its state survives in the control block of the worker, whose processes may
// end and begin as they like.
//
// What is not a point cannot be reordered, so a search is exhaustive only if racing places are points. A race that is
// new ends its execution; it is reported, its places become points, and the search begins again.
#pragma once

#include <cstdint>
#include <functional>

#include "harness/model/result.h"
#include "harness/supervise/campaign.h"
#include "harness/supervise/pool.h"

namespace wedge::supervise {

struct ExhaustPlan {
  model::Recipe recipe;  // its flags say which bound there is, and strategy_depth how much of it
  std::uint64_t executions = 0;
  std::uint64_t chunk = 64;  // executions asked for at once
  bool keep_going = false;
  std::function<bool()> out_of_time = [] { return false; };
  // As in CampaignPlan.
  std::function<bool(model::Trace&)> is_benign = [](model::Trace&) { return false; };
  std::function<void(const CampaignResult&, const model::ExhaustClaim&)> progress = [](auto&, auto&) {};
};

struct ExhaustResult {
  CampaignResult campaign;
  model::ExhaustClaim claim;
};

ExhaustResult run_exhaustive(const ExhaustPlan& plan, Pool& pool);

// The claim of one search, as far as it has come.
model::ExhaustClaim claim_of(const model::SearchBlock& search);

}  // namespace wedge::supervise
