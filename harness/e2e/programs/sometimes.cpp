// Ends in the way its argument names, but only under some schedules: when the other task got the mutex first.
#include <chrono>
#include <condition_variable>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

std::mutex mutex;
bool other_was_first = false;

void crash() {
  int* volatile nowhere = nullptr;
  *nowhere = 1;
}

int overflow_stack(volatile int* above) {
  volatile int here[1024];
  here[0] = above[0] + 1;
  return overflow_stack(here) + here[0];
}

// Address space runs out long before memory does: nothing is touched.
void allocate_until_failure() {
  constexpr std::size_t step = std::size_t{1} << 40;
  std::vector<char*> blocks;
  for (;;) blocks.push_back(new char[step]);
}

void compute_for_ever() {
  for (;;) asm volatile("");
}

void end(const std::string& how) {
  if (how == "crash") crash();
  if (how == "overflow") {
    volatile int start = 0;
    overflow_stack(&start);
  }
  if (how == "abort") std::abort();
  if (how == "_exit") _exit(3);
  if (how == "exit") std::exit(0);
  if (how == "exit_status") std::exit(5);
  if (how == "raw_exit") asm volatile("syscall" : : "a"(SYS_exit_group), "D"(9) : "rcx", "r11", "memory");
  if (how == "allocate") allocate_until_failure();
  if (how == "loop") compute_for_ever();
  if (how == "fork" && fork() == 0) _exit(0);
  if (how == "throw") throw std::string("on purpose");
}

void race(const std::string& how) {
  const std::lock_guard lock(mutex);
  if (other_was_first) end(how);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  std::thread other([] {
    const std::lock_guard lock(mutex);
    other_was_first = true;
  });
  std::thread racer(race, std::string(argv[1]));
  racer.join();
  other.join();
}
