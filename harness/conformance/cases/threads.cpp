// Conformance of thread creation and ends: pthread_create, join in its variants, detach, exit, self, equal, yield.
#include <pthread.h>

#include <array>
#include <cerrno>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "threads";

void* to_pointer(std::intptr_t value) { return reinterpret_cast<void*>(value); }
long to_number(void* value) { return static_cast<long>(reinterpret_cast<std::intptr_t>(value)); }

pthread_t start(void* (*body)(void*), void* argument = nullptr) {
  pthread_t thread{};
  const int result = pthread_create(&thread, nullptr, body, argument);
  if (result != 0) record_error("create", result);
  return thread;
}

void* wait_at_gate(void* gate) {
  static_cast<Gate*>(gate)->wait();
  return to_pointer(11);
}

void* return_argument(void* argument) { return argument; }

CASE(join_gives_what_the_thread_returned) {
  void* value = nullptr;
  record_error("join", pthread_join(start(return_argument, to_pointer(42)), &value));
  record("value", to_number(value));
}

CASE(join_gives_what_the_thread_exited_with) {
  void* value = nullptr;
  const auto exit_with_argument = [](void* argument) -> void* {
    pthread_exit(argument);
    return nullptr;
  };
  record_error("join", pthread_join(start(exit_with_argument, to_pointer(7)), &value));
  record("value", to_number(value));
}

CASE(join_takes_no_value_pointer) { record_error("join", pthread_join(start(return_argument), nullptr)); }

CASE(join_of_oneself_is_edeadlk) {
  record_error("main", pthread_join(pthread_self(), nullptr));
  record_error("thread", in_other_thread([] { return pthread_join(pthread_self(), nullptr); }));
}

CASE(join_of_a_detached_thread_is_einval) {
  Gate gate;
  Gate finished;
  struct Both {
    Gate* gate;
    Gate* finished;
  } both{&gate, &finished};
  const pthread_t thread = start(
      [](void* argument) -> void* {
        const Both gates = *static_cast<Both*>(argument);
        gates.gate->wait();
        gates.finished->open();
        return nullptr;
      },
      &both);
  record_error("detach", pthread_detach(thread));
  record_error("join", pthread_join(thread, nullptr));
  record_error("detach again", pthread_detach(thread));
  gate.open();
  finished.wait();
}

CASE(thread_created_detached_cannot_be_joined) {
  static Gate gate;
  static Gate finished;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  record_error("set", pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED));
  pthread_t thread{};
  record_error("create", pthread_create(
                             &thread, &attributes,
                             [](void*) -> void* {
                               gate.wait();
                               finished.open();
                               return nullptr;
                             },
                             nullptr));
  pthread_attr_destroy(&attributes);
  record_error("join", pthread_join(thread, nullptr));
  record_error("detach", pthread_detach(thread));
  gate.open();
  finished.wait();
}

CASE(tryjoin_is_ebusy_until_the_end) {
  Gate gate;
  const pthread_t thread = start(wait_at_gate, &gate);
  void* value = nullptr;
  record_error("running", pthread_tryjoin_np(thread, &value));
  gate.open();
  int result = EBUSY;
  poll_until([&] { return (result = pthread_tryjoin_np(thread, &value)) != EBUSY; });
  record_error("ended", result);
  record("value", to_number(value));
}

CASE(timed_joins_of_a_running_thread_time_out) {
  Gate gate;
  const pthread_t thread = start(wait_at_gate, &gate);
  const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
  record_error("timedjoin", pthread_timedjoin_np(thread, nullptr, &deadline));
  record("timedjoin waited", has_passed(CLOCK_REALTIME, deadline));
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const std::string name = clock == CLOCK_MONOTONIC ? "monotonic" : "realtime";
    const timespec end = in_ms(clock, short_wait_ms);
    record_error(name, pthread_clockjoin_np(thread, nullptr, clock, &end));
    record(name + " waited", has_passed(clock, end));
  }
  const timespec past = in_ms(CLOCK_REALTIME, -1000);
  record_error("past", pthread_timedjoin_np(thread, nullptr, &past));
  gate.open();
  record_error("join", pthread_join(thread, nullptr));
}

