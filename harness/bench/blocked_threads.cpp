// So many threads, each blocked on one of a few mutexes under a few different stacks: what hang_bench looks at.
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <vector>

#include <sys/prctl.h>
#include <unistd.h>

namespace {

std::mutex mutexes[8];

// A different depth for each, as the threads of a real program have not all the same stack.
__attribute__((noinline)) void descend(int depth, int which) {
  if (depth > 0) {
    descend(depth - 1, which);
  } else {
    mutexes[which].lock();
  }
  asm volatile("" ::: "memory");
}

}  // namespace

int main(int argc, char** argv) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const int count = argc > 1 ? std::atoi(argv[1]) : 50;
  for (std::mutex& mutex : mutexes) mutex.lock();
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) threads.emplace_back(descend, i % 40, i % 8);
  for (std::thread& thread : threads) thread.join();
}
