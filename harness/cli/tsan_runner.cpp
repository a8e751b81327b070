// Rung `tsan`: a build with the real ThreadSanitizer, without libwedge; each distinct warning is a finding.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "harness/cli/command_runner.h"
#include "harness/cli/output.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/tsan_log.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using supervise::EnvironmentError;
using supervise::Sighting;
using supervise::TsanWarning;

constexpr int exit_with_warnings = 66;

class TemporaryFolder {
 public:
  TemporaryFolder() : path_((fs::temp_directory_path() / "wedge-tsan-XXXXXX").string()) {
    if (mkdtemp(path_.data()) == nullptr) throw EnvironmentError("cannot make a folder like " + path_);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }

  // Of all processes that wrote something, since the last call.
  std::string take_logs() const {
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(path_)) files.push_back(entry.path());
    std::ranges::sort(files);
    std::string text;
    for (const fs::path& file : files) {
      text += read_file(file.string());
      fs::remove(file);
    }
    return text;
  }

 private:
  std::string path_;
};

class TsanRunner : public CommandRunner {
 public:
  using CommandRunner::CommandRunner;

 protected:
  std::vector<Sighting> run_once(const std::vector<std::string>& command) override {
    supervise::WatchedRunSpec spec = spec_for(command);
    // Of an option that is there twice the last counts: what the user has set stays, but for what we depend on.
    spec.variables.push_back(
        fmt::format("TSAN_OPTIONS={}:halt_on_error=0:exitcode={}:log_path={}/log:second_deadlock_stack=1",
                    supervise::own_variable("TSAN_OPTIONS"), exit_with_warnings, logs_.path()));
    const supervise::WatchedRun run = run_watched(spec);
    const std::string log = logs_.take_logs();
    if ((log + run.output).find("ThreadSanitizer: unexpected memory mapping") != std::string::npos)
      throw EnvironmentError(
          "ThreadSanitizer cannot start here: unexpected memory mapping; lower it with: sysctl vm.mmap_rnd_bits=28");
    std::vector<Sighting> sightings = sightings_in(log);
    const bool ended_by_it = WIFEXITED(run.wait_status) && WEXITSTATUS(run.wait_status) == exit_with_warnings;
    if (run.hang || !ended_by_it || sightings.empty())
      for (Sighting& end : sightings_of_end(run)) sightings.push_back(std::move(end));
    return sightings;
  }

 private:
  static std::vector<Sighting> sightings_in(const std::string& log) {
    std::vector<Sighting> sightings;
    for (const TsanWarning& warning : supervise::read_tsan_log(log)) {
      Sighting sighting;
      sighting.outcome = outcome_of(warning);
      sighting.fingerprint = fingerprint_of(warning);
      sighting.text = words_for(warning);
      sighting.place = place_of(warning);
      sighting.details = shortened(warning);
      sighting.report = warning.text;
      const bool known = std::ranges::count(sightings, sighting.fingerprint, &Sighting::fingerprint) > 0;
      if (!known) sightings.push_back(std::move(sighting));
    }
    return sightings;
  }

  TemporaryFolder logs_;
};

}  // namespace

std::unique_ptr<RungRunner> tsan_runner(const RunOptions& options, const Selection& selection) {
  return std::make_unique<TsanRunner>(options, selection);
}

}  // namespace wedge::cli
