// Conformance of POSIX semaphores, unnamed and named.
#include <fcntl.h>
#include <semaphore.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "semaphores";

class Semaphore {
 public:
  explicit Semaphore(unsigned value, int shared = 0) { sem_init(&it, shared, value); }
  Semaphore(const Semaphore&) = delete;
  Semaphore& operator=(const Semaphore&) = delete;
  ~Semaphore() {
    if (!is_destroyed_) sem_destroy(&it);
  }
  int destroy() {
    is_destroyed_ = true;
    return sem_destroy(&it);
  }
  int value() {
    int current = -1;
    sem_getvalue(&it, &current);
    return current;
  }
  sem_t it{};

 private:
  bool is_destroyed_ = false;
};

CASE(semaphore_counts) {
  Semaphore semaphore(2);
  record_call("wait", sem_wait(&semaphore.it));
  record("value", semaphore.value());
  record_call("trywait", sem_trywait(&semaphore.it));
  record("value", semaphore.value());
  record_call("trywait at zero", sem_trywait(&semaphore.it));
  record("value", semaphore.value());
  record_call("post", sem_post(&semaphore.it));
  record("value", semaphore.value());
  record_call("destroy", semaphore.destroy());
}

CASE(init_refuses_too_large_a_value) {
  sem_t semaphore;
  record_call("too large", sem_init(&semaphore, 0, static_cast<unsigned>(SEM_VALUE_MAX) + 1));
  record_call("largest", sem_init(&semaphore, 0, SEM_VALUE_MAX));
  record_call("post", sem_post(&semaphore));
  int value = -1;
  sem_getvalue(&semaphore, &value);
  record("still largest", value == SEM_VALUE_MAX);
}

CASE(shared_semaphore_works_in_one_process) {
  Semaphore semaphore(0, 1);
  std::thread poster([&] { sem_post(&semaphore.it); });
  record_call("wait", sem_wait(&semaphore.it));
  poster.join();
  record("value", semaphore.value());
}

CASE(wait_blocks_until_posted) {
  Semaphore semaphore(0);
  int value = 0;
  int seen = -1;
  std::thread waiter([&] {
    sem_wait(&semaphore.it);
    seen = value;
  });
  for (int i = 0; i < 5; ++i) sched_yield();
  value = 1;
  sem_post(&semaphore.it);
  waiter.join();
  record("seen", seen);
}

CASE(timedwait_times_out) {
  Semaphore semaphore(0);
  const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
  record_call("timedwait", sem_timedwait(&semaphore.it, &deadline));
  record("waited", has_passed(CLOCK_REALTIME, deadline));
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const timespec end = in_ms(clock, short_wait_ms);
    record_call("clockwait", sem_clockwait(&semaphore.it, clock, &end));
    record("clockwait waited", has_passed(clock, end));
  }
  record("value", semaphore.value());
}

CASE(deadlines_are_checked) {
  const timespec past = in_ms(CLOCK_REALTIME, -1000);
  const timespec negative{0, -1};
  for (const unsigned value : {0U, 100U}) {
    Semaphore semaphore(value);
    record_call("past", sem_timedwait(&semaphore.it, &past));
    record_call("bad nanoseconds", sem_timedwait(&semaphore.it, &bad_nanoseconds));
    record_call("negative nanoseconds", sem_timedwait(&semaphore.it, &negative));
    record_call("bad clock", sem_clockwait(&semaphore.it, CLOCK_PROCESS_CPUTIME_ID, &past));
    record_call("bad clock nanoseconds", sem_clockwait(&semaphore.it, CLOCK_MONOTONIC, &bad_nanoseconds));
    record("value", semaphore.value());
  }
}

CASE(every_post_lets_one_waiter_go) {
  Semaphore semaphore(0);
  std::atomic<int> passed{0};
  std::thread threads[4];
  for (auto& thread : threads)
    thread = std::thread([&] {
      sem_wait(&semaphore.it);
      ++passed;
    });
  for (int i = 1; i <= 4; ++i) {
    sem_post(&semaphore.it);
    poll_until([&] { return passed >= i; });
    record("passed", passed.load());
  }
  for (auto& thread : threads) thread.join();
  record("value", semaphore.value());
}

