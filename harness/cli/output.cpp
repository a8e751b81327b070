// Writes files whole or not at all: a reader never meets half a trace.
#include "harness/cli/output.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <unistd.h>

#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using supervise::EnvironmentError;

// Scenario ids and variant names hold slashes.
std::string as_file_name(std::string text) {
  for (char& letter : text)
    if (std::strchr("/ :*?\\\"'", letter) != nullptr) letter = '-';
  return text;
}

}  // namespace

void write_file(const std::string& path, const std::string& text) {
  const std::string temporary = path + ".tmp" + std::to_string(getpid());
  std::ofstream file(temporary, std::ios::binary);
  file << text;
  file.close();
  if (file && std::rename(temporary.c_str(), path.c_str()) == 0) return;
  const std::string reason = std::strerror(errno);
  std::remove(temporary.c_str());
  throw EnvironmentError("cannot write " + path + ": " + reason);
}

OutputFolder::OutputFolder(std::string path) : path_(std::move(path)) {
  std::error_code error;
  fs::create_directories(fs::path(path_) / "traces", error);
  if (!error && access((fs::path(path_) / "traces").c_str(), W_OK) != 0)
    error = std::error_code(errno, std::generic_category());
  if (error)
    throw EnvironmentError("cannot write to " + path_ + ": " + error.message() + "; give another folder with --out");
}

std::string OutputFolder::write_trace(const model::Trace& trace) const {
  std::string name = "traces/" + trace_name(trace);
  write_file(path_of(name), model::write_trace(trace));
  return name;
}

void OutputFolder::write_result(const std::string& json) const { write_file(path_of("result.json"), json); }

void OutputFolder::write(const std::string& relative, const std::string& text) const {
  const fs::path path = path_of(relative);
  std::error_code error;
  fs::create_directories(path.parent_path(), error);  // what is wrong shows when the file is opened
  write_file(path.string(), text);
}

std::string OutputFolder::path_of(const std::string& relative) const { return (fs::path(path_) / relative).string(); }

std::string trace_name(const model::Trace& trace) {
  std::string name = trace.recipe.scenario.empty() ? fs::path(trace.recipe.program).filename().string()
                                                   : trace.recipe.scenario + "-" + trace.recipe.variant;
  return finding_name(name, trace.outcome, trace.fingerprint) + ".trace.json";
}

std::string finding_name(const std::string& what, Outcome outcome, const std::string& fingerprint) {
  return as_file_name(what) + "-" + std::string(name_of(outcome)) + "-" + fingerprint.substr(0, 8);
}

std::string read_file(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) throw EnvironmentError(path + " is a directory; name a trace in it");
  std::ifstream file(path, std::ios::binary);
  if (!file) throw EnvironmentError("cannot read " + path + ": " + std::strerror(errno));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace wedge::cli
