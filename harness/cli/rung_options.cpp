// Declares and checks --rung and what goes with it.
#include "harness/cli/rung_options.h"

#include <initializer_list>
#include <string>

#include "harness/cli/duration.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

using supervise::EnvironmentError;

Delays delays_from(const std::string& name) {
  for (Delays delays : {Delays::none, Delays::light, Delays::heavy})
    if (name_of(delays) == name) return delays;
  throw EnvironmentError("there are no delays '" + name + "'; take none, light or heavy");
}

std::chrono::milliseconds hang_after_from(const std::string& text) {
  const auto duration = read_duration(text);
  if (!duration || duration->count() == 0)
    throw EnvironmentError("--hang-after " + text + " is no time; give something like 10s, 500ms or 2m");
  return *duration;
}

void refuse(const CLI::App& command, const RunOptions& run, std::initializer_list<const char*> options,
            const std::string& where) {
  for (const char* option : options)
    if (command.count(option) > 0)
      throw EnvironmentError(std::string(option) + " belongs to " + where + ", not to --rung " +
                             std::string(name_of(run.rung)));
}

}  // namespace

Rung rung_from(const std::string& name) {
  for (Rung rung : {Rung::controlled, Rung::free, Rung::tsan, Rung::rr, Rung::gpu})
    if (name_of(rung) == name) return rung;
  throw EnvironmentError("there is no rung '" + name + "'; take controlled, free, tsan, rr or gpu");
}

void add_rung_options(CLI::App& command, RunOptions& run) {
  command
      .add_option_function<std::string>(
          "--rung", [&run](const std::string& name) { run.rung = rung_from(name); },
          "controlled; or real threads: free (seeded delays), tsan (a ThreadSanitizer build), rr (recorded), "
          "gpu (with a real device)")
      ->default_str("controlled");
  command
      .add_option_function<std::string>(
          "--hang-after", [&run](const std::string& text) { run.hang_after = hang_after_from(text); },
          "Real threads: an execution that has not ended after so long is captured as a hang")
      ->default_str("10s");
  command
      .add_option_function<std::string>(
          "--delays", [&run](const std::string& name) { run.delays = delays_from(name); },
          "Rung free: how much delay at the points: none, light or heavy")
      ->default_str("light");
}

void check_rung_options(const RunOptions& run, const CLI::App& command) {
  if (run.rung == Rung::controlled) {
    refuse(command, run, {"--hang-after"}, "the rungs free, tsan, rr and gpu");
    refuse(command, run, {"--delays"}, "the rung free");
    return;
  }
  refuse(command, run,
         {"--strategy", "--depth", "--carrier", "--steps", "--no-early-timeouts", "--spurious-wakeups", "--no-heap",
          "--mutation"},
         "controlled runs");
  if (run.rung == Rung::free) return;
  refuse(command, run, {"--delays", "--seed", "--jobs"}, "the rung free and controlled runs");
  refuse(command, run, {"--stuck"}, "controlled runs");
}

std::uint64_t usual_executions(const RunOptions& run) {
  constexpr std::uint64_t controlled = 10000;
  constexpr std::uint64_t free = 1000;
  constexpr std::uint64_t instrumented = 100;
  constexpr std::uint64_t exhaustive = 1000000;
  if (run.strategy == "exhaust") return exhaustive;
  if (run.rung == Rung::controlled) return controlled;
  return run.rung == Rung::free ? free : instrumented;
}

}  // namespace wedge::cli
