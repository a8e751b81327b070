// Conformance of what runs when a thread ends: destructors and cleanup handlers on pthread_exit, and the end of main.
#include <cxxabi.h>
#include <pthread.h>
#include <sched.h>

#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "threads";

// Says its name when it is destroyed.
class Destroyed {
 public:
  Destroyed(Events& events, const char* name) : events_(events), name_(name) {}
  ~Destroyed() { events_.add(name_); }

 private:
  Events& events_;
  const char* name_;
};

CASE(exit_runs_the_destructors_of_all_frames) {
  Events events;
  std::thread([&] {
    const Destroyed outer(events, "outer");
    const auto leave = [&] {
      const Destroyed inner(events, "inner");
      pthread_exit(nullptr);
    };
    leave();
    events.add("not reached");
  }).join();
  record("events", events.text());
}

CASE(exit_runs_cleanup_handlers_last_first) {
  static Events events;
  std::thread([] {
    pthread_cleanup_push([](void*) { events.add("first"); }, nullptr);
    pthread_cleanup_push([](void*) { events.add("second"); }, nullptr);
    const Destroyed local(events, "local");
    pthread_exit(nullptr);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
  }).join();
  record("events", events.text());
}

CASE(cleanup_pop_runs_the_handler_when_asked) {
  static Events events;
  std::thread([] {
    pthread_cleanup_push([](void*) { events.add("run"); }, nullptr);
    pthread_cleanup_push([](void*) { events.add("dropped"); }, nullptr);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(1);
  }).join();
  record("events", events.text());
}

CASE(exit_unwinds_through_catch_all_that_rethrows) {
  Events events;
  std::thread([&] {
    try {
      pthread_exit(nullptr);
    } catch (abi::__forced_unwind&) {
      events.add("caught");
      sched_yield();
      throw;
    }
  }).join();
  record("events", events.text());
}

CASE(exit_while_an_exception_is_handled) {
  Events events;
  std::thread([&] {
    const Destroyed outer(events, "outer");
    try {
      throw std::string("thrown");
    } catch (const std::string& text) {
      const Destroyed inner(events, "inner");
      sched_yield();
      pthread_exit(nullptr);
    }
  }).join();
  record("events", events.text());
}

CASE(destructors_may_block_while_exiting) {
  Events events;
  std::mutex mutex;
  Gate gate;
  mutex.lock();
  std::thread thread([&] {
    struct Locking {
      std::mutex& mutex;
      Events& events;
      ~Locking() {
        const std::lock_guard lock(mutex);
        events.add("destroyed");
      }
    } const locking{mutex, events};
    gate.open();
    pthread_exit(nullptr);
  });
  gate.wait();
  events.add("unlocking");
  mutex.unlock();
  thread.join();
  record("events", events.text());
}

CASE(many_threads_exit_at_once) {
  constexpr int count = 8;
  std::atomic<int> destroyed{0};
  struct Counting {
    std::atomic<int>& count;
    ~Counting() {
      sched_yield();
      ++count;
    }
  };
  std::thread threads[count];
  for (auto& thread : threads)
    thread = std::thread([&] {
      const Counting outer{destroyed};
      const Counting inner{destroyed};
      sched_yield();
      pthread_exit(nullptr);
    });
  for (auto& thread : threads) thread.join();
  record("destroyed", destroyed.load());
}

CASE(cancel_state_is_returned_and_set) {
  int old_state = -1;
  record_error("disable", pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old_state));
  record("was enabled", old_state == PTHREAD_CANCEL_ENABLE);
  record_error("enable", pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old_state));
  record("was disabled", old_state == PTHREAD_CANCEL_DISABLE);
  record_error("bad state", pthread_setcancelstate(77, nullptr));
  record_error("bad type", pthread_setcanceltype(77, nullptr));
}

CASE_ALONE(main_may_exit_before_its_threads) {
  static const pthread_t main = pthread_self();
  std::thread([] {
    void* value = nullptr;
    record_error("join", pthread_join(main, &value));
    record("value", value == &case_family ? "given" : "lost");
  }).detach();
  pthread_exit(const_cast<const char**>(&case_family));
}

CASE_ALONE(process_lives_until_the_last_thread_ends) {
  static Gate gate;
  std::thread([] {
    gate.wait();
    record("thread", "ran on");
  }).detach();
  struct Opening {
    ~Opening() {
      record("main", "unwound");
      gate.open();
    }
  } const opening;
  pthread_exit(nullptr);
}

CASE_ALONE(exit_ends_the_process_although_threads_wait) {
  static std::mutex never_free;
  never_free.lock();
  Gate gate;
  std::thread([&] {
    gate.open();
    never_free.lock();
    record("thread", "got the mutex");
  }).detach();
  gate.wait();
  record("main", "leaves");
  std::exit(0);
}

CASE_ALONE(another_thread_may_call_exit) {
  static std::mutex never_free;
  never_free.lock();
  std::thread([] {
    record("thread", "leaves");
    std::exit(0);
  }).detach();
  never_free.lock();
  record("main", "got the mutex");
}

CASE_ALONE(threads_run_on_while_exit_handlers_run) {
  static Gate wanted;
  static Gate done;
  std::thread([] {
    wanted.wait();
    done.open();
  }).detach();
  std::atexit([] {
    wanted.open();
    done.wait();
    record("handler", "was served");
  });
}

}  // namespace
}  // namespace conformance
