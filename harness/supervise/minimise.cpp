// Delta debugging over guides.
#include "harness/supervise/minimise.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <vector>

#include "harness/supervise/capture.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/races.h"

namespace wedge::supervise {
namespace {

using model::GuideEntry;
using model::SwitchKind;
using model::Trace;

constexpr std::size_t most_explained = 100;
constexpr std::uint64_t seed_of_rate = 0x72617465;  // so that no execution of the campaign is counted again

SwitchKind kind_of(const GuideEntry& entry) {
  if (entry.choice >= model::first_value) return SwitchKind::value;
  if (entry.choice == model::clock_choice) return SwitchKind::early_timeout;
  if (entry.choice == model::spurious_choice) return SwitchKind::spurious_wakeup;
  return SwitchKind::task;
}

std::uint16_t target_of(const GuideEntry& entry) {
  switch (kind_of(entry)) {
    case SwitchKind::task:
      return entry.choice;
    case SwitchKind::value:
      return static_cast<std::uint16_t>(entry.choice - model::first_value);
    default:
      return model::no_task;
  }
}

Guide without(const Guide& guide, std::span<const std::size_t> indexes) {
  Guide rest;
  for (std::size_t i = 0; i < guide.size(); ++i)
    if (std::ranges::find(indexes, i) == indexes.end()) rest.push_back(guide[i]);
  return rest;
}

bool is_confirmed(const Trace& trace) {
  return trace.confirmation.attempts > 0 && trace.confirmation.same == trace.confirmation.attempts;
}

}  // namespace

bool can_be_analysed(const Trace& trace) {
  return !trace.choices.empty() && is_confirmed(trace) && trace.outcome != Outcome::hang &&
         trace.outcome != Outcome::unsupported && trace.outcome != Outcome::diverged;
}

Reduction::Reduction(const Trace& finding, GuidedRuns& runs, const MinimiseLimits& limits)
    : finding_(finding), runs_(runs), limits_(limits) {}

bool Reduction::is_same_failure(const GuidedRun& run) const { return is_same_finding(finding_, run.trace); }

bool Reduction::out_of_budget() const { return runs_.count() >= limits_.candidates || runs_.steps() >= limits_.steps; }

// A livelock needs its whole budget to be one; anything else that takes much longer has lost its way.
std::uint64_t Reduction::candidate_steps() const {
  return finding_.outcome == Outcome::livelock ? finding_.recipe.max_steps : 4 * finding_.steps + 10'000;
}

bool Reduction::begin(const Guide& guide) {
  if (guide.size() > model::max_guide) return false;
  smallest_ = runs_.run(guide, candidate_steps());
  return is_same_failure(smallest_);
}

bool Reduction::accept(const Guide& guide) {
  GuidedRun run = runs_.run(guide, candidate_steps());
  if (!is_same_failure(run) || switches_in(run.guide) > switches_in(smallest_.guide)) return false;
  if (run.guide.size() >= smallest_.guide.size()) return false;
  smallest_ = std::move(run);
  return true;
}

std::vector<std::size_t> Reduction::entries_of(Part part) const {
  std::vector<std::size_t> indexes;
  for (std::size_t i = 0; i < smallest_.guide.size(); ++i)
    if (part == Part::all || is_switch(smallest_.guide[i]) == (part == Part::switches)) indexes.push_back(i);
  std::ranges::sort(indexes, {}, [&](std::size_t i) { return smallest_.guide[i].used_at; });
  return indexes;
}

// Tries to leave out each stretch of `piece` entries that follow each other in time.
bool Reduction::pass(Part part, std::size_t piece) {
  bool any = false;
  std::vector<std::size_t> entries = entries_of(part);
  for (std::size_t start = 0; start < entries.size() && !out_of_budget();) {
    const auto stretch = std::span(entries).subspan(start, std::min(piece, entries.size() - start));
    if (accept(without(smallest_.guide, stretch))) {
      any = true;
      entries = entries_of(part);
    } else {
      start += piece;
    }
  }
  return any;
}

// Two or three that only together can be left out, wherever they are: only few entries have few enough such sets.
bool Reduction::leave_out_together() {
  constexpr std::size_t most_for_pairs = 24;
  constexpr std::size_t most_for_triples = 10;
  const std::size_t count = smallest_.guide.size();
  if (count > most_for_pairs) return false;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = i + 1; j < count && !out_of_budget(); ++j)
      if (accept(without(smallest_.guide, std::array{i, j}))) return true;
  if (count > most_for_triples) return false;
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = i + 1; j < count; ++j)
      for (std::size_t k = j + 1; k < count && !out_of_budget(); ++k)
        if (accept(without(smallest_.guide, std::array{i, j, k}))) return true;
  return false;
}

