// A command with everything it starts, as one thing that can be waited for and ended: orphans and daemons included,
// because this process adopts them (PR_SET_CHILD_SUBREAPER).
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "harness/supervise/errors.h"
#include "harness/supervise/process_table.h"

namespace wedge::supervise {

struct TreeSpec {
  std::vector<std::string> command;      // looked up in PATH as a shell does
  std::vector<std::string> environment;  // "NAME=value", all of it
  // Runs in the child just before exec, for redirections; only what is allowed after fork.
  std::function<void()> in_child = [] {};
};

// The command could not be started; `error` is the errno of exec.
class StartError : public EnvironmentError {
 public:
  StartError(const std::string& text, int error) : EnvironmentError(text), error_(error) {}
  int error() const { return error_; }

 private:
  int error_;
};

// Not thread safe. One thread starts the tree and stays alive as long as it: the kernel ends the command with that
// thread, so that whoever kills the supervisor kills the command.
class WatchedTree {
 public:
  using Clock = std::chrono::steady_clock;

  // Throws StartError.
  explicit WatchedTree(const TreeSpec& spec);
  // Watches over a child of ours that runs already.
  explicit WatchedTree(pid_t child);
  // Kills whatever is left unless the tree was let go.
  ~WatchedTree();
  WatchedTree(const WatchedTree&) = delete;
  WatchedTree& operator=(const WatchedTree&) = delete;

  pid_t root() const { return root_; }

  // Until the command itself ends, the time comes, or `also` (a descriptor, if >= 0) becomes readable.
  enum class Wake { ended, time_up, readable };
  Wake wait(std::optional<Clock::time_point> until, int also = -1);

  // The wait status of the command, once it has ended. What it left running goes on.
  std::optional<int> status();

  // Everything that runs: what is below the command, and what it left behind and we adopted. Ended processes that
  // nobody has waited for are among them.
  std::vector<ProcessEntry> members();

  // A child of ours that does not belong to the tree, nor does what it starts.
  void exclude(pid_t pid) { excluded_.push_back(pid); }

  // This process has children of other kinds, too: only what was once seen below the command is a member from now on,
  // by members(). Without, everything below this process is one.
  void share_supervisor() { alone_ = false; }

  // Waits for adopted processes that have ended, so that they do not stay behind as zombies.
  void reap_adopted();

  // SIGTERM, so much time, then SIGKILL, to every member, also to those that are stopped and to those that are born
  // meanwhile. Returns those that even SIGKILL did not end within five seconds (state D).
  std::vector<ProcessEntry> end(std::chrono::milliseconds grace);

  // What still runs stays as it is when this object goes.
  void let_go() { let_go_ = true; }

 private:
  std::vector<ProcessEntry> running();
  bool wait_for_end(Clock::time_point until, const std::function<void(const ProcessEntry&)>& for_each_new);
  void freeze();

  pid_t root_ = -1;
  int handle_ = -1;  // pidfd of the command
  std::optional<int> status_;
  std::vector<pid_t> excluded_;
  bool alone_ = true;
  std::set<std::pair<pid_t, std::uint64_t>> seen_;  // pid and start time of every member so far
  bool let_go_ = false;
};

}  // namespace wedge::supervise
