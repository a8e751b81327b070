// Rung `free`: the program with libwedge in it, on real threads, with seeded delays at the points.
#include <fmt/format.h>

#include "harness/cli/locate.h"
#include "harness/cli/rungs.h"
#include "harness/diagnose/resolve.h"
#include "harness/supervise/pool.h"

namespace wedge::cli {
namespace {

using supervise::ProgramKind;
using supervise::Sighting;
using supervise::Sightings;

constexpr std::uint64_t chunk = 1;  // each may hang, and is waited for: no other one waits behind it
constexpr std::size_t shown_frames = 16;

std::uint32_t flags_for(Delays delays) {
  std::uint32_t flags = model::request_flags::free_running;
  if (delays == Delays::light) flags |= model::request_flags::light_delays;
  if (delays == Delays::heavy) flags |= model::request_flags::heavy_delays;
  return flags;
}

std::string stack_text(const model::Stack& stack) {
  std::string text;
  std::size_t shown = 0;
  for (const model::Frame& frame : stack.frames)
    for (const model::Place& place : frame.places)
      if (!place.system && shown++ < shown_frames)
        text += place.file.empty() ? fmt::format("  {}\n", place.function)
                                   : fmt::format("  {} at {}:{}\n", place.function, place.file, place.line);
  return text;
}

// How often each finding was seen: the campaign itself keeps the first only.
class CountingWorkers : public supervise::Workers {
 public:
  explicit CountingWorkers(supervise::Pool& pool) : pool_(pool) {}
  unsigned count() const override { return pool_.count(); }
  void begin(unsigned worker, const model::Recipe& recipe, std::uint64_t first, std::uint64_t count) override {
    pool_.begin(worker, recipe, first, count);
  }
  supervise::RangeResult wait() override {
    supervise::RangeResult result = pool_.wait();
    if (result.failure) ++seen_[result.failure->fingerprint];
    return result;
  }
  void learn(const model::SearchKnowledge& knowledge) override { pool_.learn(knowledge); }
  void abandon(unsigned worker) override { pool_.abandon(worker); }

  std::uint64_t seen(const std::string& fingerprint) const { return seen_.at(fingerprint); }

 private:
  supervise::Pool& pool_;
  std::map<std::string, std::uint64_t> seen_;
};

class FreeRunner : public RungRunner {
 public:
  FreeRunner(const RunOptions& options, const Selection& selection)
      : options_(options),
        selection_(selection),
        pool_({selection.program, options.arguments, locate_runtime(), options.show_output}, options.jobs,
              options.stuck_limit(), options.hang_after) {}

  std::vector<Listed> variants() override {
    if (selection_.kind == ProgramKind::plain) return {Listed{}};
    return matching(listed_from(pool_.listing()), selection_.globs);
  }

  Sightings run(const Listed& variant, const RungPlan& plan) override {
    pool_.idle = plan.idle;
    supervise::CampaignPlan campaign;
    campaign.recipe = recipe_for(variant);
    campaign.executions = plan.executions;
    campaign.chunk = chunk;
    campaign.keep_going = plan.keep_going;
    campaign.enough = plan.enough;
    campaign.progress = plan.progress;
    campaign.out_of_time = plan.out_of_time;
    CountingWorkers workers(pool_);
    const supervise::CampaignResult result = run_campaign(campaign, workers);
    Sightings sightings{result.executions, result.failures, result.first_failure, result.complete, {}};
    for (const model::Trace& finding : result.findings) {
      sightings.distinct.push_back(sighting_of(finding));
      if (plan.keep_going) sightings.distinct.back().seen = workers.seen(finding.fingerprint);
    }
    return sightings;
  }

 private:
  model::Recipe recipe_for(const Listed& variant) const {
    model::Recipe recipe;
    recipe.program = selection_.program;
    recipe.arguments = options_.arguments;
    recipe.scenario = variant.scenario;
    recipe.variant = variant.variant;
    recipe.seed = options_.seed;
    recipe.max_steps = options_.max_steps;
    recipe.flags = flags_for(options_.delays);
    return recipe;
  }

  Sighting sighting_of(model::Trace trace) {
    diagnose::resolve(trace, symbols_);
    Sighting sighting{trace.outcome, trace.fingerprint, trace.recipe.execution, 1, trace.text, {}, {}, {}, {}, {}};
    const model::Stack* stack = model::stack_of(trace, trace.stack);
    if (stack != nullptr && !stack->place.file.empty())
      sighting.place = fmt::format("{}:{}", stack->place.file, stack->place.line);
    if (stack != nullptr) sighting.details = stack_text(*stack);
    for (const std::string& note : trace.notes) sighting.details += fmt::format("  note: {}\n", note);
    const model::Hang* hang = pool_.hang_of(trace.recipe.execution);
    if (trace.outcome == Outcome::hang && hang != nullptr) sighting.hang = *hang;
    return sighting;
  }

  const RunOptions& options_;
  const Selection& selection_;
  supervise::Pool pool_;
  diagnose::Symbols symbols_;
};

}  // namespace

std::unique_ptr<RungRunner> free_runner(const RunOptions& options, const Selection& selection) {
  return std::make_unique<FreeRunner>(options, selection);
}

}  // namespace wedge::cli
