// Looks in the few places where things can be.
#include "harness/cli/locate.h"

#include <cstdlib>
#include <filesystem>
#include <initializer_list>
#include <string_view>

#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;

fs::path own_directory() { return fs::read_symlink("/proc/self/exe").parent_path(); }

std::string locate(const char* variable, std::string_view what, std::initializer_list<const char*> candidates) {
  if (const char* given = std::getenv(variable); given != nullptr && *given != '\0') {
    if (fs::exists(given)) return absolute_path(given);
    throw supervise::EnvironmentError(std::string(variable) + " says " + given + ", which does not exist");
  }
  std::string looked;
  for (const char* candidate : candidates) {
    const fs::path path = (own_directory() / candidate).lexically_normal();
    std::error_code ignored;
    if (fs::exists(path, ignored)) return path.string();
    if (looked.empty()) looked = path.string();
  }
  throw supervise::EnvironmentError("cannot find " + std::string(what) + " (expected " + looked +
                                    "); build it, or set " + variable);
}

}  // namespace

std::string locate_runtime() {
  return locate("WEDGE_RUNTIME", "the runtime libwedge.so", {"../runtime/libwedge.so", "../lib/libwedge.so"});
}

std::string locate_scenarios() {
  return locate("WEDGE_SCENARIOS", "the program with the scenarios",
                {"../../scenarios/wedge-scenarios", "../libexec/wedge-scenarios"});
}

std::string locate_tsan_scenarios() {
  return locate("WEDGE_TSAN_SCENARIOS", "the program with the scenarios and ThreadSanitizer",
                {"../../scenarios/wedge-scenarios-tsan", "../libexec/wedge-scenarios-tsan"});
}

std::string locate_gpu_scenarios() {
  return locate("WEDGE_GPU_SCENARIOS", "the program with the scenarios for a GPU, which needs the CUDA toolkit",
                {"../../scenarios/wedge-scenarios-gpu", "../libexec/wedge-scenarios-gpu"});
}

std::string locate_free_library() {
  return locate("WEDGE_FREE_LIBRARY", "the library libwedge-free.a",
                {"../runtime/libwedge-free.a", "../lib/libwedge-free.a"});
}

std::string locate_cuda_recorder() {
  return locate("WEDGE_CUDA_RECORDER", "the recorder libwedge-cuda-recorder.so",
                {"../../gpu/recorder/libwedge-cuda-recorder.so", "../lib/libwedge-cuda-recorder.so"});
}

std::string locate_headers() {
  const fs::path installed = (own_directory() / "../include").lexically_normal();
  std::error_code ignored;
  if (fs::exists(installed / "wedge/scenario.h", ignored)) return installed.string();
  return WEDGE_INCLUDE_DIRECTORY;
}

std::string command_name(const char* argv0) {
  const char* given = std::getenv("WEDGE_COMMAND");
  return given != nullptr && *given != '\0' ? given : argv0;
}

std::string shell_quoted(const std::string& word) {
  constexpr std::string_view harmless = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=,+@%";
  if (!word.empty() && word.find_first_not_of(harmless) == std::string::npos) return word;
  std::string text = "'";
  for (char letter : word) text += letter == '\'' ? std::string("'\\''") : std::string(1, letter);
  return text + "'";
}

std::string absolute_path(const std::string& path) { return fs::absolute(path).lexically_normal().string(); }

}  // namespace wedge::cli
