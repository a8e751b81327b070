// Names of files, quoting for a shell, and folders that cannot be written.
#include "harness/cli/output.h"

#include <cstdlib>
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/cli/locate.h"
#include "harness/model/sample_trace.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;

TEST(output, traces_are_named_after_what_failed_and_how) {
  model::Trace trace = model::sample_deadlock();
  EXPECT_EQ(trace_name(trace), "transfer-deadlock-01234567.trace.json");
  trace.recipe.scenario = "canaries/flusher";
  trace.recipe.variant = "fix/under lock";
  trace.outcome = Outcome::lost_wakeup;
  EXPECT_EQ(trace_name(trace), "canaries-flusher-fix-under-lock-lost-wakeup-01234567.trace.json");
}

TEST(output, what_is_written_can_be_read_and_nothing_else_is_left) {
  std::string pattern = (fs::temp_directory_path() / "wedge-out-XXXXXX").string();
  ASSERT_NE(mkdtemp(pattern.data()), nullptr);
  const OutputFolder folder(pattern + "/deep/out");
  const std::string name = folder.write_trace(model::sample_deadlock());
  EXPECT_EQ(name, "traces/transfer-deadlock-01234567.trace.json");
  EXPECT_EQ(read_file(folder.path_of(name)), model::write_trace(model::sample_deadlock()));
  EXPECT_EQ(std::distance(fs::directory_iterator(pattern + "/deep/out/traces"), {}), 1);
  fs::remove_all(pattern);
}

TEST(output, a_folder_that_cannot_be_written_is_an_error_at_once) {
  EXPECT_THROW(OutputFolder("/proc/nowhere"), supervise::EnvironmentError);
  EXPECT_THROW(OutputFolder("/dev/null/out"), supervise::EnvironmentError);
}

TEST(output, files_that_cannot_be_read) {
  EXPECT_THROW(read_file("/nowhere/at/all"), supervise::EnvironmentError);
  EXPECT_THROW(read_file("/tmp"), supervise::EnvironmentError);
}

TEST(quoting, only_what_needs_it) {
  EXPECT_EQ(shell_quoted("out/traces/a-b_c.json"), "out/traces/a-b_c.json");
  EXPECT_EQ(shell_quoted("two words"), "'two words'");
  EXPECT_EQ(shell_quoted("it's"), "'it'\\''s'");
  EXPECT_EQ(shell_quoted("$HOME*"), "'$HOME*'");
  EXPECT_EQ(shell_quoted(""), "''");
}

}  // namespace
}  // namespace wedge::cli