CASE_ONE_OF(timed_join_of_an_ending_thread) {
  Gate gate;
  const pthread_t thread = start(
      [](void* argument) -> void* {
        static_cast<Gate*>(argument)->wait();
        give_way_often();
        return nullptr;
      },
      &gate);
  gate.open();
  const timespec deadline = in_ms(CLOCK_REALTIME, far_ms);
  const int result = pthread_timedjoin_np(thread, nullptr, &deadline);
  if (result != 0) pthread_join(thread, nullptr);
  record_one_of("timedjoin", name_of_error(result), {"0", "ETIMEDOUT"});
}

CASE(self_and_equal_tell_threads_apart) {
  const pthread_t main = pthread_self();
  pthread_t seen{};
  Gate gate;
  std::thread thread([&] {
    seen = pthread_self();
    gate.wait();
  });
  const pthread_t handle = thread.native_handle();
  record("main is main", pthread_equal(main, pthread_self()) != 0);
  record("main is thread", pthread_equal(main, handle) != 0);
  gate.open();
  thread.join();
  record("thread is itself", pthread_equal(seen, handle) != 0);
}

CASE(create_stores_the_id_that_the_thread_sees) {
  static std::atomic<pthread_t> seen;
  const pthread_t thread = start([](void*) -> void* {
    seen = pthread_self();
    return nullptr;
  });
  pthread_join(thread, nullptr);
  record("same", pthread_equal(seen, thread) != 0);
}

CASE(yield_returns_zero) { record_call("sched_yield", sched_yield()); }

CASE(detached_thread_runs_to_its_end) {
  Gate finished;
  std::thread([&] { finished.open(); }).detach();
  finished.wait();
  record("finished", true);
}

CASE(threads_nest) {
  int depth = 0;
  const std::function<void(int)> descend = [&](int level) {
    depth = level;
    if (level < 5) std::thread(descend, level + 1).join();
  };
  descend(1);
  record("depth", depth);
}

CASE(children_outlive_their_creator) {
  Gate gate;
  std::thread child;
  int result = 0;
  std::thread([&] {
    child = std::thread([&] {
      gate.wait();
      result = 5;
    });
  }).join();
  gate.open();
  child.join();
  record("result", result);
}

CASE(twelve_hundred_threads_live_at_once) {
  constexpr int count = 1200;
  struct Crowd {
    std::mutex mutex;
    std::condition_variable changed;
    int present = 0;
    bool may_leave = false;
  } crowd;
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, 256 * 1024);
  std::vector<pthread_t> threads(count);
  int created = 0;
  for (auto& thread : threads)
    created += pthread_create(
                   &thread, &attributes,
                   [](void* argument) -> void* {
                     auto& all = *static_cast<Crowd*>(argument);
                     std::unique_lock lock(all.mutex);
                     ++all.present;
                     all.changed.notify_all();
                     while (!all.may_leave) all.changed.wait(lock);
                     --all.present;
                     return nullptr;
                   },
                   &crowd) == 0;
  pthread_attr_destroy(&attributes);
  record("created", created);
  {
    std::unique_lock lock(crowd.mutex);
    while (crowd.present < created) crowd.changed.wait(lock);
    record("present", crowd.present);
    crowd.may_leave = true;
    crowd.changed.notify_all();
  }
  for (const auto& thread : threads) pthread_join(thread, nullptr);
  record("left over", crowd.present);
}

CASE_ONE_OF(two_threads_run_in_either_order) {
  Events events;
  std::thread first([&] { events.add("first"); });
  std::thread second([&] { events.add("second"); });
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

CASE_ONE_OF(creator_and_created_run_in_either_order) {
  Events events;
  std::thread created([&] { events.add("created"); });
  events.add("creator");
  created.join();
  record_one_of("order", events.text(), {"created,creator", "creator,created"});
}

CASE_ONE_OF(tryjoin_races_with_the_end) {
  const pthread_t thread = start(return_argument);
  const int result = pthread_tryjoin_np(thread, nullptr);
  if (result != 0) pthread_join(thread, nullptr);
  record_one_of("tryjoin", name_of_error(result), {"0", "EBUSY"});
}

}  // namespace
}  // namespace conformance
