// `wedge repro`: the same choices in fresh processes, compared event by event.
#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/commands.h"
#include "harness/cli/debugger.h"
#include "harness/cli/locate.h"
#include "harness/cli/output.h"
#include "harness/cli/portable_trace.h"
#include "harness/cli/report_files.h"
#include "harness/diagnose/resolve.h"
#include "harness/supervise/elf_check.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/replay.h"
#include "reports/interleaving.h"
#include "reports/text.h"

namespace wedge::cli {
namespace {

using model::Trace;
using supervise::EnvironmentError;

Trace load(const std::string& path) {
  const std::string text = read_file(path);
  try {
    return model::read_trace(text);
  } catch (const model::TraceError& error) {
    throw EnvironmentError(path + " " + error.what());
  }
}

// Returns whether it is the build that the trace was recorded with.
bool use_program(Trace& trace, const std::string& other) {
  if (!other.empty()) trace.recipe.program = absolute_path(other);
  const std::string& program = trace.recipe.program;
  if (access(program.c_str(), F_OK) != 0)
    throw EnvironmentError("the program of this trace, " + program +
                           ", is not there; build it, or give it with --program");
  supervise::check_program(program);
  const std::string now = diagnose::build_id(program);
  const bool same_build = now == trace.recipe.build_id;
  if (!same_build)
    fmt::print(stderr, "wedge: warning: {} is another build than the one in the trace (build id {}, then {}); trying\n",
               program, now.empty() ? "none" : now, trace.recipe.build_id.empty() ? "none" : trace.recipe.build_id);
  return same_build;
}

std::string event_or_end(const Trace& trace, std::size_t index) {
  if (index >= trace.events.size()) return fmt::format("the end: {}", reports::headline(trace));
  return reports::event_words(trace, reports::Words(trace), trace.events[index]);
}

std::uint64_t step_of(const Trace& expected, const Trace& got, std::size_t index) {
  if (index < expected.events.size()) return expected.events[index].step;
  return index < got.events.size() ? got.events[index].step : got.steps;
}

// One that was found without a word of the runtime has no events to compare. The hash over all events holds the numbers
// of their stacks, which are others in another build; there the events themselves count.
bool is_same(const Trace& expected, const Trace& got, bool same_build) {
  if (!supervise::same_end(expected, got)) return false;
  if (expected.events_total == 0) return true;
  if (same_build) return supervise::same_events(expected, got);
  return expected.events_total == got.events_total && !supervise::first_difference(expected, got);
}

std::string describe_divergence(const Trace& expected, Trace got) {
  diagnose::Symbols symbols;
  diagnose::resolve(got, symbols);
  const auto index = supervise::first_difference(expected, got);
  if (index && !expected.events.empty())
    return fmt::format("diverged at step {}: expected {}, got {}", step_of(expected, got, *index),
                       event_or_end(expected, *index), event_or_end(got, *index));
  if (got.outcome == Outcome::diverged) return got.text;
  if (!supervise::same_end(expected, got))
    return fmt::format("diverged: expected {}, got {}", reports::headline(expected), reports::headline(got));
  return fmt::format("diverged: {} events instead of {}, or others in the part that the trace leaves out",
                     got.events_total, expected.events_total);
}

supervise::ReplayPlan plan_for(const Trace& trace, const ReproOptions& options) {
  supervise::ReplayPlan plan;
  plan.spec = {trace.recipe.program, trace.recipe.arguments, locate_runtime(), !options.quiet_output};
  plan.times = options.times;
  plan.jobs = options.jobs;
  plan.stuck = std::chrono::milliseconds(static_cast<std::int64_t>(options.stuck_s * 1000));
  return plan;
}

int replay_and_compare(const Trace& trace, const ReproOptions& options, bool same_build) {
  std::optional<Trace> other;
  unsigned same = 0;
  supervise::replay(trace, plan_for(trace, options), [&](Trace got) {
    if (is_same(trace, got, same_build))
      ++same;
    else
      other = std::move(got);
    return !other.has_value();
  });
  if (!other) {
    fmt::print("same: {} in {} steps, {} of {}\n", name_of(trace.outcome), trace.steps, same, options.times);
    return exit_as_declared;
  }
  fmt::print("{}\n", describe_divergence(trace, *other));
  fmt::print("it was the same {} times before\n", same);
  return exit_not_as_declared;
}

}  // namespace

int repro_command(const ReproOptions& options) {
  Trace trace = load(options.trace);
  const bool same_build = use_program(trace, options.program);
  if (options.carrier) trace.recipe.carrier = *options.carrier;
  if (options.explain) fmt::print("{}\n", reports::explain(trace));
  std::fflush(stdout);
  if (options.gdb) debug(trace, locate_runtime());
  const int status = replay_and_compare(trace, options, same_build);
  if (status == exit_as_declared && !options.keep.empty())
    write_file(options.keep, model::write_trace(portable(std::move(trace), source_root())));
  return status;
}

}  // namespace wedge::cli
