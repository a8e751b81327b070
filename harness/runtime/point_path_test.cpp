// Nothing on the way through a schedule point allocates, formats, locks or makes a system call: counted, over hundreds
// of thousands of points of every common kind, under every strategy.
//
// System calls are counted by the kernel: a seccomp filter turns each into a signal. Everything happens in a forked
// child, because a filter cannot be taken off again. Carrier `fiber` only: kernel threads hand over by futex, and that
// is a system call.
#include "harness/runtime/point_path_counts.h"

#include <gtest/gtest.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <mutex>
#include <thread>

#include "harness/runtime/raw.h"
#include "harness/runtime/serve/in_process.h"

namespace wedge::runtime {
namespace {

using namespace std::chrono_literals;

constexpr int rounds = 20'000;
constexpr std::uint64_t fewest_points = 100'000;

PointPathCounts* counts = nullptr;  // shared with the child

// A look for livelocks, after 20,000 steps and then ever more rarely, asks for the memory map. That is no point.
bool is_a_probe(const ucontext_t& context) {
  const greg_t* registers = context.uc_mcontext.gregs;
  return registers[REG_RAX] == SYS_openat &&
         std::strcmp(reinterpret_cast<const char*>(registers[REG_RSI]), "/proc/self/maps") == 0;
}

void on_system_call(int, siginfo_t* info, void* context) {
  auto& where = *static_cast<ucontext_t*>(context);
  if (is_a_probe(where)) {
    ++counts->probes;
  } else {
    ++counts->system_calls;
    counts->last_system_call = static_cast<std::uint64_t>(info->si_syscall);
  }
  where.uc_mcontext.gregs[REG_RAX] = -ENOSYS;
}

void catch_system_calls() {
  struct sigaction action {};
  action.sa_sigaction = on_system_call;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSYS, &action, nullptr);
}

// From now on every system call but those two is a signal.
void turn_system_calls_into_signals() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_exit_group, 2, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_rt_sigreturn, 1, 0),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter{std::size(program), program};
  raw::call(SYS_prctl, PR_SET_NO_NEW_PRIVS, 1);
  if (raw::call(SYS_prctl, PR_SET_SECCOMP, SECCOMP_MODE_FILTER, reinterpret_cast<long>(&filter)) != 0)
    raw::exit_process(3);
}

// What two tasks do at the same time, again and again.
using Work = std::function<void(int task)>;

// Everything there is to set up happens before the first counted point.
void run_counted(const Work& work) {
  std::atomic<int> waiting{0};
  std::atomic<bool> go{false};
  std::atomic<int> finished{0};
  const auto task = [&](int number) {
    ++waiting;
    while (!go) std::this_thread::yield();
    work(number);
    ++finished;
    while (go) std::this_thread::yield();  // the end of a thread frees memory
  };
  std::thread one(task, 0);
  std::thread other(task, 1);
  while (waiting < 2) std::this_thread::yield();
  turn_system_calls_into_signals();
  const std::uint64_t before = steps_so_far();
  count_calls_into(counts);
  go = true;
  while (finished < 2) std::this_thread::yield();
  count_calls_into(nullptr);
  counts->points = steps_so_far() - before;
  raw::exit_process(0);
}

void run_uncounted(const Work& work) {
  std::thread one(work, 0);
  std::thread other(work, 1);
  one.join();
  other.join();
}

[[noreturn]] void in_child(const char* strategy, const Work& warm_up, const Work& work, std::uint32_t flags) {
  catch_system_calls();
  use_private_control_block();
  model::Request request{};
  request.command = model::Command::run;
  std::strcpy(request.strategy, strategy);
  request.max_steps = model::max_choices;
  request.flags = model::request_flags::cover | flags;
  // Execution 0 always walks at random, so the one that counts is another.
  run_executions([&] { run_uncounted(warm_up); }, request, 0, 2);
  run_executions([&] { run_counted(work); }, request, 2, 1);
  raw::exit_process(4);  // not reached: run_counted() ends the process
}

