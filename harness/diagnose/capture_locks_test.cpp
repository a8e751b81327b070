// One program that hangs in every way at once: each wait is told for what it is, with its holder and its whole stack.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "harness/diagnose/capture.h"
#include "harness/diagnose/target_process.h"

namespace wedge::diagnose {
namespace {

using model::WaitKind;

struct Expected {
  const char* thread;
  const char* function;
  WaitKind kind;
  const char* flavour = "";
  const char* owner = "";  // the name of a thread; "gone"
  const char* object = "";
};

constexpr Expected expected_waits[] = {
    {"mutex", "wait_mutex_normal", WaitKind::mutex, "normal", "holder", "normal_mutex"},
    {"recursive", "wait_mutex_recursive", WaitKind::mutex, "recursive", "holder", "recursive_mutex"},
    {"errorcheck", "wait_mutex_errorcheck", WaitKind::mutex, "errorcheck", "holder", "errorcheck_mutex"},
    {"robust", "wait_mutex_robust", WaitKind::mutex, "robust", "holder", "robust_mutex"},
    {"inheriting", "wait_mutex_inheriting", WaitKind::mutex, "priority-inheriting", "holder", "inheriting_mutex"},
    {"abandoned", "wait_mutex_abandoned", WaitKind::mutex, "normal", "gone", "abandoned_mutex"},
    {"rwlock_read", "wait_rwlock_read", WaitKind::rwlock_read, "", "holder", "written_lock"},
    {"rwlock_write", "wait_rwlock_write", WaitKind::rwlock_write, "", "", "read_lock"},
    {"condition", "wait_condition", WaitKind::condition, "", "", "never_signalled"},
    {"condition_time", "wait_condition_timed", WaitKind::condition, "", "", "never_signalled"},
    {"semaphore", "wait_semaphore", WaitKind::semaphore, "", "", "empty_semaphore"},
    {"atomic", "wait_atomic", WaitKind::futex, "", "", "never_changed"},
    {"future", "wait_future", WaitKind::futex},
    {"sleep", "wait_sleep", WaitKind::sleep},
    {"join", "wait_join", WaitKind::join, "", "joined"},
    {"pipe_read", "wait_pipe_read", WaitKind::read},
    {"pipe_write", "wait_pipe_write", WaitKind::write},
    {"receive", "wait_socket_receive", WaitKind::read},
    {"receive_time", "wait_socket_receive_timed", WaitKind::read},
    {"accept", "wait_accept", WaitKind::accept},
    {"tcp_read", "wait_tcp_read", WaitKind::read},
    {"poll", "wait_poll", WaitKind::poll},
    {"select", "wait_select", WaitKind::poll},
    {"epoll", "wait_epoll", WaitKind::epoll},
    {"epoll_time", "wait_epoll_timed", WaitKind::epoll},
    {"signal", "wait_signal", WaitKind::signal, "", "", "SIGUSR1"},
    {"file_lock", "wait_file_lock", WaitKind::file_lock},
    {"child_wait", "wait_child", WaitKind::child},
    {"eventfd", "wait_eventfd", WaitKind::read},
};
constexpr std::size_t threads_of_target = std::size(expected_waits) + 4;  // main, holder, joined, and the child's

class EveryWait : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    ASSERT_TRUE(target_.stands_still(threads_of_target)) << "the target never came to rest";
    CaptureRequest request;
    request.root = target_.pid();
    hang_ = capture_tree(request);
    process_ = process_in(hang_, target_.pid());
    ASSERT_NE(process_, nullptr);
  }

  const model::HangThread& thread(const char* name) {
    const model::HangThread* found = thread_named(*process_, name);
    static const model::HangThread missing;
    EXPECT_NE(found, nullptr) << name;
    return found == nullptr ? missing : *found;
  }

  const model::HangDescriptor& descriptor_of(const char* name) {
    static const model::HangDescriptor missing;
    const model::Wait& wait = thread(name).wait;
    if (wait.descriptors.empty()) return missing;
    const auto found = std::ranges::find(process_->descriptors, wait.descriptors.front().descriptor,
                                         &model::HangDescriptor::descriptor);
    return found == process_->descriptors.end() ? missing : *found;
  }

  TargetProcess target_{std::string("every_wait_") + GetParam()};
  model::Hang hang_;
  const model::HangProcess* process_ = nullptr;
};

TEST_P(EveryWait, is_told_for_what_it_is) {
  for (const Expected& expected : expected_waits) {
    SCOPED_TRACE(expected.thread);
    const model::Wait& wait = thread(expected.thread).wait;
    EXPECT_EQ(name_of(wait.kind), name_of(expected.kind)) << wait.text;
    EXPECT_EQ(wait.flavour, expected.flavour);
    EXPECT_TRUE(wait.object.ends_with(expected.object)) << wait.object;
    EXPECT_EQ(wait.object.empty(), std::string(expected.object).empty()) << wait.object;
    EXPECT_FALSE(wait.text.empty());
    EXPECT_EQ(wait.owner_is_gone, std::string(expected.owner) == "gone") << wait.text;
    if (*expected.owner == '\0' || wait.owner_is_gone) continue;
    EXPECT_EQ(wait.owner, thread(expected.owner).tid) << wait.text;
  }
}

