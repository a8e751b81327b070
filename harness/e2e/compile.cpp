// Compiler command lines out of `wedge flags`.
#include "harness/e2e/compile.h"

#include <algorithm>
#include <filesystem>
#include <sstream>
#include <stdexcept>

#include "harness/e2e/command.h"

namespace wedge::e2e {
namespace {

namespace fs = std::filesystem;

constexpr unsigned at_once = 2;

Words flags(const std::string& kind, const std::string& compiler, const std::string& rung = "controlled") {
  const Finished printed =
      wedge({"flags", kind, "--rung", rung, "--compiler", compiler == "clang++" ? "clang" : "gcc"});
  if (printed.status != 0) throw std::runtime_error("wedge flags failed: " + printed.errors);
  std::istringstream stream(printed.output);
  Words words;
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

void append(Words& to, const Words& words) { to.insert(to.end(), words.begin(), words.end()); }

Words compilation(const Build& build) {
  Words command{build.compiler, "-std=c++20", "-g"};
  if (build.level != Level::plain) append(command, flags("--compile", build.compiler));
  append(command, build.options);
  append(command, {"-c", build.source, "-o", build.program + ".o"});
  return command;
}

Words link_flags(const Build& build) {
  if (build.level == Level::plain) return {"-pthread", "-ldl"};
  return flags("--link", build.compiler, build.level == Level::tsan ? "tsan" : "controlled");
}

Words linking(const Build& build) {
  Words command{build.compiler, build.program + ".o", "-o", build.program};
  append(command, link_flags(build));
  append(command, build.options);
  return command;
}

void run_all(const std::vector<Words>& commands) {
  for (const Finished& finished : run_commands(commands, at_once))
    if (finished.status != 0) throw std::runtime_error("cannot build a test program:\n" + finished.errors);
}

}  // namespace

bool has_compiler(const std::string& compiler) { return run_command({compiler, "--version"}).status == 0; }

std::string own_source(const std::string& name) { return std::string(WEDGE_E2E_SOURCES) + "/" + name; }

std::vector<std::string> given_programs() {
  std::vector<std::string> sources;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(WEDGE_E2E_GIVEN_PROGRAMS, ignored))
    if (entry.path().extension() == ".cpp") sources.push_back(entry.path());
  std::ranges::sort(sources);
  return sources;
}

void build_all(const std::vector<Build>& builds) {
  std::vector<Words> compilations;
  std::vector<Words> linkings;
  for (const Build& build : builds) {
    compilations.push_back(compilation(build));
    linkings.push_back(linking(build));
  }
  run_all(compilations);
  run_all(linkings);
}

}  // namespace wedge::e2e
