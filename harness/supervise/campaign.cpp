// Hands out executions round by round, in increasing order, and decides which answers count.
#include "harness/supervise/campaign.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>

#include "harness/supervise/errors.h"
#include "harness/supervise/races.h"
#include "harness/supervise/rounds.h"
#include "harness/supervise/search.h"

namespace wedge::supervise {
namespace {

class Campaign {
 public:
  Campaign(const CampaignPlan& plan, Workers& workers)
      : plan_(plan), workers_(workers), recipe_(plan.recipe), active_(workers.count()), search_(plan.recipe.strategy) {}

  CampaignResult run() {
    try {
      workers_.learn(search_.knowledge());  // nothing: they may have worked for another campaign
      while (goes_on() && !has_enough()) run_round();
    } catch (const Interrupted&) {
      interrupted_ = true;
      for (unsigned worker = 0; worker < active_.size(); ++worker) drop(worker);
    }
    return result();
  }

 private:
  std::uint64_t limit() const {
    if (plan_.keep_going) return plan_.executions;
    const bool to_the_end = races_.empty() || plan_.races_are_expected;
    const std::uint64_t behind = to_the_end ? plan_.executions : first_race() + 1 + executions_behind_a_race;
    return std::min({plan_.executions, first_failure(), behind});
  }

  // The scout and what follows it always run, however short the time.
  bool goes_on() const { return next_ < limit() && (next_ <= 1 || !plan_.out_of_time()); }
  bool has_enough() const { return plan_.keep_going && failures_.size() + races_.size() >= plan_.enough; }

  void run_round() {
    const std::uint64_t first = next_;
    left_ = {next_, std::min(end_of_round(next_, plan_.executions), limit())};
    begin_last_tenth();
    // Beside the first pieces nothing runs: most failures are found there, before a second process would have started.
    give(next_ <= 1 ? 1 : workers_.count());
    while (any_active()) {
      settle(workers_.wait());
      plan_.progress(done_, failures_.size());
      give(workers_.count());
    }
    collect_races();
    lessons_.teach(recipe_, next_);
    search_.end_round(lessons_.search, found_since(first), next_);
    lessons_.search = {};
    recipe_.turns = search_.turns();
    workers_.learn(search_.knowledge());
  }

  // New findings by their smallest execution, which is known when a round is over.
  std::vector<std::uint64_t> found_since(std::uint64_t first) const {
    std::vector<std::uint64_t> found;
    for (const auto& [print, trace] : findings_)
      if (trace.recipe.execution >= first) found.push_back(trace.recipe.execution);
    return found;
  }

  void begin_last_tenth() {
    if (next_ == plan_.executions - plan_.executions / 10 && plan_.executions >= 10) pairs_before_ = search_.pairs();
  }

  void give(unsigned to) {
    for (unsigned worker = 0; worker < to; ++worker)
      if (!active_[worker]) give_piece(worker);
  }

  void give_piece(unsigned worker) {
    left_.end = std::min(left_.end, limit());
    if (left_.first >= left_.end || !goes_on()) return;
    const Range range = piece_of(left_, plan_.chunk, workers_.count());
    next_ = left_.first = range.end;
    begin(worker, range);
  }

  // Execution 0 walks at random and alone: its length is what the other strategies take as their estimate.
  model::Recipe recipe_for(std::uint64_t execution) const {
    model::Recipe recipe = recipe_;
    if (execution == 0) recipe.strategy = "random";
    return recipe;
  }

  void begin(unsigned worker, Range range) {
    active_[worker] = range;
    workers_.begin(worker, recipe_for(range.first), range.first, range.size());
  }

  // Races do not end an execution. At the end of a round those that it was the first to show become findings.
  void collect_races() {
    for (const auto& [pair, seen] : lessons_.races) {
      if (seen.execution > first_failure() || !collected_.insert(pair).second) continue;
      std::optional<model::Trace> trace = workers_.repeat(recipe_for(seen.execution), seen.execution);
      if (!trace || !make_primary(*trace, pair)) continue;
      if (!trace->races.front().benign.empty() || plan_.is_benign(*trace))
        benign_.push_back(std::move(*trace));
      else if (trace->outcome == Outcome::race)
        races_.push_back(std::move(*trace));
    }
  }

  std::uint64_t first_race() const {
    return std::ranges::min(races_, {}, [](const model::Trace& trace) { return trace.recipe.execution; })
        .recipe.execution;
  }

  void settle(RangeResult answer) {
    const Range range = *active_[answer.worker];
    active_[answer.worker].reset();
    lessons_.add(answer.lessons);
    count_directed({range.first, answer.failure ? answer.failure->recipe.execution + 1 : range.end});
    if (!answer.failure) {
      done_ += range.size();
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

  void count_directed(Range range) {
    for (std::uint64_t i = range.first; i < range.end; ++i)
      directed_ += model::is_directed(recipe_.directed_from, recipe_.directions.count, i) ? 1 : 0;
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
    result.predicted = lessons_.lock_cycles.count;
    result.directed = directed_;
    if (!failures_.empty()) result.first_failure = first_failure();
    for (auto& [print, trace] : findings_) result.findings.push_back(std::move(trace));
    std::ranges::sort(result.findings, {}, [](const model::Trace& trace) { return trace.recipe.execution; });
    result.failures = failures_.size() + races_.size();
    result.executions = plan_.keep_going || failures_.empty() ? done_ : first_failure() + 1;
    if (failures_.empty() && done_ == plan_.executions) {
      result.residual = search_.residual();
      if (result.residual && pairs_before_) result.residual->new_in_last_tenth = search_.pairs() - *pairs_before_;
    }
    // Beyond the first failure other workers may have met another one first: which, would depend on their number.
    if (!plan_.keep_going && !failures_.empty()) {
      result.failures = 1 + races_.size();
      result.findings.erase(result.findings.begin() + 1, result.findings.end());
    }
    if (!races_.empty()) result.first_failure = std::min(first_failure(), first_race());
    std::ranges::sort(races_, {}, [](const model::Trace& trace) { return trace.recipe.execution; });
    std::ranges::move(races_, std::back_inserter(result.findings));
    result.benign = std::move(benign_);
    return result;
  }

  const CampaignPlan& plan_;
  Workers& workers_;
  model::Recipe recipe_;
  std::vector<std::optional<Range>> active_;  // by worker
  std::uint64_t next_ = 0;                    // the first execution that was not handed out yet
  Range left_;                                // of this round
  Lessons lessons_;                           // of all rounds; those of the search, of this one
  Search search_;
  std::optional<std::uint64_t> pairs_before_;  // the last tenth
  std::uint64_t done_ = 0;
  std::uint64_t directed_ = 0;  // of these
  bool interrupted_ = false;
  std::vector<std::uint64_t> failures_;
  std::map<std::string, model::Trace> findings_;  // by fingerprint
  std::set<model::RacePair> collected_;
  std::vector<model::Trace> races_;
  std::vector<model::Trace> benign_;
};

}  // namespace

CampaignResult run_campaign(const CampaignPlan& plan, Workers& workers) { return Campaign(plan, workers).run(); }

}  // namespace wedge::supervise