TEST_P(EveryWait, has_a_whole_stack_without_having_been_stopped) {
  EXPECT_EQ(hang_.longest_stop_s, 0);
  EXPECT_TRUE(hang_.missing.empty()) << hang_.missing.front();
  for (const Expected& expected : expected_waits) {
    const model::HangThread& seen = thread(expected.thread);
    EXPECT_EQ(name_of(seen.stack_source), "passive") << expected.thread;
    EXPECT_TRUE(seen.stack_complete) << stack_text(hang_, seen);
    EXPECT_TRUE(on_stack(hang_, seen, expected.function)) << stack_text(hang_, seen);
    // What the thread was started with stands at the bottom, below any frame pointer.
    EXPECT_TRUE(on_stack(hang_, seen, "lambda in main")) << stack_text(hang_, seen);
    EXPECT_EQ(seen.voluntary_switches, 0U) << expected.thread;
  }
  for (const model::HangThread& seen : process_->threads) {
    if (seen.tid == process_->pid) {
      EXPECT_TRUE(on_stack(hang_, seen, "main")) << stack_text(hang_, seen);
      EXPECT_TRUE(on_stack(hang_, seen, "_start")) << stack_text(hang_, seen);
    }
  }
}

TEST_P(EveryWait, goes_on_waiting_afterwards) {
  EXPECT_TRUE(target_.stands_still(threads_of_target)) << "a call ended: the target would have said which";
  EXPECT_TRUE(target_.alive());
}

TEST_P(EveryWait, that_ends_by_itself_says_when) {
  for (const char* name : {"condition_time", "sleep", "receive_time", "epoll_time"}) {
    ASSERT_TRUE(thread(name).wait.timeout_s.has_value()) << name;
    EXPECT_GT(*thread(name).wait.timeout_s, 6000) << name;
    EXPECT_LE(*thread(name).wait.timeout_s, 7200) << name;
  }
  for (const char* name : {"condition", "receive", "epoll", "poll", "select", "signal", "accept"})
    EXPECT_FALSE(thread(name).wait.timeout_s.has_value()) << name;
}

TEST_P(EveryWait, counts_those_who_wait_beside_it) {
  EXPECT_EQ(thread("condition").wait.waiters, 2U);
  EXPECT_EQ(thread("condition").wait.signal_pending, false);
  EXPECT_EQ(thread("semaphore").wait.waiters, 1U);
}

TEST_P(EveryWait, on_a_descriptor_knows_its_other_end) {
  const model::HangDescriptor& full = descriptor_of("pipe_write");
  EXPECT_EQ(full.kind, "pipe");
  EXPECT_EQ(full.unread, full.capacity);
  EXPECT_EQ(full.ready_out, false);
  const model::HangDescriptor& empty = descriptor_of("pipe_read");
  EXPECT_EQ(empty.unread, 0U);
  EXPECT_EQ(empty.ready_in, false);
  EXPECT_EQ(descriptor_of("receive").kind, "unix socket");
  EXPECT_EQ(descriptor_of("tcp_read").kind, "tcp socket");
  EXPECT_EQ(descriptor_of("eventfd").kind, "eventfd");
  for (const char* name : {"pipe_read", "pipe_write", "receive", "tcp_read"}) {
    const model::HangDescriptor& descriptor = descriptor_of(name);
    const auto own = std::ranges::find(descriptor.other_end, target_.pid(), &model::DescriptorEnd::pid);
    ASSERT_NE(own, descriptor.other_end.end()) << descriptor.text;
    EXPECT_NE(own->descriptor, descriptor.descriptor);
  }
  EXPECT_EQ(thread("poll").wait.descriptors.size(), 2U);
  EXPECT_EQ(thread("select").wait.descriptors.size(), 1U);
  EXPECT_EQ(thread("epoll").wait.descriptors.size(), 1U);
  EXPECT_FALSE(thread("epoll").wait.descriptors.front().ready);
}

TEST_P(EveryWait, for_a_process_knows_which) {
  const auto child = std::ranges::find(hang_.processes, target_.pid(), &model::HangProcess::parent);
  ASSERT_NE(child, hang_.processes.end());
  EXPECT_EQ(thread("child_wait").wait.owner, child->pid);
  EXPECT_EQ(thread("file_lock").wait.owner, target_.pid());
}

INSTANTIATE_TEST_SUITE_P(builds, EveryWait, testing::Values("O0", "O2", "frame_pointers", "static"),
                         [](const auto& build) { return std::string(build.param); });

}  // namespace
}  // namespace wedge::diagnose
