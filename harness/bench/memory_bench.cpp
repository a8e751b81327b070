// What a plain access costs with the race detector on and off, beside the real ThreadSanitizer in the same run.
// The first argument is the program plain_accesses_tsan, if there is one.
#include <benchmark/benchmark.h>

#include <cstdio>
#include <map>
#include <string>

#include "harness/bench/floor.h"
#include "harness/bench/plain_accesses.h"
#include "harness/runtime/serve/in_process.h"

namespace {

volatile int values[wedge::bench::elements];
std::map<std::string, double> tsan_ns;  // by workload

using Touch = void (*)(volatile int*);

void measure(benchmark::State& state, const char* name, Touch touch, std::uint32_t flags) {
  wedge::runtime::use_private_control_block();
  wedge::model::Request request{};
  request.command = wedge::model::Command::run;
  __builtin_strcpy(request.strategy, "random");
  request.max_steps = 1'000'000;
  request.flags = flags;
  std::uint64_t next = 1;
  for (auto _ : state) wedge::runtime::run_executions([=] { touch(values); }, request, next++, 1);
  const double all = wedge::bench::accesses * static_cast<double>(state.iterations());
  state.counters["s_per_access"] = benchmark::Counter(all, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["floor_ns"] = wedge::bench::floor_ns();
  if (tsan_ns.contains(name)) state.counters["tsan_ns_per_access"] = tsan_ns[name];
}

void ask_tsan(const std::string& program) {
  // Its runtime cannot start under every layout of the address space.
  FILE* output = popen(("setarch -R '" + program + "'").c_str(), "r");
  if (output == nullptr) return;
  char name[16];
  double ns = 0;
  while (std::fscanf(output, "%15s %lf", name, &ns) == 2) tsan_ns[name] = ns;
  pclose(output);
}

void add(const char* workload, Touch touch) {
  const std::string name = std::string("plain_access_") + workload;
  benchmark::RegisterBenchmark((name + "/detector_on").c_str(),
                               [=](benchmark::State& state) { measure(state, workload, touch, 0); });
  benchmark::RegisterBenchmark((name + "/detector_off").c_str(), [=](benchmark::State& state) {
    measure(state, workload, touch, wedge::model::request_flags::no_races);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc > 1 && argv[1][0] != '-') {
    ask_tsan(argv[1]);
    argv[1] = argv[0];
    ++argv;
    --argc;
  }
  if (tsan_ns.empty()) std::fprintf(stderr, "memory_bench: ThreadSanitizer does not run here; it is left out\n");
  add("one", wedge::bench::touch_one);
  add("all", wedge::bench::touch_all);
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
