// Runs every `wedge` and compiler command of README.md as a reader would, and compares what it prints with what
// README.md says it prints. (scripts/test and scripts/suite are what CI runs; they are not run inside themselves.)
#include <gtest/gtest.h>

#include <filesystem>
#include <regex>
#include <string>
#include <vector>

#include "harness/e2e/command.h"

namespace wedge::e2e {
namespace {

struct Example {
  std::string command;
  std::string output;  // empty: README does not show it
};

std::vector<Example> examples_in(const std::string& text) {
  std::vector<Example> examples;
  bool inside = false;
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with("```"))
      inside = line == "```console";
    else if (inside && line.starts_with("$ "))
      examples.push_back({line.substr(2), {}});
    else if (inside && !examples.empty())
      examples.back().output += line + "\n";
  }
  return examples;
}

bool is_run_elsewhere(const std::string& command) {
  return command == "scripts/suite" || command == "scripts/test" || command == "git clone";
}

// What differs from machine to machine: where the checkout lies, and fingerprints, which depend on the compiled code.
std::string normalised(std::string text, const std::string& checkout) {
  for (std::size_t at; (at = text.find(checkout)) != std::string::npos;)
    text.replace(at, checkout.size(), "/path/to/checkout");
  return std::regex_replace(text, std::regex("-[0-9a-f]{8}\\.trace"), "-FINGERPRINT.trace");
}

class Checkout {
 public:
  Checkout() {
    namespace fs = std::filesystem;
    fs::create_directories(folder_ / "scripts");
    fs::create_directory_symlink(fs::path(WEDGE_E2E_SOURCES).parent_path(), folder_ / "harness");
    write_text(folder_ / "scripts/wedge", "#!/bin/sh\nWEDGE_COMMAND=scripts/wedge exec " WEDGE_E2E_COMMAND " \"$@\"\n");
    fs::permissions(folder_ / "scripts/wedge", fs::perms::owner_all);
  }
  Finished run(const std::string& command) const {
    return run_command({"/bin/bash", "-c", "cd " + folder_.path() + " && " + command});
  }
  const std::string& path() const { return folder_.path(); }

 private:
  Folder folder_;
};

TEST(Readme, commands_do_what_it_says) {
  const Checkout checkout;
  int compared = 0;
  int ran = 0;
  for (const Example& example : examples_in(read_text(WEDGE_E2E_SOURCES "/../../README.md"))) {
    if (is_run_elsewhere(example.command)) continue;
    const Finished finished = checkout.run(example.command);
    ++ran;
    EXPECT_EQ(finished.errors, "") << example.command;
    if (example.output.empty()) {
      EXPECT_EQ(finished.status, 0) << example.command << "\n" << finished.output;
      continue;
    }
    ++compared;
    EXPECT_EQ(normalised(finished.output, checkout.path()), normalised(example.output, checkout.path()))
        << example.command;
  }
  EXPECT_GE(compared, 2);
  EXPECT_GE(ran, 6);
}

TEST(Readme, is_short_enough_to_be_read) {
  EXPECT_LE(lines_of(read_text(WEDGE_E2E_SOURCES "/../../README.md")).size(), 185U);
}

}  // namespace
}  // namespace wedge::e2e
