// Asks for more until the search is over, and says what that has shown.
#include "harness/supervise/exhaust.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "harness/supervise/errors.h"
#include "harness/supervise/races.h"

namespace wedge::supervise {
namespace {

constexpr std::uint32_t any_bound = model::request_flags::bound_preemptions | model::request_flags::bound_delays;

class Exhaust {
 public:
  Exhaust(const ExhaustPlan& plan, Pool& pool) : plan_(plan), pool_(pool), recipe_(plan.recipe) {}

  ExhaustResult run() {
    try {
      do {
        learned_ = false;
        search_all_bounds();
      } while (learned_ && may_go_on());
    } catch (const Interrupted&) {
      result_.campaign.complete = false;
    }
    std::ranges::move(races_, std::back_inserter(result_.campaign.findings));
    return std::move(result_);
  }

 private:
  std::uint64_t limit() const {
    if (plan_.keep_going || !first_race_) return plan_.executions;
    return std::min(plan_.executions, *first_race_ + 1 + executions_behind_a_race);
  }

  bool may_go_on() const {
    const bool stopped = (failed_ && !plan_.keep_going) || too_many_races_;
    return !stopped && result_.campaign.executions < limit() && !plan_.out_of_time();
  }

  void search_all_bounds() {
    const bool bounded = (plan_.recipe.flags & any_bound) != 0;
    const std::uint32_t largest = plan_.recipe.strategy_depth;
    for (std::uint32_t bound = bounded ? 0 : largest; bound <= largest; ++bound) {
      search(bound);
      if (learned_ || !may_go_on() || !pool_.search().over) break;
      if ((pool_.search().cut & model::search_cut::bound) == 0) break;  // it has not been felt: there is no more
    }
  }

  void search(std::uint32_t bound) {
    recipe_.strategy_depth = bound;
    const std::uint64_t earlier = result_.campaign.executions;
    std::uint64_t next = 0;  // of this search
    do {
      pool_.begin_exhaustive(recipe_, next, std::min(plan_.chunk, limit() - earlier - next));
      const RangeResult answer = pool_.wait();
      const model::SearchBlock& search = pool_.search();
      next = search.begun;
      result_.campaign.executions = earlier + next;
      claim(search, bound);
      if (answer.failure) remember(*answer.failure, earlier);
      plan_.progress(result_.campaign, result_.claim);
      if (search.over || learned_) return;
    } while (may_go_on());
  }

  void claim(const model::SearchBlock& search, std::uint32_t bound) {
    result_.claim = claim_of(search);
    result_.claim.bound = bound_words(bound);
    result_.claim.sees_races = search.sees_atomics && (recipe_.flags & model::request_flags::no_races) == 0;
    result_.claim.racing = recipe_.races.size();
  }

  void remember(const model::Trace& trace, std::uint64_t earlier) {
    const std::uint64_t execution = earlier + trace.recipe.execution;
    if (trace.outcome == Outcome::race)
      remember_races(trace, execution);
    else
      remember_failure(trace, execution);
    learn(trace);
  }

  void remember_failure(const model::Trace& trace, std::uint64_t execution) {
    failed_ = true;
    count(execution);
    if (fingerprints_.insert(trace.fingerprint).second) result_.campaign.findings.push_back(trace);
  }

  void remember_races(const model::Trace& trace, std::uint64_t execution) {
    bool counts = false;
    for (const model::Race& race : trace.races) {
      const RacePair pair = pair_of(trace, race);
      if (is_known(pair)) continue;
      model::Trace finding = trace;
      if (!make_primary(finding, pair)) continue;
      const bool benign = !finding.races.front().benign.empty() || plan_.is_benign(finding);
      counts = counts || !benign;
      (benign ? result_.campaign.benign : races_).push_back(std::move(finding));
    }
    if (!counts) return;
    count(execution);
    if (!first_race_) first_race_ = execution;
  }

  void count(std::uint64_t execution) {
    ++result_.campaign.failures;
    if (!result_.campaign.first_failure) result_.campaign.first_failure = execution;
  }

  bool is_known(const RacePair& pair) const { return std::ranges::find(recipe_.races, pair) != recipe_.races.end(); }

  // From the next search on the places of these races are points.
  void learn(const model::Trace& trace) {
    for (const model::Race& race : trace.races) {
      const RacePair pair = pair_of(trace, race);
      if (is_known(pair)) continue;
      if (pair.one.module.empty() || recipe_.races.size() == model::max_known_races) {
        too_many_races_ = true;
        result_.claim.cut.emplace_back("races");
        return;
      }
      recipe_.races.push_back(pair);
      learned_ = true;
    }
  }

  std::string bound_words(std::uint32_t bound) const {
    if ((plan_.recipe.flags & any_bound) == 0) return {};
    const bool preemptions = (plan_.recipe.flags & model::request_flags::bound_preemptions) != 0;
    return std::to_string(bound) + (preemptions ? " preemption" : " delay") + (bound == 1 ? "" : "s");
  }

  const ExhaustPlan& plan_;
  Pool& pool_;
  model::Recipe recipe_;  // with the races that are known
  ExhaustResult result_;
  std::set<std::string> fingerprints_;
  std::vector<model::Trace> races_;  // one for each pair of places
  std::optional<std::uint64_t> first_race_;
  bool failed_ = false;   // otherwise than by a race
  bool learned_ = false;  // the search has to begin again
  bool too_many_races_ = false;
};

}  // namespace

model::ExhaustClaim claim_of(const model::SearchBlock& search) {
  model::ExhaustClaim claim;
  claim.over = search.over;
  claim.sees_atomics = search.sees_atomics;
  claim.traces = search.traces;
  // The last one that was tried is looked at only when the next begins.
  if (!search.over && search.running && !search.redundant_now && !search.lost_now) ++claim.traces;
  claim.redundant = search.redundant;
  claim.longest = search.longest;
  const auto tried = static_cast<double>(search.traces);
  constexpr double least = 1e-12;
  if (!search.over && search.explored > least)
    claim.left = static_cast<std::uint64_t>(std::min(tried / search.explored - tried, 1e18));
  const std::pair<std::uint32_t, const char*> words[] = {
      {model::search_cut::bound, "bound"},     {model::search_cut::timeouts, "timeouts"},
      {model::search_cut::repeats, "repeats"}, {model::search_cut::steps, "steps"},
      {model::search_cut::tasks, "tasks"},     {model::search_cut::undetermined, "undetermined"}};
  for (const auto& [bit, word] : words)
    if (search.cut & bit) claim.cut.emplace_back(word);
  return claim;
}

ExhaustResult run_exhaustive(const ExhaustPlan& plan, Pool& pool) { return Exhaust(plan, pool).run(); }

}  // namespace wedge::supervise
