// Every kind of lock excludes whom it must and nobody else: must pass under every schedule.
//   Left out  error codes and corner cases; harness/conformance has them
#include <pthread.h>
#include <atomic>
#include <cassert>
#include <cerrno>
#include <chrono>
#include <mutex>
#include <shared_mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

using namespace std::chrono_literals;

// Fails if two are inside at once. The yield gives the others every chance.
class Room {
 public:
  void visit_alone() {
    assert(inside_++ == 0);
    std::this_thread::yield();
    --inside_;
  }
  void visit_beside(const Room& forbidden) {
    ++inside_;
    assert(forbidden.inside_ == 0);
    std::this_thread::yield();
    --inside_;
  }

 private:
  std::atomic<int> inside_{0};
};

void mutual_exclusion() {
  std::mutex mutex;
  Room room;
  const auto visit = [&] {
    const std::scoped_lock lock(mutex);
    room.visit_alone();
  };
  std::thread one(visit);
  std::thread other(visit);
  visit();
  one.join();
  other.join();
}

void recursion() {
  std::recursive_mutex mutex;
  Room room;
  const auto visit = [&] {
    const std::scoped_lock lock(mutex);
    { const std::scoped_lock again(mutex); }
    room.visit_alone();  // the inner unlock must not have let anybody in
  };
  std::thread one(visit);
  visit();
  one.join();
}

void error_checking() {
  pthread_mutexattr_t attributes;
  pthread_mutexattr_init(&attributes);
  pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK);
  pthread_mutex_t mutex;
  pthread_mutex_init(&mutex, &attributes);
  assert(pthread_mutex_unlock(&mutex) == EPERM);
  assert(pthread_mutex_lock(&mutex) == 0);
  assert(pthread_mutex_lock(&mutex) == EDEADLK);
  assert(pthread_mutex_unlock(&mutex) == 0);
  pthread_mutex_destroy(&mutex);
  pthread_mutexattr_destroy(&attributes);
}

void readers_and_writer() {
  std::shared_mutex mutex;
  Room readers;
  Room writers;
  const auto read = [&] {
    const std::shared_lock lock(mutex);
    readers.visit_beside(writers);
  };
  std::thread one(read);
  std::thread other(read);
  {
    const std::scoped_lock lock(mutex);
    writers.visit_beside(readers);
  }
  one.join();
  other.join();
}

void timed_lock() {
  std::timed_mutex mutex;
  mutex.lock();
  std::thread other([&] { assert(!mutex.try_lock_for(10ms)); });
  other.join();  // nobody unlocks before the other has given up
  mutex.unlock();
}

const wedge::Scenario scenario{
    .id = "canaries/pass/locks",
    .title = "mutexes and rwlocks exclude whom they must",
    .source = "",
    .variants =
        {
            {"mutual-exclusion", mutual_exclusion, wedge::expect(wedge::Outcome::pass)},
            {"recursion", recursion, wedge::expect(wedge::Outcome::pass)},
            {.name = "error-checking",
             .body = error_checking,
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::sanitizer},
            {"readers-and-writer", readers_and_writer, wedge::expect(wedge::Outcome::pass)},
            {"timed-lock", timed_lock, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
