// Watches the targets in /proc instead of waiting for a fixed time: loaded machines are slow.
#include "harness/diagnose/target_process.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <map>
#include <thread>

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness/diagnose/proc_files.h"
#include "harness/diagnose/process_tree.h"
#include "harness/diagnose/thread_reading.h"

namespace wedge::diagnose {
namespace {

constexpr auto patience = std::chrono::seconds(60);
constexpr auto pause = std::chrono::milliseconds(30);
constexpr int quiet_looks = 4;

using Picture = std::map<std::int32_t, std::string>;

Picture picture_of(pid_t root) {
  Picture picture;
  for (const std::int32_t pid : processes_of_tree({root}))
    for (const std::int32_t tid : numbers_in(process_path(pid) + "/task").value_or(std::vector<std::int32_t>{})) {
      const auto stat = read_stat(thread_path(pid, tid));
      const auto status = read_status(thread_path(pid, tid));
      if (!stat || !status) continue;
      picture[tid] = stat->state + std::to_string(status->voluntary_switches + status->involuntary_switches);
    }
  return picture;
}

}  // namespace

TargetProcess::TargetProcess(const std::string& name, std::vector<std::string> arguments) {
  const char* directory = std::getenv("WEDGE_TARGETS");
  std::string path = name.starts_with("/") ? name : std::string(directory == nullptr ? "." : directory) + "/" + name;
  std::vector<char*> words{path.data()};
  for (std::string& argument : arguments) words.push_back(argument.data());
  words.push_back(nullptr);
  if (posix_spawn(&pid_, path.c_str(), nullptr, nullptr, words.data(), environ) != 0) pid_ = -1;
}

TargetProcess::~TargetProcess() {
  if (pid_ <= 0) return;
  // The parent first, or it would live to see the end of its child.
  const std::vector<std::int32_t> tree = processes_of_tree({pid_});
  for (const std::int32_t pid : tree) kill(pid, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

bool TargetProcess::stands_still(std::size_t threads) const {
  const auto end = std::chrono::steady_clock::now() + patience;
  Picture before;
  for (int quiet = 0; std::chrono::steady_clock::now() < end && alive();) {
    const Picture now = picture_of(pid_);
    const bool rests = std::ranges::none_of(now, [](const auto& thread) { return thread.second.front() == 'R'; });
    quiet = rests && now.size() >= threads && now == before ? quiet + 1 : 0;
    if (quiet == quiet_looks) return true;
    before = now;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

bool TargetProcess::spins() const {
  const auto end = std::chrono::steady_clock::now() + patience;
  while (std::chrono::steady_clock::now() < end && alive()) {
    const auto stat = read_stat(process_path(pid_));
    if (stat && stat->cpu_s > 0.1) return true;
    std::this_thread::sleep_for(pause);
  }
  return false;
}

bool TargetProcess::alive() const {
  siginfo_t info{};
  return pid_ > 0 && waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0;
}

const model::HangProcess* process_in(const model::Hang& hang, pid_t pid) {
  const auto found = std::ranges::find(hang.processes, pid, &model::HangProcess::pid);
  return found == hang.processes.end() ? nullptr : &*found;
}

const model::HangThread* thread_named(const model::HangProcess& process, const std::string& name) {
  const auto found = std::ranges::find(process.threads, name, &model::HangThread::name);
  return found == process.threads.end() ? nullptr : &*found;
}

bool on_stack(const model::Hang& hang, const model::HangThread& thread, const std::string& function) {
  return std::ranges::any_of(hang.stacks.at(thread.stack).frames, [&](const model::Frame& frame) {
    return std::ranges::any_of(frame.places, [&](const model::Place& place) {
      return place.function == function || place.function.starts_with(function + "(") ||
             place.function.ends_with("::" + function) ||
             place.function.find("::" + function + "(") != std::string::npos;
    });
  });
}

std::string stack_text(const model::Hang& hang, const model::HangThread& thread) {
  std::string text = thread.name + ":";
  for (const model::Frame& frame : hang.stacks.at(thread.stack).frames)
    text += "\n  " + (frame.places.empty() ? hang.modules.at(frame.module).path + "+" + std::to_string(frame.offset)
                                           : frame.places.front().function);
  return text + "\n" + thread.stack_remark;
}

}  // namespace wedge::diagnose
