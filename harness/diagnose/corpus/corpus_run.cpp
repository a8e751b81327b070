// Looks at programs through /proc alone: nothing that is done here may wake what is to hang.
#include "harness/diagnose/corpus/corpus_run.h"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace wedge::diagnose::corpus {
namespace {

using Clock = std::chrono::steady_clock;
constexpr auto patience = std::chrono::seconds(30);  // on a busy machine
constexpr auto between_looks = std::chrono::milliseconds(15);
constexpr int equal_looks = 3;

std::vector<pid_t> numbers_in(const std::string& directory) {
  std::vector<pid_t> numbers;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename().string();
    if (std::ranges::all_of(name, [](char c) { return c >= '0' && c <= '9'; })) numbers.push_back(std::stoi(name));
  }
  return numbers;
}

// The fields of stat after the name, which may hold anything: "S 1 ...".
std::string stat_fields(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const std::size_t name_end = text.rfind(')');
  return name_end == std::string::npos || name_end + 2 > text.size() ? std::string() : text.substr(name_end + 2);
}

pid_t parent_of(pid_t pid) {
  const std::string fields = stat_fields(pid);
  return fields.size() < 3 ? -1 : static_cast<pid_t>(std::atoi(fields.c_str() + 2));
}

std::set<pid_t> with_descendants(const std::vector<pid_t>& roots) {
  std::set<pid_t> found(roots.begin(), roots.end());
  const std::vector<pid_t> all = numbers_in("/proc");
  for (bool grew = true; grew;) {
    grew = false;
    for (pid_t pid : all)
      if (!found.contains(pid) && found.contains(parent_of(pid))) grew = found.insert(pid).second;
  }
  return found;
}

std::vector<pid_t> own_children() {
  std::vector<pid_t> found;
  for (pid_t pid : numbers_in("/proc"))
    if (parent_of(pid) == getpid()) found.push_back(pid);
  return found;
}

SeenThread see(pid_t pid, pid_t tid) {
  SeenThread seen;
  seen.pid = pid;
  seen.tid = tid;
  std::ifstream file("/proc/" + std::to_string(pid) + "/task/" + std::to_string(tid) + "/status");
  for (std::string line; std::getline(file, line);) {
    const auto value = [&line](std::string_view key) {
      return line.starts_with(key) ? line.c_str() + key.size() : nullptr;
    };
    if (const char* name = value("Name:\t")) seen.name = name;
    if (const char* state = value("State:\t")) seen.standing.state = *state;
    for (std::string_view key : {"voluntary_ctxt_switches:\t", "nonvoluntary_ctxt_switches:\t"})
      if (const char* count = value(key)) seen.standing.switches += std::strtoull(count, nullptr, 10);
  }
  return seen;
}

bool still(const SeenThread& thread) {
  return std::string_view("SDZ").find(thread.standing.state) != std::string_view::npos;
}

}  // namespace

CorpusRun::CorpusRun(const std::vector<std::string>& command, const std::string& name) {
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe for " + name);
  std::vector<char*> arguments;
  for (const std::string& argument : command) arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  const int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);
  root_ = fork();
  if (root_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    dup2(nothing, STDIN_FILENO);
    dup2(ends[1], STDOUT_FILENO);
    execv(arguments[0], arguments.data());
    _exit(127);
  }
  close(nothing);
  close(ends[1]);
  output_ = ends[0];
  if (root_ < 0) throw std::runtime_error("cannot start " + name);
}

CorpusRun::~CorpusRun() {
  kill_all();
  close(output_);
}

std::vector<pid_t> CorpusRun::orphans() const {
  std::vector<pid_t> found = own_children();
  std::erase(found, root_);
  return found;
}

std::map<pid_t, SeenThread> CorpusRun::look() const {
  std::vector<pid_t> roots = orphans();
  roots.push_back(root_);
  std::map<pid_t, SeenThread> seen;
  for (pid_t pid : with_descendants(roots))
    for (pid_t tid : numbers_in("/proc/" + std::to_string(pid) + "/task")) seen.emplace(tid, see(pid, tid));
  return seen;
}

void CorpusRun::wait_for_announcement() {
  const auto end = Clock::now() + patience;
  while (said_.find("ready\n") == std::string::npos && Clock::now() < end) {
    pollfd member{output_, POLLIN, 0};
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    if (poll(&member, 1, static_cast<int>(std::max<std::int64_t>(0, left.count()))) <= 0) continue;
    char buffer[64];
    const ssize_t count = read(output_, buffer, sizeof buffer);
    if (count <= 0) return;
    said_.append(buffer, static_cast<std::size_t>(count));
  }
}

std::string CorpusRun::wait_for(const std::vector<std::string>& parked, bool moves) {
  if (moves) {
    wait_for_announcement();
    if (said_.find("ready\n") == std::string::npos) return "it never said that it is ready";
  }
  std::string missing;
  std::map<pid_t, SeenThread> before;
  int equal = 0;
  for (const auto end = Clock::now() + patience; Clock::now() < end; std::this_thread::sleep_for(between_looks)) {
    std::map<pid_t, SeenThread> now = look();
    std::set<std::string> names;
    for (const auto& [tid, thread] : now) names.insert(thread.name);
    missing.clear();
    for (const std::string& name : parked)
      if (!names.contains(name)) missing = "there is no thread '" + name + "'";
    std::map<pid_t, SeenThread> counted;
    for (const auto& [tid, thread] : now)
      if (!moves || std::ranges::find(parked, thread.name) != parked.end()) counted.emplace(tid, thread);
    for (const auto& [tid, thread] : counted)
      if (!still(thread)) missing = "thread '" + thread.name + "' does not stand still";
    equal = missing.empty() && counted == before ? equal + 1 : 0;
    before = std::move(counted);
    if (equal == equal_looks) return {};
    if (std::string how = ended(); !how.empty()) return "it " + how;
  }
  return missing.empty() ? "it does not stand still" : missing;
}

std::string CorpusRun::ended() {
  siginfo_t info{};
  if (waitid(P_PID, static_cast<id_t>(root_), &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return {};
  if (info.si_code == CLD_EXITED) return "exited with status " + std::to_string(info.si_status);
  return "was ended by signal " + std::to_string(info.si_status);
}

std::string CorpusRun::end() {
  for (const auto limit = Clock::now() + patience; ended().empty() && Clock::now() < limit;)
    std::this_thread::sleep_for(between_looks);
  return ended();
}

void CorpusRun::kill_all() {
  // Killing a process may make orphans of others, which then are this process's children.
  for (std::vector<pid_t> roots = own_children(); !roots.empty(); roots = own_children()) {
    for (pid_t pid : with_descendants(roots)) kill(pid, SIGKILL);
    while (waitpid(-1, nullptr, 0) > 0) continue;
  }
}

}  // namespace wedge::diagnose::corpus