CASE(semaphore_of_one_excludes) {
  Semaphore semaphore(1);
  int count = 0;
  std::thread threads[3];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 10; ++i) {
        sem_wait(&semaphore.it);
        const int before = count;
        sched_yield();
        count = before + 1;
        sem_post(&semaphore.it);
      }
    });
  for (auto& thread : threads) thread.join();
  record("count", count);
}

std::string unused_name(const char* suffix) {
  return "/wedge-conformance-" + std::to_string(unique_number()) + '-' + suffix;
}

CASE(named_semaphores_are_shared_by_name) {
  const std::string name = unused_name("shared");
  record_call("without O_CREAT", sem_open(name.c_str(), 0) == SEM_FAILED ? -1 : 0);
  sem_t* const first = sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1);
  record("created", first != SEM_FAILED);
  record_call("exclusive", sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 1) == SEM_FAILED ? -1 : 0);
  sem_t* const second = sem_open(name.c_str(), 0);
  record("same object", first == second);
  record_call("wait", sem_wait(first));
  record_call("trywait", sem_trywait(second));
  record_call("post elsewhere", in_other_thread([&] { return sem_post(second); }));
  record_call("wait again", sem_wait(first));
  record_call("unlink", sem_unlink(name.c_str()));
  record_call("unlink again", sem_unlink(name.c_str()));
  record_call("post after unlink", sem_post(first));
  record_call("close", sem_close(first));
  record_call("close again", sem_close(second));
}

CASE(sem_open_refuses_nonsense) {
  record_call("value", sem_open(unused_name("large").c_str(), O_CREAT, 0600,
                                static_cast<unsigned>(SEM_VALUE_MAX) + 1) == SEM_FAILED
                           ? -1
                           : 0);
  record_call("name with a slash", sem_open("/wedge/conformance", O_CREAT, 0600, 1) == SEM_FAILED ? -1 : 0);
  record_call("empty name", sem_open("/", O_CREAT, 0600, 1) == SEM_FAILED ? -1 : 0);
  record_call("unlink of nothing", sem_unlink(unused_name("nothing").c_str()));
}

CASE(named_semaphore_blocks_and_wakes) {
  const std::string name = unused_name("blocks");
  sem_t* const semaphore = sem_open(name.c_str(), O_CREAT | O_EXCL, 0600, 0);
  sem_unlink(name.c_str());
  std::thread waiter([&] { sem_wait(semaphore); });
  record_call("post", sem_post(semaphore));
  waiter.join();
  record_call("close", sem_close(semaphore));
}

CASE_ONE_OF(post_lets_either_of_two_waiters_go) {
  Semaphore semaphore(0);
  Events events;
  std::atomic<int> passed{0};
  const auto take = [&](const char* who) {
    sem_wait(&semaphore.it);
    events.add(who);
    ++passed;
  };
  std::thread first(take, "first");
  std::thread second(take, "second");
  sem_post(&semaphore.it);
  poll_until([&] { return passed == 1; });
  sem_post(&semaphore.it);
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

CASE_ONE_OF(trywait_races_with_post) {
  Semaphore semaphore(0);
  std::thread poster([&] { sem_post(&semaphore.it); });
  const int result = sem_trywait(&semaphore.it) == 0 ? 0 : errno;
  poster.join();
  record_one_of("trywait", name_of_error(result), {"0", "EAGAIN"});
}

CASE_ONE_OF(timedwait_races_with_post) {
  Semaphore semaphore(0);
  std::thread poster([&] {
    give_way_often();
    sem_post(&semaphore.it);
  });
  const timespec deadline = in_ms(CLOCK_REALTIME, far_ms);
  const int result = sem_timedwait(&semaphore.it, &deadline) == 0 ? 0 : errno;
  poster.join();
  record_one_of("timedwait", name_of_error(result), {"0", "ETIMEDOUT"});
  record("left", semaphore.value() == (result == 0 ? 0 : 1));
}

CASE_ONE_OF(value_races_with_post) {
  Semaphore semaphore(0);
  std::thread poster([&] {
    sem_post(&semaphore.it);
    sem_post(&semaphore.it);
  });
  const int value = semaphore.value();
  poster.join();
  record_one_of("value", std::to_string(value), {"0", "1", "2"});
}

}  // namespace
}  // namespace conformance