bool Reduction::reduce(Part part) {
  bool any = false;
  for (std::size_t piece = entries_of(part).size(); piece > 0; piece /= 2) any = pass(part, piece) || any;
  return any;
}

void Reduction::reduce() {
  while (!out_of_budget()) {
    const bool fewer_switches = reduce(Part::switches);
    const bool fewer_others = reduce(Part::others);
    if (!fewer_switches && !fewer_others && !leave_out_together()) return;
  }
}

bool Reduction::explain_switches(model::Analysis& analysis) {
  bool all_needed = true;
  for (std::size_t i = 0; i < smallest_.guide.size(); ++i) {
    const GuideEntry& entry = smallest_.guide[i];
    if (!is_switch(entry)) continue;
    if (analysis.switches.size() == most_explained) return false;
    const GuidedRun run = runs_.run(without(smallest_.guide, std::array{i}), candidate_steps());
    if (is_same_failure(run) && switches_in(run.guide) <= switches_in(smallest_.guide)) all_needed = false;
    analysis.switches.push_back(
        {kind_of(entry), entry.used_at, entry.task, target_of(entry), run.trace.outcome, run.trace.text});
  }
  std::ranges::sort(analysis.switches, {}, &model::EssentialSwitch::step);
  return all_needed;
}

Trace minimise(const Trace& finding, const ReplayPlan& plan, const MinimiseLimits& limits) {
  GuidedRuns runs(finding.recipe, plan.spec, plan.stuck);
  Reduction reduction(finding, runs, limits);
  model::Analysis analysis;
  analysis.steps_before = finding.steps;
  Trace smallest = finding;
  const bool known = reduction.begin(guide_of(finding));
  if (known) analysis.switches_before = switches_in(reduction.smallest().guide);
  // Where the schedule is too long to be a guide, it may be that nothing in it matters.
  if (known || reduction.begin({})) {
    reduction.reduce();
    analysis.complete = reduction.explain_switches(analysis);
    Trace candidate = reduction.smallest().trace;
    if (finding.outcome == Outcome::race && !finding.races.empty())
      make_primary(candidate, pair_of(finding, finding.races.front()));
    candidate = confirm(candidate, plan);
    analysis.minimised = is_confirmed(candidate) && is_same_finding(finding, candidate);
    if (analysis.minimised) smallest = std::move(candidate);
  }
  if (!analysis.minimised) analysis.switches.clear();
  analysis.candidates = runs.count();
  smallest.analysis = analysis;
  return smallest;
}

model::FailureRate rate_of(std::uint64_t failures, std::uint64_t executions) {
  if (executions == 0) return {};
  constexpr double z = 1.959964;  // 95 %
  const auto n = static_cast<double>(executions);
  const double p = static_cast<double>(failures) / n;
  const double middle = p + z * z / (2 * n);
  const double spread = z * std::sqrt(p * (1 - p) / n + z * z / (4 * n * n));
  const double scale = 1 + z * z / n;
  return {failures, executions, failures == 0 ? 0 : (middle - spread) / scale,
          failures == executions ? 1 : (middle + spread) / scale};
}

model::FailureRate measure_rate(const Trace& finding, const ReplayPlan& plan, const MinimiseLimits& limits) {
  Job job(plan.spec, plan.stuck);
  const std::array<Job*, 1> jobs{&job};
  model::Recipe recipe = finding.recipe;
  recipe.strategy = "random";
  recipe.portfolio = false;
  recipe.seed += seed_of_rate;
  std::uint64_t done = 0, failures = 0, steps = 0;
  while (done < limits.rate_executions && failures < limits.rate_failures && steps < limits.rate_steps) {
    job.send(
        request_for(recipe, model::Command::run, done, std::min<std::uint64_t>(64, limits.rate_executions - done)));
    const Arrival arrival = wait_any(std::span<Job* const>(jobs), [] {});
    steps += job.control().progress.total_steps;
    if (arrival.answer.kind == AnswerKind::refused) break;
    if (arrival.answer.kind == AnswerKind::stopped) {
      failures += is_same_finding(finding, capture(job.control(), arrival.answer, recipe)) ? 1 : 0;
      done = arrival.answer.execution + 1;
    } else {
      done = std::min(done + 64, limits.rate_executions);
    }
  }
  return rate_of(failures, done);
}

}  // namespace wedge::supervise
