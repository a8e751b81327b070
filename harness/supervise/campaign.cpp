// Hands out executions in increasing order and decides which answers count.
#include "harness/supervise/campaign.h"

#include <algorithm>
#include <map>
#include <string>

#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

struct Range {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

class Campaign {
 public:
  Campaign(const CampaignPlan& plan, Workers& workers)
      : plan_(plan), workers_(workers), recipe_(plan.recipe), active_(workers.count()) {}

  CampaignResult run() {
    try {
      scout();
      next_ = 1;
      spread();
    } catch (const Interrupted&) {
      interrupted_ = true;
      for (unsigned worker = 0; worker < active_.size(); ++worker) drop(worker);
    }
    return result();
  }

 private:
  // Execution 0 walks at random and alone: its length is what the other strategies take as their estimate.
  void scout() {
    model::Recipe recipe = recipe_;
    recipe.strategy = "random";
    active_[0] = {0, 1};
    workers_.begin(0, recipe, 0, 1);
    settle(workers_.wait());
    recipe_.hint_steps = workers_.longest();
    recipe_.hint_tasks = workers_.most_tasks();
  }

  void spread() {
    // The first chunk runs alone: most failures are found there, before a second process would have started.
    give(0);
    while (any_active()) {
      settle(workers_.wait());
      plan_.progress(done_, failures_.size());
      for (unsigned worker = 0; worker < active_.size(); ++worker)
        if (!active_[worker]) give(worker);
    }
  }

  void give(unsigned worker) {
    const std::uint64_t limit = plan_.keep_going ? plan_.executions : std::min(plan_.executions, first_failure());
    if (next_ >= limit || (next_ > 1 && plan_.out_of_time())) return;
    const Range range{next_, std::min(next_ + plan_.chunk, limit)};
    next_ = range.end;
    begin(worker, range);
  }

  void begin(unsigned worker, Range range) {
    active_[worker] = range;
    workers_.begin(worker, recipe_, range.first, range.end - range.first);
  }

  void settle(RangeResult answer) {
    const Range range = *active_[answer.worker];
    active_[answer.worker].reset();
    if (!answer.failure) {
      done_ += range.end - range.first;
      return;
    }
    const std::uint64_t failed = answer.failure->recipe.execution;
    done_ += failed + 1 - range.first;
    remember(std::move(*answer.failure));
    if (!plan_.keep_going)
      abandon_after(failed);
    else if (failed + 1 < range.end)
      begin(answer.worker, {failed + 1, range.end});
  }

  void remember(model::Trace failure) {
    const std::uint64_t execution = failure.recipe.execution;
    failures_.push_back(execution);
    const auto [known, is_new] = findings_.try_emplace(failure.fingerprint, failure);
    if (!is_new && execution < known->second.recipe.execution) known->second = std::move(failure);
  }

  void abandon_after(std::uint64_t failed) {
    for (unsigned worker = 0; worker < active_.size(); ++worker)
      if (active_[worker] && active_[worker]->first > failed) drop(worker);
  }

  void drop(unsigned worker) {
    if (!active_[worker]) return;
    workers_.abandon(worker);
    active_[worker].reset();
  }

  bool any_active() const {
    return std::ranges::any_of(active_, [](const auto& range) { return range.has_value(); });
  }

  std::uint64_t first_failure() const {
    return failures_.empty() ? plan_.executions : *std::ranges::min_element(failures_);
  }

  CampaignResult result() {
    CampaignResult result;
    result.complete = !interrupted_;
    if (!failures_.empty()) result.first_failure = first_failure();
    for (auto& [print, trace] : findings_) result.findings.push_back(std::move(trace));
    std::ranges::sort(result.findings, {}, [](const model::Trace& trace) { return trace.recipe.execution; });
    result.failures = failures_.size();
    result.executions = plan_.keep_going || failures_.empty() ? done_ : first_failure() + 1;
    // Beyond the first failure other workers may have met another one first: which, would depend on their number.
    if (!plan_.keep_going && !failures_.empty()) {
      result.failures = 1;
      result.findings.erase(result.findings.begin() + 1, result.findings.end());
    }
    return result;
  }

  const CampaignPlan& plan_;
  Workers& workers_;
  model::Recipe recipe_;
  std::vector<std::optional<Range>> active_;  // by worker
  std::uint64_t next_ = 0;
  std::uint64_t done_ = 0;
  bool interrupted_ = false;
  std::vector<std::uint64_t> failures_;
  std::map<std::string, model::Trace> findings_;  // by fingerprint
};

}  // namespace

CampaignResult run_campaign(const CampaignPlan& plan, Workers& workers) { return Campaign(plan, workers).run(); }

}  // namespace wedge::supervise
