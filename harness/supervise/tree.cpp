// Starting, waiting, and an end that nothing in the tree can evade.
#include "harness/supervise/tree.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wedge::supervise {
namespace {

constexpr std::chrono::milliseconds look{10};
constexpr std::chrono::seconds patience_after_kill{5};

std::vector<char*> pointers(const std::vector<std::string>& strings) {
  std::vector<char*> result;
  for (const std::string& string : strings) result.push_back(const_cast<char*>(string.c_str()));
  result.push_back(nullptr);
  return result;
}

[[noreturn]] void become(const TreeSpec& spec, int errors, pid_t supervisor) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != supervisor) _exit(127);
  spec.in_child();
  execvpe(spec.command.front().c_str(), pointers(spec.command).data(), pointers(spec.environment).data());
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(errors, &error, sizeof error);
  _exit(127);
}

int exec_error(int errors) {
  int error = 0;
  ssize_t got = 0;
  do got = read(errors, &error, sizeof error);
  while (got < 0 && errno == EINTR);
  return got == sizeof error ? error : 0;
}

// Milliseconds for poll, rounded up so that it does not return before the time.
int milliseconds_until(std::optional<WatchedTree::Clock::time_point> until) {
  if (!until) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*until - WatchedTree::Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 24LL * 3600 * 1000));
}

}  // namespace

WatchedTree::WatchedTree(const TreeSpec& spec) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  std::array<int, 2> errors{};
  if (pipe2(errors.data(), O_CLOEXEC) != 0)
    throw EnvironmentError(std::string("cannot make a pipe: ") + std::strerror(errno));
  const pid_t supervisor = getpid();
  root_ = fork();
  if (root_ == 0) become(spec, errors[1], supervisor);
  const int fork_error = errno;
  close(errors[1]);
  const int error = root_ < 0 ? fork_error : exec_error(errors[0]);
  close(errors[0]);
  if (root_ > 0 && error != 0) waitpid(root_, nullptr, 0);
  if (error != 0) throw StartError(spec.command.front() + ": " + std::strerror(error), error);
  handle_ = static_cast<int>(syscall(SYS_pidfd_open, root_, 0));
}

WatchedTree::WatchedTree(pid_t child) : root_(child) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  handle_ = static_cast<int>(syscall(SYS_pidfd_open, root_, 0));
}

WatchedTree::~WatchedTree() {
  if (!let_go_) end(std::chrono::milliseconds(0));
  close(handle_);
}

WatchedTree::Wake WatchedTree::wait(std::optional<Clock::time_point> until, int also) {
  for (;;) {
    std::array<pollfd, 2> files{pollfd{handle_, POLLIN, 0}, pollfd{also, POLLIN, 0}};
    const int ready = poll(files.data(), files.size(), milliseconds_until(until));
    if (ready > 0 && files[0].revents != 0) return Wake::ended;
    if (ready > 0) return Wake::readable;
    if (ready == 0 && until && Clock::now() >= *until) return Wake::time_up;
    if (ready < 0 && errno == EINTR) return Wake::readable;
  }
}

std::optional<int> WatchedTree::status() {
  int status = 0;
  if (!status_ && waitpid(root_, &status, WNOHANG) == root_) status_ = status;
  return status_;
}

std::vector<ProcessEntry> WatchedTree::members() {
  std::vector<ProcessEntry> tree;
  std::set<pid_t> pids;
  for (const ProcessEntry& entry : tree_below(getpid())) {
    const bool adopted =
        entry.parent == getpid() && entry.pid != root_ && std::ranges::count(excluded_, entry.pid) == 0;
    const bool ours = adopted && (alone_ || seen_.contains({entry.pid, entry.start_time}));
    if (entry.pid != root_ && !pids.contains(entry.parent) && !ours) continue;
    pids.insert(entry.pid);
    seen_.emplace(entry.pid, entry.start_time);
    tree.push_back(entry);
  }
  return tree;
}

void WatchedTree::reap_adopted() {
  for (const ProcessEntry& entry : members())
    if (entry.ended() && entry.parent == getpid() && entry.pid != root_) waitpid(entry.pid, nullptr, WNOHANG);
}

std::vector<ProcessEntry> WatchedTree::running() {
  status();
  reap_adopted();
  std::vector<ProcessEntry> tree = members();
  std::erase_if(tree, [](const ProcessEntry& entry) { return entry.ended(); });
  return tree;
}

bool WatchedTree::wait_for_end(Clock::time_point until, const std::function<void(const ProcessEntry&)>& for_each_new) {
  std::set<std::pair<pid_t, std::uint64_t>> seen;
  for (;;) {
    const std::vector<ProcessEntry> left = running();
    if (left.empty()) return true;
    for (const ProcessEntry& entry : left)
      if (seen.emplace(entry.pid, entry.start_time).second) for_each_new(entry);
    if (Clock::now() >= until) return false;
    std::this_thread::sleep_for(look);
  }
}

// A process that is stopped forks no more, so that after a pass that finds nobody new nobody can be missed.
void WatchedTree::freeze() {
  std::set<std::pair<pid_t, std::uint64_t>> seen;
  for (bool found = true; found;) {
    found = false;
    for (const ProcessEntry& entry : running()) {
      if (!seen.emplace(entry.pid, entry.start_time).second) continue;
      send_signal(entry, SIGSTOP);
      found = true;
    }
  }
}

std::vector<ProcessEntry> WatchedTree::end(std::chrono::milliseconds grace) {
  const auto ask = [](const ProcessEntry& entry) {
    send_signal(entry, SIGTERM);
    send_signal(entry, SIGCONT);  // one that is stopped would not even notice
  };
  if (grace.count() > 0 && wait_for_end(Clock::now() + grace, ask)) return {};
  freeze();
  wait_for_end(Clock::now() + patience_after_kill, [](const ProcessEntry& entry) { send_signal(entry, SIGKILL); });
  return running();
}

}  // namespace wedge::supervise
