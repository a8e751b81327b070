// How long a user waits from `wedge run` to the report of an easy bug: the whole command, replays and files included.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include "harness/bench/floor.h"

namespace {

int run_quietly(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return -1;
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void first_report(benchmark::State& state, const std::string& wedge, const std::string& target) {
  const std::filesystem::path out =
      std::filesystem::temp_directory_path() / ("wedge-bench-" + std::to_string(getpid()));
  for (auto _ : state)
    if (run_quietly({wedge, "run", target, "--out", out.string(), "--seed", std::to_string(state.iterations())}) != 1) {
      state.SkipWithError("wedge run did not find the bug");
      break;
    }
  std::filesystem::remove_all(out);
  state.counters["floor_ns"] = wedge::bench::floor_ns();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: %s WEDGE PROGRAM [benchmark options]\n", argv[0]);
    return 2;
  }
  const std::string wedge = argv[1];
  const std::string program = argv[2];
  argv[2] = argv[0];
  argc -= 2;
  argv += 2;
  benchmark::RegisterBenchmark("first_report/plain_program",
                               [=](benchmark::State& state) { first_report(state, wedge, program); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
