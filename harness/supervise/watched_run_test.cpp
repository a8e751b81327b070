// Commands that are only watched: what is kept of what they write.
#include "harness/supervise/watched_run.h"

#include <sys/wait.h>

#include <gtest/gtest.h>

namespace wedge::supervise {
namespace {

std::string output_of(const std::string& script, std::size_t most_output) {
  return run_watched({.command = {"/bin/sh", "-c", script}, .variables = {}, .most_output = most_output}).output;
}

TEST(WatchedRun, keeps_the_end_of_the_output_up_to_a_limit) {
  const std::string script = "for i in 1 2 3 4 5; do echo line $i; done";
  EXPECT_EQ(output_of(script, 1000), "line 1\nline 2\nline 3\nline 4\nline 5\n");
  EXPECT_EQ(output_of(script, 14), "line 4\nline 5\n");
}

TEST(WatchedRun, passes_variables_on_and_says_how_the_command_ended) {
  const WatchedRun run =
      run_watched({.command = {"/bin/sh", "-c", "test \"$COLOUR\" = red && exit 3"}, .variables = {"COLOUR=red"}});
  EXPECT_TRUE(WIFEXITED(run.wait_status));
  EXPECT_EQ(WEXITSTATUS(run.wait_status), 3);
  EXPECT_FALSE(run.hang);
}

}  // namespace
}  // namespace wedge::supervise