PointPathCounts count_calls(const char* strategy, const Work& warm_up, const Work& work, std::uint32_t flags = 0) {
  counts = static_cast<PointPathCounts*>(
      mmap(nullptr, sizeof(PointPathCounts), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
  const pid_t child = fork();
  if (child == 0) in_child(strategy, warm_up, work, flags);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << "the child ended with wait status " << status;
  const PointPathCounts result = *counts;
  munmap(counts, sizeof(PointPathCounts));
  return result;
}

void expect_nothing_but_points(const Work& work) {
  for (const char* strategy : {"random", "pct", "pos", "period", "mutate"}) {
    SCOPED_TRACE(strategy);
    const PointPathCounts result = count_calls(strategy, work, work);
    EXPECT_EQ(result.allocations, 0U);
    EXPECT_EQ(result.formats, 0U);
    EXPECT_EQ(result.locks, 0U);
    EXPECT_EQ(result.system_calls, 0U) << "the last was number " << result.last_system_call;
    EXPECT_LE(result.probes, 1U);  // the first one fails here, so there is no other
    EXPECT_GE(result.points, fewest_points);
  }
}

TEST(PointPath, of_atomics_does_nothing_else) {
  std::atomic<int> counter{0};
  expect_nothing_but_points([&](int) {
    for (int i = 0; i < rounds; ++i) {
      ++counter;
      int seen = counter;
      counter.compare_exchange_strong(seen, seen + 1);
    }
  });
}

TEST(PointPath, of_mutexes_does_nothing_else) {
  std::mutex mutex;
  std::recursive_mutex recursive;
  int value = 0;
  expect_nothing_but_points([&](int) {
    for (int i = 0; i < rounds; ++i) {
      {
        const std::scoped_lock lock(mutex);
        ++value;
      }
      if (mutex.try_lock()) mutex.unlock();
      const std::scoped_lock outer(recursive);
      const std::scoped_lock inner(recursive);
    }
  });
}

TEST(PointPath, of_condition_variables_does_nothing_else) {
  std::mutex mutex;
  std::condition_variable changed;
  int turn = 0;
  expect_nothing_but_points([&](int task) {
    for (int i = 0; i < rounds; ++i) {
      std::unique_lock lock(mutex);
      while (turn != task) changed.wait(lock);
      turn = 1 - task;
      changed.notify_all();
    }
  });
}

TEST(PointPath, of_semaphores_and_futexes_does_nothing_else) {
  sem_t semaphores[2];
  sem_init(&semaphores[0], 0, 1);
  sem_init(&semaphores[1], 0, 0);
  std::atomic<int> turn{0};
  expect_nothing_but_points([&](int task) {
    for (int i = 0; i < rounds; ++i) {
      sem_wait(&semaphores[task]);
      sem_post(&semaphores[1 - task]);
      while (turn != task) turn.wait(1 - task);
      turn = 1 - task;
      turn.notify_one();
    }
  });
}

TEST(PointPath, of_clocks_and_timeouts_does_nothing_else) {
  std::mutex mutex;
  std::condition_variable never;
  expect_nothing_but_points([&](int) {
    for (int i = 0; i < rounds; ++i) {
      std::this_thread::sleep_until(std::chrono::steady_clock::now() + 1ms);
      std::unique_lock lock(mutex);
      never.wait_for(lock, 1ms);
    }
  });
}

// The counting itself must be able to fail: each kind of call is seen, in the very place where there must be none.
// Freed blocks are not kept here, for only what is really freed is counted.
TEST(PointPath, would_be_seen_to_do_something_else) {
  const Work nothing = [](int) {};
  const Work calls = [](int) {
    void* volatile block = std::malloc(16);
    std::free(block);
    char text[16];
    std::snprintf(text, sizeof text, "%d", 1);
    raw::call(SYS_getppid);
    syscall(SYS_getuid);
  };
  const PointPathCounts result = count_calls("random", nothing, calls, model::request_flags::no_heap);
  EXPECT_EQ(result.allocations, 4U);
  EXPECT_EQ(result.formats, 2U);
  EXPECT_EQ(result.system_calls, 4U);
}

// Outside a controlled execution the runtime passes calls on to what it takes for the real functions: these count.
TEST(PointPath, the_real_functions_that_the_runtime_knows_are_those_that_count) {
  PointPathCounts own;
  std::mutex mutex;
  count_calls_into(&own);
  mutex.lock();
  mutex.unlock();
  count_calls_into(nullptr);
  EXPECT_EQ(own.locks, 2U);
}

}  // namespace
}  // namespace wedge::runtime
