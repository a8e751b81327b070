// Asks for more until the search is over, and says what that has shown.
#include "harness/supervise/exhaust.h"

#include <algorithm>
#include <map>
#include <string>

#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

constexpr std::uint32_t any_bound = model::request_flags::bound_preemptions | model::request_flags::bound_delays;

class Exhaust {
 public:
  Exhaust(const ExhaustPlan& plan, Pool& pool) : plan_(plan), pool_(pool) {}

  ExhaustResult run() {
    const bool bounded = (plan_.recipe.flags & any_bound) != 0;
    const std::uint32_t largest = plan_.recipe.strategy_depth;
    try {
      for (std::uint32_t bound = bounded ? 0 : largest; bound <= largest; ++bound) {
        search(bound);
        if (!may_go_on() || !pool_.search().over) break;
        if ((pool_.search().cut & model::search_cut::bound) == 0) break;  // it has not been felt: there is no more
      }
    } catch (const Interrupted&) {
      result_.campaign.complete = false;
    }
    for (auto& [print, trace] : findings_) result_.campaign.findings.push_back(std::move(trace));
    std::ranges::sort(result_.campaign.findings, {}, [](const model::Trace& trace) { return trace.recipe.execution; });
    return std::move(result_);
  }

 private:
  bool may_go_on() const {
    const bool failed = result_.campaign.failures > 0 && !plan_.keep_going;
    return !failed && result_.campaign.executions < plan_.executions && !plan_.out_of_time();
  }

  void search(std::uint32_t bound) {
    model::Recipe recipe = plan_.recipe;
    recipe.strategy_depth = bound;
    const std::uint64_t earlier = result_.campaign.executions;
    std::uint64_t next = 0;  // of this search
    do {
      const std::uint64_t count = std::min(plan_.chunk, plan_.executions - earlier - next);
      pool_.begin(0, recipe, next, count);
      RangeResult answer = pool_.wait();
      const model::SearchBlock& search = pool_.search();
      next = search.begun;
      result_.campaign.executions = earlier + next;
      if (answer.failure) remember(std::move(*answer.failure), earlier);
      result_.claim = claim_of(search);
      result_.claim.bound = bound_words(bound);
      plan_.progress(result_.campaign.executions, result_.campaign.failures);
      if (search.over) return;
    } while (may_go_on());
  }

  void remember(model::Trace failure, std::uint64_t earlier) {
    ++result_.campaign.failures;
    if (!result_.campaign.first_failure) result_.campaign.first_failure = earlier + failure.recipe.execution;
    findings_.try_emplace(failure.fingerprint, std::move(failure));
  }

  std::string bound_words(std::uint32_t bound) const {
    if ((plan_.recipe.flags & any_bound) == 0) return {};
    const bool preemptions = (plan_.recipe.flags & model::request_flags::bound_preemptions) != 0;
    return std::to_string(bound) + (preemptions ? " preemption" : " delay") + (bound == 1 ? "" : "s");
  }

  const ExhaustPlan& plan_;
  Pool& pool_;
  ExhaustResult result_;
  std::map<std::string, model::Trace> findings_;  // by fingerprint, the first of each
};

}  // namespace

model::ExhaustClaim claim_of(const model::SearchBlock& search) {
  model::ExhaustClaim claim;
  claim.over = search.over;
  claim.sees_atomics = search.sees_atomics;
  claim.traces = search.traces;
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
