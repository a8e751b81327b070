// Reads findings back from where the run put them, so that a run does not have to keep them all in memory.
#include "harness/cli/report_files.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>

#include "harness/model/hang_json.h"
#include "harness/supervise/errors.h"
#include "reports/github.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using supervise::EnvironmentError;

std::string variable(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : value;
}

template <typename Read>
auto read_with(const std::string& path, const Read& read) {
  const std::string text = read_file(path);
  try {
    return read(text);
  } catch (const std::runtime_error& error) {
    throw EnvironmentError(path + " " + error.what());
  }
}

}  // namespace

reports::Sources sources_in(const std::string& folder) {
  const auto path_of = [folder](const std::string& relative) { return (fs::path(folder) / relative).string(); };
  return {[path_of](const std::string& path) -> std::optional<model::Trace> {
            return read_with(path_of(path), [](const std::string& text) { return model::read_trace(text); });
          },
          [path_of](const std::string& path) -> std::optional<model::Hang> {
            return read_with(path_of(path), [](const std::string& text) { return model::read_hang(text); });
          },
          source_root()};
}

model::RunResult load_result(const std::string& folder) {
  const std::string path = (fs::path(folder) / "result.json").string();
  if (!fs::exists(path))
    throw EnvironmentError("there is no result.json in " + folder + "; 'wedge run --out' makes one");
  const std::string text = read_file(path);
  try {
    return model::read_result(text);
  } catch (const std::runtime_error& error) {
    throw EnvironmentError(path + ": " + error.what());
  }
}

void write_reports(model::RunResult& result, const OutputFolder& output) {
  reports::render_all(result, sources_in(output.path_of("")),
                      [&](const reports::ReportFile& file) { output.write(file.name, file.text); });
}

void tell_github(const model::RunResult& result) {
  if (variable("GITHUB_ACTIONS") != "true") return;
  fmt::print("{}", reports::annotations(result, source_root()));
  std::fflush(stdout);
  const std::string path = variable("GITHUB_STEP_SUMMARY");
  if (path.empty()) return;
  // Other steps and other runs of this one write to it as well.
  std::error_code error;
  const std::uintmax_t size = fs::file_size(path, error);
  const std::size_t used = error ? 0 : static_cast<std::size_t>(size);
  if (used >= reports::most_summary_bytes) return;
  std::ofstream(path, std::ios::binary | std::ios::app)
      << reports::job_summary(result, reports::most_summary_bytes - used);
}

std::string source_root() {
  if (std::string workspace = variable("GITHUB_WORKSPACE"); !workspace.empty()) return workspace;
  std::error_code error;
  const fs::path here = fs::current_path(error);
  for (fs::path folder = here; !folder.empty(); folder = folder.parent_path()) {
    if (fs::exists(folder / ".git", error)) return folder.string();
    if (folder == folder.parent_path()) break;
  }
  return here.string();
}

}  // namespace wedge::cli
