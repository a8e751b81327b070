// Rung `rr`: the program as it is, recorded in chaos mode until it fails; the failing recording is kept.
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "harness/cli/command_runner.h"
#include "harness/cli/locate.h"
#include "harness/supervise/early_end.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using supervise::Sighting;

bool is_in_path(const std::string& name) {
  const std::string path = supervise::own_variable("PATH");
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    const std::string file = path.substr(at, end - at) + "/" + name;
    if (access(file.c_str(), X_OK) == 0 && !fs::is_directory(file)) return true;
    at = end + 1;
  }
  return false;
}

// One line of what it says.
std::string complaint_in(const std::string& output) {
  std::string line = output.substr(0, output.find('\n'));
  for (std::size_t at = 0; at < output.size();) {
    const std::size_t end = std::min(output.find('\n', at), output.size());
    std::string candidate = output.substr(at, end - at);
    for (const char* word : {"perf", "counter", "FATAL", "microarchitecture", "not supported"})
      if (candidate.find(word) != std::string::npos) return candidate;
    at = end + 1;
  }
  return line;
}

std::string folder_like(const std::string& pattern) {
  std::string path = pattern;
  if (mkdtemp(path.data()) == nullptr) throw supervise::EnvironmentError("cannot make a folder like " + path);
  return path;
}

class RrRunner : public CommandRunner {
 public:
  using CommandRunner::CommandRunner;

 protected:
  std::vector<Sighting> run_once(const std::vector<std::string>& command) override {
    const std::string recordings = absolute_path(options().out) + "/recordings";
    fs::create_directories(recordings);
    const std::string folder =
        folder_like(recordings + "/" + fs::path(command.front()).filename().string() + "-XXXXXX");
    std::vector<std::string> words{"rr", "record", "--chaos", "-o", folder + "/trace"};
    words.insert(words.end(), command.begin(), command.end());
    std::vector<Sighting> sightings = sightings_of_end(run_watched(spec_for(words)));
    if (sightings.empty()) fs::remove_all(folder);
    for (Sighting& sighting : sightings) sighting.replay = "rr replay " + shell_quoted(folder + "/trace");
    return sightings;
  }
};

}  // namespace

std::unique_ptr<RungRunner> rr_runner(const RunOptions& options, const Selection& selection) {
  return std::make_unique<RrRunner>(options, selection);
}

std::string why_rr_cannot_be_used() {
  if (!is_in_path("rr")) return "rr is not installed; install the package rr";
  const std::string folder = folder_like((fs::temp_directory_path() / "wedge-rr-XXXXXX").string());
  supervise::WatchedRunSpec spec;
  spec.command = {"rr", "record", "--chaos", "-o", folder + "/trace", "/bin/true"};
  const supervise::WatchedRun run = run_watched(spec);
  fs::remove_all(folder);
  if (run.hang) return "rr records nothing: it does not end when it records /bin/true";
  if (run.wait_status == 0) return {};
  const std::string complaint = complaint_in(run.output);
  return "rr cannot record here, mostly because the processor's counters cannot be read; it " +
         (complaint.empty() ? supervise::words_for_status(run.wait_status) : "says: " + complaint);
}

}  // namespace wedge::cli
