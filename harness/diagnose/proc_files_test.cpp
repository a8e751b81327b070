// The text files of /proc, of this very process and as hand-made lines, and steps that never end.
#include "harness/diagnose/proc_files.h"

#include <algorithm>
#include <csignal>
#include <future>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "harness/diagnose/file_locks.h"
#include "harness/diagnose/system_calls.h"
#include "harness/diagnose/waits.h"
#include "harness/diagnose/within.h"

namespace wedge::diagnose {
namespace {

TEST(proc_files, a_name_may_hold_parentheses_and_spaces) {
  char old_name[16];
  prctl(PR_GET_NAME, old_name);
  prctl(PR_SET_NAME, "a) S 7 (b");
  const auto stat = read_stat(thread_path(getpid(), gettid()));
  prctl(PR_SET_NAME, old_name);
  ASSERT_TRUE(stat.has_value());
  EXPECT_EQ(stat->name, "a) S 7 (b");
  EXPECT_EQ(stat->state, 'R');
  EXPECT_EQ(stat->parent, getppid());
  EXPECT_FALSE(stat->kernel_thread);
}

TEST(proc_files, signal_masks_are_read) {
  sigset_t signals, before;
  sigemptyset(&signals);
  sigaddset(&signals, SIGUSR2);
  pthread_sigmask(SIG_BLOCK, &signals, &before);
  const auto status = read_status(thread_path(getpid(), gettid()));
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  ASSERT_TRUE(status.has_value());
  EXPECT_NE(status->blocked_signals & std::uint64_t{1} << (SIGUSR2 - 1), 0U);
  EXPECT_EQ(status->inner_id, gettid());
}

TEST(proc_files, what_is_gone_is_no_error_but_no_value_either) {
  EXPECT_FALSE(read_stat("/proc/0").has_value());
  EXPECT_FALSE(read_mappings(0).has_value());
  EXPECT_FALSE(numbers_in("/proc/0/task").has_value());
}

TEST(proc_files, own_code_is_mapped_executable) {
  const auto mappings = read_mappings(getpid());
  ASSERT_TRUE(mappings.has_value());
  const auto code = reinterpret_cast<std::uint64_t>(&read_mappings);
  const auto found = std::ranges::find_if(*mappings, [&](const Mapping& mapping) { return mapping.holds(code); });
  ASSERT_NE(found, mappings->end());
  EXPECT_TRUE(found->executable);
  EXPECT_FALSE(found->writable);
  EXPECT_TRUE(found->path.ends_with("capture_test")) << found->path;
}

TEST(file_locks, the_holder_stands_above_those_who_wait) {
  const char* locks =
      "1: POSIX  ADVISORY  WRITE 100 08:01:77 0 EOF\n"
      "1: -> POSIX  ADVISORY  WRITE 300 08:01:77 0 EOF\n"
      "2: FLOCK  ADVISORY  WRITE 200 08:01:88 0 EOF\n"
      "2: -> FLOCK  ADVISORY  WRITE 301 08:01:88 0 EOF\n"
      "2: -> FLOCK  ADVISORY  READ 302 08:01:88 0 EOF\n"
      "3: OFDLCK ADVISORY  WRITE -1 08:01:99 0 EOF\n"
      "3: -> OFDLCK ADVISORY  WRITE -1 08:01:99 0 EOF\n";
  EXPECT_EQ(holder_of_file_lock(locks, 300, 77), 100);
  EXPECT_EQ(holder_of_file_lock(locks, 302, 88), 200);
  EXPECT_FALSE(holder_of_file_lock(locks, 300, 88).has_value());
  EXPECT_FALSE(holder_of_file_lock(locks, -1, 99).has_value());
}

TEST(system_calls, each_number_stands_for_one_call) {
  EXPECT_EQ(name_of_system_call(202), "futex");
  EXPECT_EQ(name_of_system_call(9999), "system call 9999");
  EXPECT_EQ(system_call(9999), nullptr);
}

TEST(signal_names, have_one_form) {
  EXPECT_EQ(signal_name(SIGINT), "SIGINT");
  EXPECT_EQ(signal_name(40), "signal 40");
}

TEST(within, a_step_that_never_ends_is_left_behind) {
  const auto never = std::make_shared<std::promise<void>>();
  EXPECT_FALSE(within(std::chrono::milliseconds(20), [never] { never->get_future().wait(); }));
  EXPECT_TRUE(within(std::chrono::seconds(60), [] {}));
  never->set_value();
}

}  // namespace
}  // namespace wedge::diagnose
