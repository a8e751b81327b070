// Plain memory handed from task to task by each kind of synchronisation: must pass, and so without a data race.
//   Left out  every memory order between relaxed and the strongest; this shows that each edge is there at all
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <unistd.h>

#include <atomic>
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

void creation() {
  int value = 1;
  std::thread thread([&] { assert(value == 1); });
  thread.join();
}

void join() {
  int value = 0;
  std::thread thread([&] { value = 1; });
  thread.join();
  assert(value == 1);
}

// The task that is not the main one, and the main one, do the same.
template <typename Work>
void twice(Work work) {
  std::thread thread(work);
  work();
  thread.join();
}

void mutex() {
  std::mutex mutex;
  int value = 0;
  twice([&] {
    const std::scoped_lock lock(mutex);
    ++value;
  });
  assert(value == 2);
}

void condition_wait() {
  std::mutex mutex;
  std::condition_variable changed;
  int wishes = 0;
  bool granted = false;
  std::thread thread([&] {
    std::unique_lock lock(mutex);
    ++wishes;
    while (!granted) changed.wait(lock);
  });
  std::unique_lock lock(mutex);
  granted = true;
  ++wishes;
  changed.notify_one();
  lock.unlock();
  thread.join();
  assert(wishes == 2);
}

void reader_then_writer() {
  std::shared_mutex mutex;
  int value = 0;
  std::thread thread([&] {
    const std::shared_lock lock(mutex);
    assert(value <= 1);
  });
  {
    const std::unique_lock lock(mutex);
    value = 1;
  }
  thread.join();
}

void barrier() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 2);
  int values[2] = {};
  std::thread thread([&] {
    values[0] = 1;
    pthread_barrier_wait(&barrier);
    assert(values[1] == 1);
  });
  values[1] = 1;
  pthread_barrier_wait(&barrier);
  assert(values[0] == 1);
  thread.join();
  pthread_barrier_destroy(&barrier);
}

void semaphore() {
  sem_t ready;
  sem_init(&ready, 0, 0);
  int value = 0;
  std::thread thread([&] {
    value = 1;
    sem_post(&ready);
  });
  sem_wait(&ready);
  assert(value == 1);
  thread.join();
  sem_destroy(&ready);
}

void spin_lock() {
  pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  int value = 0;
  twice([&] {
    pthread_spin_lock(&lock);
    ++value;
    pthread_spin_unlock(&lock);
  });
  assert(value == 2);
  pthread_spin_destroy(&lock);
}

void call_once() {
  std::once_flag flag;
  int value = 0;
  twice([&] {
    std::call_once(flag, [&] { value = 1; });
    assert(value == 1);
  });
}

void pipe_end() {
  int ends[2];
  [[maybe_unused]] const int error = pipe(ends);
  assert(error == 0);
  int value = 0;
  std::thread thread([&] {
    value = 1;
    [[maybe_unused]] const ssize_t written = write(ends[1], "x", 1);
  });
  char byte = 0;
  [[maybe_unused]] const ssize_t got = read(ends[0], &byte, 1);
  assert(value == 1);
  thread.join();
  close(ends[0]);
  close(ends[1]);
}

void release_and_acquire() {
  std::atomic<bool> ready{false};
  int value = 0;
  std::thread thread([&] {
    value = 1;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  assert(value == 1);
  thread.join();
}

// ThreadSanitizer knows no fences, so it would see a race where there is none.
void fences() {
  std::atomic<bool> ready{false};
  int value = 0;
  std::thread thread([&] {
    value = 1;
    std::atomic_thread_fence(std::memory_order_release);
    ready.store(true, std::memory_order_relaxed);
  });
  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
  std::atomic_thread_fence(std::memory_order_acquire);
  assert(value == 1);
  thread.join();
}

// The second task may get the stack of the first, which nothing orders before it.
void stack_used_again() {
  const auto work = [] {
    int local = 0;
    int* volatile somewhere = &local;  // what never leaves a function is not instrumented
    for (int i = 0; i < 4; ++i) *somewhere += i;
    assert(*somewhere == 6);
  };
  std::thread(work).detach();
  std::this_thread::yield();
  std::thread(work).detach();
}

const wedge::Scenario scenario{
    .id = "canaries/pass/ordering",
    .title = "plain memory handed over by synchronisation",
    .source = "",
    .variants = {{"creation", creation, {}},
                 {"join", join, {}},
                 {"mutex", mutex, {}},
                 {"condition-wait", condition_wait, {}},
                 {"reader-then-writer", reader_then_writer, {}},
                 {"barrier", barrier, {}},
                 {"semaphore", semaphore, {}},
                 {"spin-lock", spin_lock, {}},
                 {"once", call_once, {}},
                 {"pipe", pipe_end, {}},
                 {"release-and-acquire", release_and_acquire, {}},
                 {"fences", fences, {}, 0, wedge::Unfit::sanitizer},
                 {"stack-used-again", stack_used_again, {}}},
};
const wedge::Registration registration(scenario);

}  // namespace
