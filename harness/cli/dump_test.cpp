// `wedge dump` as a user has it: what it prints, what it refuses, and that the process goes on.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "harness/cli/locate.h"
#include "harness/cli/output.h"
#include "harness/diagnose/proc_files.h"
#include "harness/diagnose/target_process.h"
#include "harness/model/hang_json.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using diagnose::TargetProcess;

struct Finished {
  int status = -1;
  std::string out;
  std::string err;
};

class Dump : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wedge-dump-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  Finished dump(const std::string& arguments, const std::string& prefix = "") {
    const std::string line = "cd " + shell_quoted(folder_) + " && " + prefix + " " +
                             shell_quoted(std::getenv("WEDGE_UNDER_TEST")) + " dump " + arguments +
                             " >out.txt 2>err.txt </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder_ + "/out.txt"),
            read_file(folder_ + "/err.txt")};
  }

  void expect_refusal(const std::string& arguments, const std::string& part) {
    const Finished refused = dump(arguments);
    EXPECT_EQ(refused.status, 2) << arguments;
    EXPECT_EQ(refused.out, "") << arguments;
    EXPECT_NE(refused.err.find(part), std::string::npos) << arguments << ": " << refused.err;
    EXPECT_EQ(std::ranges::count(refused.err, '\n'), 1) << refused.err;
    EXPECT_TRUE(refused.err.starts_with("wedge: ")) << refused.err;
  }

  std::string folder_;
};

TEST_F(Dump, reports_who_waits_for_whom_and_disturbs_nobody) {
  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  const Finished report = dump(std::to_string(target.pid()));
  EXPECT_EQ(report.status, 0) << report.err;
  EXPECT_EQ(report.err, "");
  for (const char* part : {"semaphore", "'waiter'", "'holder'", "hidden_holder.cpp:", "nothing was stopped"})
    EXPECT_NE(report.out.find(part), std::string::npos) << part << "\n" << report.out;
  EXPECT_TRUE(target.stands_still(3));
}

TEST_F(Dump, writes_everything_as_json_into_a_file) {
  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  const Finished report = dump(std::to_string(target.pid()) + " --json --out hang.json");
  EXPECT_EQ(report.status, 0) << report.err;
  EXPECT_EQ(report.out, "hang.json\n");
  const model::Hang hang = model::read_hang(read_file(folder_ + "/hang.json"));
  EXPECT_EQ(hang.root, target.pid());
  ASSERT_EQ(hang.processes.size(), 1U);
  EXPECT_EQ(hang.processes.front().threads.size(), 3U);
  EXPECT_FALSE(hang.fingerprint.empty());
}

TEST_F(Dump, refuses_what_it_cannot_look_at_in_one_line) {
  expect_refusal("4194303", "there is no process 4194303");
  expect_refusal("abc", "'abc' is not the number of a process");
  expect_refusal("12x", "'12x' is not the number of a process");
  expect_refusal("0", "'0' is not the number of a process");
  expect_refusal("99999999999", "is not the number of a process");
  expect_refusal("''", "'' is not the number of a process");
  expect_refusal("", "pid is required");
  expect_refusal("1 --sample 0", "--sample must be");
  expect_refusal("1 2", "2");
  const auto kernel_thread = diagnose::read_stat("/proc/2");
  if (kernel_thread && kernel_thread->kernel_thread) expect_refusal("2", "is a thread of the kernel");
}

TEST_F(Dump, refuses_a_zombie_and_a_single_thread) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  expect_refusal(std::to_string(child), "has ended already");
  waitpid(child, nullptr, 0);

  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  const auto threads = diagnose::numbers_in(diagnose::process_path(target.pid()) + "/task");
  ASSERT_TRUE(threads.has_value());
  expect_refusal(std::to_string(threads->back()), "is one thread of a process");
}

TEST_F(Dump, says_when_the_report_cannot_be_written) {
  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  expect_refusal(std::to_string(target.pid()) + " --out nowhere/hang.md", "cannot write the report to nowhere/hang.md");
}

TEST_F(Dump, says_which_right_is_missing) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  fs::permissions(folder_, fs::perms::all);
  const Finished refused = dump(std::to_string(target.pid()), "setpriv --reuid 65534 --regid 65534 --clear-groups");
  if (refused.status == 126 || refused.status == 127 || refused.err.find("setpriv") != std::string::npos)
    GTEST_SKIP() << "another user cannot run wedge from here: " << refused.err;
  EXPECT_EQ(refused.status, 2);
  EXPECT_NE(refused.err.find("CAP_SYS_PTRACE"), std::string::npos) << refused.err;
  EXPECT_NE(refused.err.find("sudo wedge dump"), std::string::npos) << refused.err;
}

}  // namespace
}  // namespace wedge::cli
