// Plans campaigns as the options say, and carries them out.
#include "harness/cli/searches.h"

#include <algorithm>
#include <future>
#include <memory>
#include <utility>

#include "harness/diagnose/resolve.h"
#include "harness/diagnose/symbols.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/exhaust.h"
#include "harness/supervise/interrupt.h"
#include "harness/supervise/kernel_stacks.h"
#include "harness/supervise/minimise.h"
#include "harness/supervise/replay.h"
#include "reports/exhaust_words.h"

namespace wedge::cli {
namespace {

constexpr std::uint64_t plain_chunk = 64;
constexpr std::uint64_t scenario_chunk = 2048;
constexpr unsigned confirmations = 3;
constexpr std::size_t variants_ahead = 16;  // for each job: most of them are short, some are long

std::uint32_t flags_of(const RunOptions& options) {
  return (options.no_early_timeouts ? model::request_flags::no_early_timeouts : 0) |
         (options.spurious_wakeups ? model::request_flags::spurious_wakeups : 0) |
         (options.races ? 0 : model::request_flags::no_races) |
         (options.all_points ? model::request_flags::all_points : 0) |
         (options.watch_heap ? 0 : model::request_flags::no_heap) |
         (options.bound.starts_with("preemptions") ? model::request_flags::bound_preemptions : 0) |
         (options.bound.starts_with("delays") ? model::request_flags::bound_delays : 0) |
         (options.report_misuse ? 0 : model::request_flags::no_misuse);
}

// Asks the user's rules about a race. Each search has its own: what is known of symbols belongs to one thread.
std::function<bool(model::Trace&)> judge_of(const std::vector<BenignRule>& rules) {
  if (rules.empty()) return [](model::Trace&) { return false; };
  return [&rules, symbols = std::make_shared<diagnose::Symbols>()](model::Trace& trace) {
    diagnose::resolve(trace, *symbols);
    const std::string* reason = reason_for(rules, trace);
    if (reason != nullptr) trace.races.front().benign = *reason;
    return reason != nullptr;
  };
}

// The rate is measured beside the rest, which mostly waits for one process after the other.
model::Trace analysed(const model::Trace& trace, const supervise::ReplayPlan& plan) {
  auto rate = std::async(std::launch::async, [&] { return supervise::measure_rate(trace, plan); });
  model::Trace smallest = supervise::minimise(trace, plan);
  supervise::add_kernel_stacks(smallest, plan);
  smallest.analysis->rate = rate.get();
  return smallest;
}

std::function<bool()> clock_of(const RunOptions& options) {
  if (options.time_s <= 0) return [] { return false; };
  const auto end = supervise::Clock::now() + std::chrono::duration<double>(options.time_s);
  return [end] { return supervise::Clock::now() >= end; };
}

unsigned lanes_for(const RunOptions& options, std::size_t variants) {
  return std::min(options.jobs, static_cast<unsigned>(variants));
}

}  // namespace

supervise::Pool SearchSetting::make_pool(unsigned jobs) const {
  return supervise::Pool({selection.program, options.arguments, runtime, options.show_output}, jobs,
                         options.stuck_limit());
}

model::Recipe SearchSetting::recipe_of(const Listed& variant) const {
  model::Recipe recipe;
  recipe.program = selection.program;
  recipe.arguments = options.arguments;
  recipe.build_id = build_id;
  recipe.scenario = variant.scenario;
  recipe.variant = variant.variant;
  recipe.strategy = options.strategy;
  recipe.seed = options.seed;
  recipe.max_steps = variant.max_steps != 0 ? variant.max_steps : options.max_steps;
  recipe.strategy_depth = options.depth;
  recipe.flags = flags_of(options);
  recipe.mutation = options.mutation;
  recipe.carrier = options.carrier;
  return recipe;
}

model::Trace SearchSetting::confirmed(const model::Trace& finding) const {
  supervise::ReplayPlan plan;
  plan.spec = {selection.program, options.arguments, runtime};
  plan.times = plan.jobs = confirmations;
  plan.stuck = options.stuck_limit();
  const model::Trace trace = supervise::confirm(finding, plan);
  return options.analyse && supervise::can_be_analysed(trace) ? analysed(trace, plan) : trace;
}

Searched SearchSetting::search(const Listed& variant, supervise::Pool& pool,
                               const std::function<void(Progress)>& tell) const {
  Searched result = find(variant, pool, tell);
  if (!result.campaign.findings.empty())
    tell({result.campaign.executions, result.campaign.failures, "looking into what was found"});
  try {
    for (model::Trace& finding : result.campaign.findings)
      if (result.campaign.complete) finding = confirmed(finding);
  } catch (const supervise::Interrupted&) {
    result.campaign.complete = false;
  }
  return result;
}

Searched SearchSetting::find(const Listed& variant, supervise::Pool& pool,
                             const std::function<void(Progress)>& tell) const {
  const model::Recipe recipe = recipe_of(variant);
  const std::uint64_t executions = options.executions_for(variant.variant);
  const std::uint64_t chunk = selection.kind == supervise::ProgramKind::plain ? plain_chunk : scenario_chunk;
  if (options.strategy == "exhaust") {
    const auto tell_claim = [&](const supervise::CampaignResult& so_far, const model::ExhaustClaim& claim) {
      tell({so_far.executions, so_far.failures, reports::exhaust_progress(claim)});
    };
    supervise::ExhaustResult result = run_exhaustive(
        {recipe, executions, chunk, options.keep_going, clock_of(options), judge_of(benign), tell_claim}, pool);
    return {std::move(result.campaign), std::move(result.claim)};
  }
  supervise::CampaignPlan plan;
  plan.recipe = recipe;
  plan.executions = executions;
  plan.chunk = chunk;
  plan.keep_going = options.keep_going;
  plan.races_are_expected = variant.races && variant.expected != Outcome::race;
  if (options.enough > 0) plan.enough = options.enough;
  plan.is_benign = judge_of(benign);
  plan.out_of_time = clock_of(options);
  plan.progress = [&](std::uint64_t done, std::uint64_t failures) { tell({done, failures, {}}); };
  return {run_campaign(plan, pool), {}};
}

Searches::Searches(const SearchSetting& setting, const std::vector<Listed>& variants)
    : setting_(setting),
      variants_(variants),
      states_(variants.size()),
      ahead_(
          lanes_for(setting.options, variants.size()), variants.size(), variants_ahead * setting.options.jobs,
          [this] { return make_work(); }, [] { return !supervise::interrupted(); }) {}

// The processes end with the thread that has started them, so each thread has its own.
supervise::Ahead<Searched>::Work Searches::make_work() {
  const unsigned lanes = lanes_for(setting_.options, variants_.size());
  const auto pool = std::make_shared<supervise::Pool>(setting_.make_pool((setting_.options.jobs + lanes - 1) / lanes));
  pool->idle = [this] {
    if (ahead_.is_over()) throw supervise::Interrupted();
  };
  return [this, pool](std::size_t variant) {
    const auto keep = [&](Progress progress) {
      const std::lock_guard lock(mutex_);
      states_[variant].progress = std::move(progress);
    };
    {
      const std::lock_guard lock(mutex_);
      states_[variant].began = std::chrono::steady_clock::now();
    }
    return setting_.search(variants_[variant], *pool, keep);
  };
}

std::optional<Searched> Searches::take(std::size_t variant,
                                       const std::function<void(const Progress&, Beginning)>& tell) {
  return ahead_.take(variant, [&] {
    State state;
    {
      const std::lock_guard lock(mutex_);
      state = states_[variant];
    }
    if (state.began != Beginning{}) tell(state.progress, state.began);
  });
}

}  // namespace wedge::cli
