// A tree is waited for, and ended whatever its members do: ignore SIGTERM, stand stopped, hide as daemons, fork on.
#include "harness/supervise/tree.h"

#include <algorithm>
#include <csignal>
#include <string>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wedge::supervise {
namespace {

using namespace std::chrono_literals;
using Clock = WatchedTree::Clock;

constexpr auto guard = 30s;  // far beyond what any of this takes

std::vector<std::string> inherited_environment() {
  std::vector<std::string> result;
  for (char** entry = environ; *entry != nullptr; ++entry) result.emplace_back(*entry);
  return result;
}

TreeSpec shell(const std::string& script) { return {{"sh", "-c", script}, inherited_environment()}; }

// Until `count` processes named `name` are in the tree: what the script starts takes its time.
bool comes_to_have(WatchedTree& tree, std::size_t count, char state = '\0') {
  const auto end = Clock::now() + guard;
  while (Clock::now() < end) {
    const auto members = tree.members();
    const auto fitting = static_cast<std::size_t>(std::ranges::count_if(
        members, [&](const ProcessEntry& entry) { return state == '\0' || entry.state == state; }));
    if (fitting >= count) return true;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

int ended_status(WatchedTree& tree) {
  EXPECT_EQ(tree.wait(Clock::now() + guard), WatchedTree::Wake::ended);
  return tree.status().value_or(-1);
}

TEST(Tree, the_status_of_the_command_is_kept) {
  WatchedTree seven(shell("exit 7"));
  EXPECT_EQ(WEXITSTATUS(ended_status(seven)), 7);
  WatchedTree killed(shell("kill -USR1 $$"));
  EXPECT_EQ(WTERMSIG(ended_status(killed)), SIGUSR1);
}

TEST(Tree, a_command_that_cannot_start_says_why) {
  try {
    WatchedTree tree({{"no-such-command-anywhere"}, inherited_environment()});
    FAIL();
  } catch (const StartError& error) {
    EXPECT_EQ(error.error(), ENOENT);
  }
  try {
    WatchedTree tree({{"/etc/passwd"}, inherited_environment()});
    FAIL();
  } catch (const StartError& error) {
    EXPECT_EQ(error.error(), EACCES);
  }
}

TEST(Tree, waiting_stops_at_the_time_and_the_command_goes_on) {
  WatchedTree tree(shell("exec sleep 1000"));
  EXPECT_EQ(tree.wait(Clock::now() + 50ms), WatchedTree::Wake::time_up);
  EXPECT_FALSE(tree.status().has_value());
  EXPECT_EQ(tree.members().size(), 1U);
}

TEST(Tree, sigterm_is_tried_first) {
  WatchedTree tree(shell("trap 'kill $child; exit 3' TERM; sleep 1000 & child=$!; wait"));
  ASSERT_TRUE(comes_to_have(tree, 2));
  EXPECT_TRUE(tree.end(guard).empty());
  EXPECT_EQ(WEXITSTATUS(tree.status().value_or(0)), 3);
}

TEST(Tree, who_ignores_sigterm_is_killed) {
  WatchedTree tree(shell("trap '' TERM; sleep 1000 & while :; do sleep 1000; done"));
  ASSERT_TRUE(comes_to_have(tree, 3));
  EXPECT_TRUE(tree.end(200ms).empty());
  EXPECT_EQ(WTERMSIG(tree.status().value_or(0)), SIGKILL);
  EXPECT_TRUE(tree.members().empty());
}

TEST(Tree, a_stopped_process_ends_by_sigterm) {
  WatchedTree tree(shell("kill -STOP $$; sleep 1000"));
  ASSERT_TRUE(comes_to_have(tree, 1, 'T'));
  EXPECT_TRUE(tree.end(guard).empty());
  EXPECT_EQ(WTERMSIG(tree.status().value_or(0)), SIGTERM);
}

TEST(Tree, daemons_are_members_and_end_with_the_tree) {
  WatchedTree tree(shell("(setsid sh -c 'sleep 1000 & sleep 1000' &) ; exec sleep 1000"));
  ASSERT_TRUE(comes_to_have(tree, 4));
  EXPECT_TRUE(tree.end(guard).empty());
  EXPECT_TRUE(tree.members().empty());
  EXPECT_EQ(waitpid(-1, nullptr, WNOHANG), -1) << "somebody was left as a zombie";
}

TEST(Tree, who_forks_on_while_dying_does_not_get_away) {
  // Each SIGTERM makes two more that do the same.
  WatchedTree tree(
      shell("spawn() { sh -c \"$script\" & sh -c \"$script\" & }; "
            "export script='trap \"sleep 1000 & sleep 1000 &\" TERM; while :; do sleep 0.01; done'; "
            "spawn; while :; do sleep 0.01; done"));
  ASSERT_TRUE(comes_to_have(tree, 3));
  EXPECT_TRUE(tree.end(300ms).empty());
  EXPECT_TRUE(tree.members().empty());
}

TEST(Tree, what_was_let_go_goes_on) {
  pid_t child = fork();
  if (child == 0) {
    pause();
    _exit(0);
  }
  {
    WatchedTree tree(child);
    tree.let_go();
  }
  EXPECT_EQ(waitpid(child, nullptr, WNOHANG), 0);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
}

TEST(Tree, other_children_of_the_supervisor_are_left_alone) {
  const pid_t other = fork();
  if (other == 0) {
    pause();
    _exit(0);
  }
  {
    WatchedTree tree(shell("exec sleep 1000"));
    tree.share_supervisor();
    EXPECT_TRUE(tree.end(guard).empty());
  }
  EXPECT_EQ(waitpid(other, nullptr, WNOHANG), 0);
  kill(other, SIGKILL);
  waitpid(other, nullptr, 0);
}

}  // namespace
}  // namespace wedge::supervise
