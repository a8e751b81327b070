// What a program can do on real threads that a controlled one cannot, or not so; the first argument says which.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <mutex>
#include <string>
#include <thread>

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

namespace {

using namespace std::chrono_literals;

// Adds the number of a process that must not outlive the execution to the file.
void note_process(const char* file, pid_t pid) { std::ofstream(file, std::ios::app) << pid << "\n"; }

void leave_a_child_behind(const char* file, bool daemon) {
  const pid_t child = fork();
  if (child == 0) {
    if (daemon) setsid();
    for (;;) pause();
  }
  note_process(file, child);
}

// The child ends badly in every way; the program itself is well.
int has_a_child_that_fails(void (*end)()) {
  const pid_t child = fork();
  if (child == 0) end();
  int status = 0;
  waitpid(child, &status, 0);
  return WIFSIGNALED(status) ? 0 : 4;
}

void crash() {
  int* volatile nowhere = nullptr;
  *nowhere = 1;
}

int use_c_threads() {
  thrd_t thread;
  mtx_t mutex;
  mtx_init(&mutex, mtx_plain);
  thrd_create(
      &thread, [](void* argument) { return mtx_lock(static_cast<mtx_t*>(argument)) == 0 ? 7 : 8; }, &mutex);
  int result = 0;
  thrd_join(thread, &result);
  return result == 7 ? 0 : 3;
}

int exit_thread() {
  pthread_t thread;
  pthread_create(
      &thread, nullptr, [](void*) -> void* { pthread_exit(const_cast<char*>("done")); }, nullptr);
  void* result = nullptr;
  pthread_join(thread, &result);
  return std::strcmp(static_cast<char*>(result), "done") == 0 ? 0 : 3;
}

[[noreturn]] void hang() {
  std::mutex mutex;
  mutex.lock();
  std::thread other([&] { mutex.lock(); });
  other.join();
  std::abort();
}

int count_to_a_million() {
  std::mutex mutex;
  long sum = 0;
  const auto work = [&] {
    for (int i = 0; i < 500'000; ++i) {
      const std::scoped_lock lock(mutex);
      ++sum;
    }
  };
  std::thread one(work);
  std::thread two(work);
  one.join();
  two.join();
  return sum == 1'000'000 ? 0 : 3;
}

int sleep_really() {
  const auto start = std::chrono::steady_clock::now();
  std::this_thread::sleep_for(200ms);
  const auto passed = std::chrono::steady_clock::now() - start;
  return passed >= 200ms && passed < 20s ? 0 : 3;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string how = argc > 1 ? argv[1] : "";
  const char* file = argc > 2 ? argv[2] : "";
  const bool daemon = how.starts_with("daemon");
  if (how.ends_with("left-behind")) leave_a_child_behind(file, daemon);
  if (how.ends_with("of-a-hung-one")) {
    leave_a_child_behind(file, daemon);
    hang();
  }
  if (how == "child-crashes") return has_a_child_that_fails(crash);
  if (how == "child-aborts") return has_a_child_that_fails(std::abort);
  if (how == "child-throws") return has_a_child_that_fails([] { throw 1; });
  if (how == "c-threads") return use_c_threads();
  if (how == "thread-exit") return exit_thread();
  if (how == "million") return count_to_a_million();
  if (how == "sleep") return sleep_really();
  if (how == "status-43") return 43;
  if (how == "crash-in-exit-handler") {
    std::atexit(crash);
    std::exit(5);
  }
  return 0;
}
