// The search part of a run: what is done with one variant until its findings are understood, and how several variants
// are searched at once.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "harness/cli/benign.h"
#include "harness/cli/options.h"
#include "harness/cli/select.h"
#include "harness/model/result.h"
#include "harness/supervise/ahead.h"
#include "harness/supervise/campaign.h"
#include "harness/supervise/pool.h"

namespace wedge::cli {

struct Searched {
  supervise::CampaignResult campaign;
  std::optional<model::ExhaustClaim> exhaust;
};

// How far a search has come.
struct Progress {
  std::uint64_t done = 0;
  std::uint64_t failures = 0;
  std::string more;  // what else there is to say
};

// What the searches of a run have in common. Refers to its parts.
struct SearchSetting {
  const RunOptions& options;
  const Selection& selection;
  std::string runtime;
  std::string build_id;
  const std::vector<BenignRule>& benign;

  supervise::Pool make_pool(unsigned jobs) const;
  model::Recipe recipe_of(const Listed& variant) const;
  // A campaign; each finding is confirmed, and looked into unless the options say no.
  Searched search(const Listed& variant, supervise::Pool& pool, const std::function<void(Progress)>& tell) const;

 private:
  Searched find(const Listed& variant, supervise::Pool& pool, const std::function<void(Progress)>& tell) const;
  model::Trace confirmed(const model::Trace& finding) const;
};

// The searches of many variants, `options.jobs` processes together, ahead of their results being asked for.
class Searches {
 public:
  Searches(const SearchSetting& setting, const std::vector<Listed>& variants);

  // Waits, and calls `tell` with its progress and when it began. Nothing: it was never begun, because of Ctrl-C.
  // Requires: each is taken once, in increasing order.
  using Beginning = std::chrono::steady_clock::time_point;
  std::optional<Searched> take(std::size_t variant, const std::function<void(const Progress&, Beginning)>& tell);

 private:
  struct State {
    Progress progress;
    Beginning began;
  };

  supervise::Ahead<Searched>::Work make_work();

  const SearchSetting& setting_;
  const std::vector<Listed>& variants_;
  std::mutex mutex_;  // of the states
  std::vector<State> states_;
  supervise::Ahead<Searched> ahead_;
};

}  // namespace wedge::cli
