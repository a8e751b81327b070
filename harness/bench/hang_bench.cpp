// How long a picture of many blocked threads takes, beside what others need for theirs in the same run.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "harness/bench/floor.h"
#include "harness/diagnose/capture.h"
#include "harness/diagnose/conclude.h"
#include "harness/diagnose/proc_files.h"
#include "reports/hang_markdown.h"

namespace {

pid_t start(const std::vector<std::string>& words, bool quiet) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (quiet) posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  if (quiet) posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  pid_t pid = -1;
  if (posix_spawnp(&pid, arguments[0], &actions, nullptr, arguments.data(), environ) != 0) pid = -1;
  posix_spawn_file_actions_destroy(&actions);
  return pid;
}

// Blocked all of them, in the kernel and not on their way to it.
bool all_blocked(pid_t pid, std::size_t count) {
  const std::string tasks = wedge::diagnose::process_path(pid) + "/task";
  const auto tids = wedge::diagnose::numbers_in(tasks).value_or(std::vector<std::int32_t>{});
  if (tids.size() != count + 1) return false;
  for (const std::int32_t tid : tids) {
    const auto call = wedge::diagnose::read_system_call(wedge::diagnose::thread_path(pid, tid));
    if (!call || call->running) return false;
  }
  return true;
}

class Target {
 public:
  Target(const std::string& program, std::size_t threads) : pid_(start({program, std::to_string(threads)}, false)) {
    for (int look = 0; look < 600 && !ready_; ++look) {
      ready_ = pid_ > 0 && all_blocked(pid_, threads);
      if (!ready_) std::this_thread::sleep_for(std::chrono::milliseconds(50));
    }
  }
  ~Target() {
    if (pid_ <= 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Target(const Target&) = delete;
  Target& operator=(const Target&) = delete;

  pid_t pid() const { return pid_; }
  bool ready() const { return ready_; }

 private:
  pid_t pid_;
  bool ready_ = false;
};

bool is_installed(const std::string& name) {
  const std::string path = std::getenv("PATH") == nullptr ? "" : std::getenv("PATH");
  for (std::size_t at = 0; at <= path.size();) {
    const std::size_t end = std::min(path.find(':', at), path.size());
    if (access((path.substr(at, end - at) + "/" + name).c_str(), X_OK) == 0) return true;
    at = end + 1;
  }
  return false;
}

// From the call to the finished text, the wait between the two samples left out.
void wedge_report(benchmark::State& state, const std::string& program) {
  const Target target(program, static_cast<std::size_t>(state.range(0)));
  if (!target.ready()) return state.SkipWithError("the threads were not blocked in time");
  double complete = 0, stopped = 0;
  for (auto _ : state) {
    const auto start = std::chrono::steady_clock::now();
    wedge::diagnose::CaptureRequest request;
    request.root = target.pid();
    request.between_samples = std::chrono::milliseconds(1);
    wedge::model::Hang hang = wedge::diagnose::capture_tree(request);
    wedge::diagnose::conclude(hang);
    benchmark::DoNotOptimize(wedge::reports::hang_report(hang));
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    complete = 0;
    for (const auto& thread : hang.processes.at(0).threads) complete += thread.stack_complete ? 1 : 0;
    stopped = hang.longest_stop_s;
  }
  state.counters["complete_stacks"] = complete;
  state.counters["stopped_s"] = stopped;
  state.counters["floor_ns"] = wedge::bench::floor_ns();
}

void other_tool(benchmark::State& state, const std::string& program, std::vector<std::string> words) {
  if (!is_installed(words.front())) return state.SkipWithError((words.front() + " is not installed").c_str());
  const Target target(program, static_cast<std::size_t>(state.range(0)));
  if (!target.ready()) return state.SkipWithError("the threads were not blocked in time");
  for (std::string& word : words)
    if (word == "PID") word = std::to_string(target.pid());
  for (auto _ : state) {
    const auto begin = std::chrono::steady_clock::now();
    int status = 0;
    const pid_t tool = start(words, true);
    if (tool > 0) waitpid(tool, &status, 0);
    state.SetIterationTime(std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
}

template <typename Function>
void add(const char* name, Function function) {
  benchmark::RegisterBenchmark(name, function)
      ->Arg(50)
      ->Arg(200)
      ->Arg(1000)
      ->UseManualTime()
      ->Iterations(3)
      ->Unit(benchmark::kMillisecond);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: %s BLOCKED_THREADS [benchmark options]\n", argv[0]);
    return 2;
  }
  // Neither we nor the others shall download anything.
  unsetenv("DEBUGINFOD_URLS");
  const std::string program = argv[1];
  argv[1] = argv[0];
  --argc;
  ++argv;
  add("hang/wedge_capture_and_report", [=](benchmark::State& state) { wedge_report(state, program); });
  add("hang/eu-stack", [=](benchmark::State& state) { other_tool(state, program, {"eu-stack", "-p", "PID"}); });
  add("hang/gdb", [=](benchmark::State& state) {
    other_tool(state, program, {"gdb", "-p", "PID", "-batch", "-nx", "-ex", "thread apply all bt"});
  });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
