// Threads that run, processes out of reach, hidden holders, Ctrl-C: whatever is not simply blocked.
#include "harness/diagnose/capture.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "harness/diagnose/seize.h"
#include "harness/diagnose/target_process.h"

namespace wedge::diagnose {
namespace {

using model::WaitKind;
using model::YesNo;

model::Hang capture(pid_t root) {
  CaptureRequest request;
  request.root = root;
  request.between_samples = std::chrono::milliseconds(100);
  return capture_tree(request);
}

TEST(capture, stops_a_running_thread_only_for_an_instant) {
  const TargetProcess target("spins");
  ASSERT_TRUE(target.spins());
  const model::Hang hang = capture(target.pid());
  const model::HangThread* spinner = thread_named(*process_in(hang, target.pid()), "spinner");
  ASSERT_NE(spinner, nullptr);
  EXPECT_EQ(spinner->wait.kind, WaitKind::running);
  EXPECT_EQ(name_of(spinner->stack_source), "seized") << spinner->stack_remark;
  EXPECT_TRUE(spinner->stack_complete) << stack_text(hang, *spinner);
  EXPECT_TRUE(on_stack(hang, *spinner, "spin_for_ever")) << stack_text(hang, *spinner);
  EXPECT_GT(spinner->cpu_s + spinner->run_delay_s, 0);
  EXPECT_GT(hang.longest_stop_s, 0);
  const model::HangThread* joiner = thread_named(*process_in(hang, target.pid()), "spins");
  EXPECT_EQ(name_of(joiner->stack_source), "passive");
  EXPECT_EQ(joiner->wait.owner, spinner->tid);
  EXPECT_TRUE(target.spins());
}

TEST(capture, runs_no_risk_when_it_may_not_stop_anything) {
  const TargetProcess target("spins");
  ASSERT_TRUE(target.spins());
  CaptureRequest request;
  request.root = target.pid();
  request.stop_running = false;
  const model::Hang hang = capture_tree(request);
  const model::HangThread* spinner = thread_named(*process_in(hang, target.pid()), "spinner");
  EXPECT_EQ(name_of(spinner->stack_source), "none");
  EXPECT_FALSE(spinner->stack_remark.empty());
  EXPECT_EQ(hang.longest_stop_s, 0);
}

TEST(seize, lets_interrupted_calls_go_on) {
  const TargetProcess target("every_wait_O2");
  ASSERT_TRUE(target.stands_still(33));
  const model::Hang before = capture(target.pid());
  const AddressSpace memory(target.pid());
  for (const char* name : {"epoll", "epoll_time", "receive_time", "signal", "semaphore", "sleep"}) {
    const model::HangThread* thread = thread_named(*process_in(before, target.pid()), name);
    ASSERT_NE(thread, nullptr) << name;
    const Seized seized = seize(memory, thread->tid, 65536);
    EXPECT_TRUE(seized.stack.has_value()) << name << ": " << seized.remark;
  }
  ASSERT_TRUE(target.stands_still(33)) << "a call has returned EINTR";
  const model::Hang after = capture(target.pid());
  EXPECT_EQ(thread_named(*process_in(after, target.pid()), "epoll")->wait.kind, WaitKind::epoll);
}

TEST(capture, reads_a_vfork_parent_that_no_stop_could_reach) {
  const TargetProcess target("vfork_parent");
  ASSERT_TRUE(target.stands_still(2));
  const model::Hang hang = capture(target.pid());
  const model::HangProcess* process = process_in(hang, target.pid());
  ASSERT_EQ(process->threads.size(), 1U);
  const model::HangThread& parent = process->threads.front();
  EXPECT_EQ(parent.state, 'D');
  EXPECT_EQ(parent.wait.kind, WaitKind::vfork);
  EXPECT_TRUE(parent.stack_complete) << stack_text(hang, parent);
  EXPECT_TRUE(on_stack(hang, parent, "lend_memory")) << stack_text(hang, parent);
  ASSERT_EQ(hang.processes.size(), 2U);
  EXPECT_EQ(parent.wait.owner, hang.processes.back().pid);
  EXPECT_EQ(process->ctrl_c.works, YesNo::no) << process->ctrl_c.why;
  EXPECT_EQ(hang.longest_stop_s, 0);
}

TEST(capture, follows_calls_where_there_are_no_tables) {
  const TargetProcess target("without_tables");
  ASSERT_TRUE(target.stands_still(1));
  const model::Hang hang = capture(target.pid());
  const model::HangThread& thread = process_in(hang, target.pid())->threads.front();
  EXPECT_TRUE(thread.stack_complete) << stack_text(hang, thread);
  for (const char* function : {"inner_call", "outer_call", "main"})
    EXPECT_TRUE(on_stack(hang, thread, function)) << stack_text(hang, thread);
  EXPECT_NE(thread.stack_remark.find("searching"), std::string::npos) << thread.stack_remark;
}

TEST(capture, suspects_whoever_has_the_lock_on_its_stack) {
  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  const model::Hang hang = capture(target.pid());
  const model::HangProcess* process = process_in(hang, target.pid());
  const model::Wait& wait = thread_named(*process, "waiter")->wait;
  EXPECT_EQ(wait.kind, WaitKind::semaphore);
  EXPECT_EQ(wait.owner, thread_named(*process, "holder")->tid) << wait.owner_evidence;
  EXPECT_NE(wait.owner_evidence.find("suspect"), std::string::npos);
}

struct CtrlCCase {
  const char* state;
  YesNo works;
  const char* why;
};

TEST(ctrl_c, is_foretold_from_masks_and_wakeup_channels) {
  for (const CtrlCCase& expected : {CtrlCCase{"default", YesNo::yes, "default action"},
                                    {"ignored", YesNo::no, "SIGINT is ignored"},
                                    {"background", YesNo::no, "started with &"},
                                    {"blocked", YesNo::no, "every thread blocks SIGINT"},
                                    {"signalfd", YesNo::no, "nobody watches the signalfd"},
                                    {"handler", YesNo::unknown, "has a handler"},
                                    {"watched", YesNo::unknown, "open and watched"},
                                    {"unwatched", YesNo::no, "nobody watches the channel"},
                                    {"full", YesNo::no, "is full"}}) {
    const TargetProcess target("ctrl_c_states", {expected.state});
    ASSERT_TRUE(target.stands_still(1)) << expected.state;
    const model::Hang hang = capture(target.pid());
    const model::CtrlC& answer = process_in(hang, target.pid())->ctrl_c;
    EXPECT_EQ(name_of(answer.works), name_of(expected.works)) << expected.state << ": " << answer.why;
    EXPECT_NE(answer.why.find(expected.why), std::string::npos) << expected.state << ": " << answer.why;
  }
}

// The same tree again, captured by somebody who may not.
TEST(capture, without_the_right_says_which_one_is_missing) {
  if (geteuid() != 0) GTEST_SKIP() << "only root can become somebody else";
  const TargetProcess target("hidden_holder");
  ASSERT_TRUE(target.stands_still(3));
  const pid_t stranger = fork();
  if (stranger == 0) {
    if (setgid(65534) != 0 || setuid(65534) != 0) _exit(3);
    const model::Hang hang = capture(target.pid());
    const model::HangProcess* process = process_in(hang, target.pid());
    if (process == nullptr || process->threads.size() != 3 || process->name != "hidden_holder") _exit(4);
    const bool said = !hang.missing.empty() && hang.missing.front().find("CAP_SYS_PTRACE") != std::string::npos;
    _exit(said && !process->remark.empty() ? 0 : 5);
  }
  int status = 0;
  waitpid(stranger, &status, 0);
  EXPECT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 0);
}

TEST(capture, translates_the_thread_numbers_of_a_container) {
  const std::string target = std::string(std::getenv("WEDGE_TARGETS")) + "/every_wait_O2";
  const TargetProcess container("/usr/bin/unshare", {"--pid", "--fork", "--kill-child", target});
  if (!container.stands_still(34)) GTEST_SKIP() << "unshare --pid does not work here: root or the command is missing";
  const model::Hang hang = capture(container.pid());
  const auto inside = std::ranges::find(hang.processes, container.pid(), &model::HangProcess::parent);
  ASSERT_NE(inside, hang.processes.end());
  const model::HangThread* holder = thread_named(*inside, "holder");
  ASSERT_NE(holder, nullptr);
  for (const char* name : {"mutex", "recursive", "robust", "inheriting", "rwlock_read"})
    EXPECT_EQ(thread_named(*inside, name)->wait.owner, holder->tid) << name;
  EXPECT_TRUE(thread_named(*inside, "abandoned")->wait.owner_is_gone);
  EXPECT_EQ(thread_named(*inside, "join")->wait.owner, thread_named(*inside, "joined")->tid);
  const auto child = std::ranges::find(hang.processes, inside->pid, &model::HangProcess::parent);
  ASSERT_NE(child, hang.processes.end());
  EXPECT_EQ(thread_named(*inside, "child_wait")->wait.owner, child->pid);
  EXPECT_TRUE(container.stands_still(34));
}

TEST(capture, of_a_process_that_does_not_exist_is_empty) {
  const model::Hang hang = capture(4194303);
  EXPECT_TRUE(hang.processes.empty());
}

TEST(capture, shows_a_zombie_as_what_it_is) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t info{};
  waitid(P_PID, static_cast<id_t>(child), &info, WEXITED | WNOWAIT);
  const model::Hang hang = capture(child);
  waitpid(child, nullptr, 0);
  ASSERT_EQ(hang.processes.size(), 1U);
  EXPECT_EQ(hang.processes.front().state, 'Z');
  EXPECT_EQ(hang.processes.front().ctrl_c.works, YesNo::no);
  EXPECT_NE(hang.processes.front().remark.find("zombie"), std::string::npos);
}

}  // namespace
}  // namespace wedge::diagnose
