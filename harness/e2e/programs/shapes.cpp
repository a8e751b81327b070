// Programs of unusual shape: SHAPE in the environment says which, because some begin before main() and its arguments.
// With BROKEN each locks two mutexes in both orders in two of its tasks, so that a test sees that these are controlled.
#include <atomic>
#include <cassert>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>

namespace {

bool has_shape(const char* name) {
  const char* const shape = std::getenv("SHAPE");
  return shape != nullptr && std::strcmp(shape, name) == 0;
}
bool is_broken() { return std::getenv("BROKEN") != nullptr; }

std::mutex one;
std::mutex other;

void lock_in_order() {
  const std::lock_guard first(one);
  const std::lock_guard second(other);
}

void lock_the_other_way() {
  const std::lock_guard first(is_broken() ? other : one);
  const std::lock_guard second(is_broken() ? one : other);
}

// All of them are alive at the same time: each waits until the last has been created.
void many_tasks() {
  constexpr int count = 1500;
  std::mutex mutex;
  std::atomic<int> arrived{0};
  std::vector<std::thread> tasks;
  mutex.lock();
  for (int i = 0; i < count; ++i)
    tasks.emplace_back([&] {
      const std::lock_guard lock(mutex);
      ++arrived;
    });
  mutex.unlock();
  std::thread crossing(lock_the_other_way);
  lock_in_order();
  for (std::thread& task : tasks) task.join();
  crossing.join();
  assert(arrived == count);
}

// main() ends by pthread_exit; the program goes on until the last task has ended, and then with status 0.
void main_exits_as_thread() {
  std::thread(lock_in_order).detach();
  std::thread(lock_the_other_way).detach();
  pthread_exit(nullptr);
}

void detached() {
  static sem_t done;
  sem_init(&done, 0, 0);
  for (void (*work)() : {lock_in_order, lock_the_other_way})
    std::thread([work] {
      work();
      sem_post(&done);
    }).detach();
  sem_wait(&done);
  sem_wait(&done);
}

// The tasks that still wait for the mutex when main() returns end with the program, whatever they are doing.
void main_returns_early() {
  static std::mutex mutex;
  mutex.lock();
  std::thread([] { mutex.lock(); }).detach();
  std::thread crossing(lock_the_other_way);
  lock_in_order();
  crossing.join();
}

// Started by the constructor of a static object, before main().
struct Early {
  Early() {
    if (has_shape("static_thread")) thread = std::thread(lock_the_other_way);
  }
  std::thread thread;
};
Early early;

void static_thread() {
  lock_in_order();
  early.thread.join();
}

// A library that is opened at run time; its thread_local variable must be fresh in every task.
void opened_library() {
  void* const library = dlopen(std::getenv("LIBRARY"), RTLD_NOW);
  assert(library != nullptr);
  auto* const count_up = reinterpret_cast<int (*)()>(dlsym(library, "count_up"));
  for (int round = 0; round < 3; ++round) {
    std::thread task([&] {
      assert(count_up() == 1);
      assert(count_up() == 2);
      lock_the_other_way();
    });
    lock_in_order();
    task.join();
  }
  assert(count_up() == 1);
}

}  // namespace

int main() {
  if (has_shape("many_tasks")) many_tasks();
  if (has_shape("main_exits_as_thread")) main_exits_as_thread();
  if (has_shape("detached")) detached();
  if (has_shape("main_returns_early")) main_returns_early();
  if (has_shape("static_thread")) static_thread();
  if (has_shape("opened_library")) opened_library();
}
