// Rung `gpu`: GPU host code as it is, on real threads and a real device, without libwedge.
#include <sys/wait.h>

#include "harness/cli/command_runner.h"
#include "harness/cli/locate.h"
#include "harness/supervise/early_end.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

using supervise::Sighting;

constexpr int exit_skipped = 77;

class GpuRunner : public CommandRunner {
 public:
  using CommandRunner::CommandRunner;

 protected:
  std::vector<Sighting> run_once(const std::vector<std::string>& command) override {
    return sightings_of_end(run_watched(spec_for(command)));
  }
};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

}  // namespace

std::unique_ptr<RungRunner> gpu_runner(const RunOptions& options, const Selection& selection) {
  return std::make_unique<GpuRunner>(options, selection);
}

// The program with the scenarios looks for itself. Whatever program the user names is run as it is.
std::string why_gpu_cannot_be_used(const RunOptions& options) {
  supervise::WatchedRunSpec spec;
  spec.hang_after = options.hang_after;
  try {
    spec.command = {options.program.empty() ? locate_gpu_scenarios() : options.program, "--wedge-list"};
  } catch (const supervise::EnvironmentError& error) {
    return error.what();
  }
  const supervise::WatchedRun run = run_watched(spec);
  if (run.hang) return "it is not known whether there is a device: looking for one does not end";
  const bool skips = WIFEXITED(run.wait_status) && WEXITSTATUS(run.wait_status) == exit_skipped;
  return skips ? first_line(run.output) : "";
}

}  // namespace wedge::cli
