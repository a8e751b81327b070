// The same seed gives the same files, byte for byte: again and again, whatever --jobs is.
#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

using Files = std::map<std::string, std::string>;

// `target` comes last: behind its "--" everything is the program's.
Files files_of(const Words& options, const Words& target) {
  const Folder out;
  Words arguments{"run", "--out", out.path()};
  arguments.insert(arguments.end(), options.begin(), options.end());
  arguments.insert(arguments.end(), target.begin(), target.end());
  const Finished run = wedge(arguments);
  EXPECT_LE(run.status, 1) << run.output << run.errors;
  Files files = files_below(out.path());
  EXPECT_GE(files.size(), 2U) << "no trace was written";
  return files;
}

void expect_equal(const Files& one, const Files& other) {
  for (const auto& [name, text] : one) EXPECT_TRUE(other.contains(name)) << name << " is missing";
  for (const auto& [name, text] : other) EXPECT_TRUE(one.contains(name) && one.at(name) == text) << name << " differs";
}

enum class Until { first_failure, last_execution };

class SameSeed : public testing::TestWithParam<std::string> {
 protected:
  void expect_same_files(Until until, const std::string& executions, const Words& target) const {
    const auto files = [&](const char* jobs) {
      Words options{"--strategy", GetParam(), "--seed", "42", "--executions", executions, "--jobs", jobs};
      if (until == Until::last_execution) options.emplace_back("--keep-going");
      // What is made of a finding does not depend on whose it is.
      if (GetParam() != "portfolio") options.emplace_back("--no-analysis");
      return files_of(options, target);
    };
    expect_equal(files("1"), files("3"));
  }
};

TEST_P(SameSeed, gives_the_same_files_for_scenarios) {
  expect_same_files(Until::first_failure, "1000", {"canaries/*"});
}

// Those that fail in some executions only, so that the workers have something to disagree about.
TEST_P(SameSeed, gives_the_same_files_for_scenarios_that_keep_going) {
  expect_same_files(Until::last_execution, "10000", {"canaries/wrong-waiter:*", "canaries/pass/locks:*"});
}

TEST_P(SameSeed, gives_the_same_files_for_a_plain_program) {
  const Folder folder;
  build_all({{own_source("programs/sometimes.cpp"), "g++", Level::plain, folder / "sometimes", {}}});
  for (const Until until : {Until::first_failure, Until::last_execution})
    expect_same_files(until, "400", {folder / "sometimes", "--", "throw"});
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, SameSeed, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

// Else the tests above would hold for a search that ignores its seed.
TEST(OtherSeed, gives_other_files) {
  const Words target{"canaries/wrong-waiter:as-found"};
  EXPECT_NE(files_of({"--seed", "1"}, target), files_of({"--seed", "2"}, target));
}

}  // namespace
}  // namespace wedge::e2e
