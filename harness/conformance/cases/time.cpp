// Conformance of clocks and sleeps. Durations are only compared with lower bounds: under control time is virtual.
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "time";

using namespace std::chrono_literals;

struct Clock {
  clockid_t id;
  const char* name;
};

constexpr std::array<Clock, 9> clocks{{{CLOCK_REALTIME, "realtime"},
                                       {CLOCK_MONOTONIC, "monotonic"},
                                       {CLOCK_REALTIME_COARSE, "realtime coarse"},
                                       {CLOCK_MONOTONIC_COARSE, "monotonic coarse"},
                                       {CLOCK_MONOTONIC_RAW, "monotonic raw"},
                                       {CLOCK_BOOTTIME, "boottime"},
                                       {CLOCK_TAI, "tai"},
                                       {CLOCK_PROCESS_CPUTIME_ID, "process"},
                                       {CLOCK_THREAD_CPUTIME_ID, "thread"}}};

long now_ns(clockid_t clock) {
  timespec now{};
  return clock_gettime(clock, &now) == 0 ? to_ns(now) : -1;
}

CASE(clocks_can_be_read_and_never_go_back) {
  for (const auto& [id, name] : clocks) {
    timespec now{};
    record_call(name, clock_gettime(id, &now));
    long last = to_ns(now);
    bool goes_back = last < 0 || now.tv_nsec >= 1'000'000'000;
    for (int i = 0; i < 10; ++i) {
      const long next = now_ns(id);
      goes_back = goes_back || next < last;
      last = next;
    }
    record("goes back", goes_back);
  }
}

CASE(unknown_clocks_are_einval) {
  timespec now{};
  record_call("gettime", clock_gettime(77, &now));
  record_call("getres", clock_getres(77, &now));
  record_error("nanosleep", clock_nanosleep(77, 0, &now, nullptr));
}

CASE(resolutions_are_told) {
  for (const auto& [id, name] : clocks) {
    timespec resolution{};
    record_call(name, clock_getres(id, &resolution));
    record("ns", to_ns(resolution));
  }
  record_call("no buffer", clock_getres(CLOCK_REALTIME, nullptr));
}

CASE(wall_clocks_agree) {
  const long before = now_ns(CLOCK_REALTIME);
  timeval middle{};
  record_call("gettimeofday", gettimeofday(&middle, nullptr));
  const long after = now_ns(CLOCK_REALTIME);
  const long middle_us = middle.tv_sec * 1'000'000 + middle.tv_usec;
  record("gettimeofday lies between", before / 1000 <= middle_us && middle_us <= after / 1000);
  timespec standard{};
  record("timespec_get", timespec_get(&standard, TIME_UTC));
  record("timespec_get lies after", to_ns(standard) >= after);
  time_t stored = 0;
  const time_t seconds = time(&stored);
  record("time stores what it returns", seconds == stored);
  const long difference = seconds - now_ns(CLOCK_REALTIME) / 1'000'000'000;
  record("time agrees", difference >= -1 && difference <= 1);
  const auto system = std::chrono::system_clock::now().time_since_epoch();
  record("system_clock lies after", system >= std::chrono::nanoseconds(after));
}

CASE(steady_clock_is_the_monotonic_clock) {
  const long before = now_ns(CLOCK_MONOTONIC);
  const auto middle = std::chrono::steady_clock::now().time_since_epoch();
  const long after = now_ns(CLOCK_MONOTONIC);
  record("lies between", std::chrono::nanoseconds(before) <= middle && middle <= std::chrono::nanoseconds(after));
}

CASE(time_does_not_go_back_between_threads) {
  std::atomic<long> last{now_ns(CLOCK_MONOTONIC)};
  bool goes_back = false;
  for (int i = 0; i < 5; ++i)
    std::thread([&] {
      const long now = now_ns(CLOCK_MONOTONIC);
      if (now < last) goes_back = true;
      last = now;
    }).join();
  record("goes back", goes_back || now_ns(CLOCK_MONOTONIC) < last);
}

// Both kinds of clock must have gone on while `sleep` slept.
template <class Sleep>
void describe(const char* name, long ms, Sleep sleep) {
  const Stopwatch monotonic(CLOCK_MONOTONIC);
  const Stopwatch realtime(CLOCK_REALTIME);
  const Stopwatch boottime(CLOCK_BOOTTIME);
  sleep();
  record(name, monotonic.at_least_ms(ms) && realtime.at_least_ms(ms) && boottime.at_least_ms(ms));
}

CASE(sleeps_last_as_long_as_they_should) {
  describe("nanosleep", 10, [] {
    const timespec duration = from_ms(10);
    timespec left{7, 7};
    record_call("nanosleep result", nanosleep(&duration, &left));
    record("left is untouched", left.tv_sec == 7);
  });
  describe("usleep", 10, [] { record_call("usleep result", usleep(10'000)); });
  describe("clock_nanosleep", 10, [] {
    const timespec duration = from_ms(10);
    record_error("clock_nanosleep result", clock_nanosleep(CLOCK_MONOTONIC, 0, &duration, nullptr));
  });
  describe("clock_nanosleep realtime", 10, [] {
    const timespec duration = from_ms(10);
    record_error("clock_nanosleep realtime result", clock_nanosleep(CLOCK_REALTIME, 0, &duration, nullptr));
  });
  describe("clock_nanosleep boottime", 10, [] {
    const timespec duration = from_ms(10);
    record_error("clock_nanosleep boottime result", clock_nanosleep(CLOCK_BOOTTIME, 0, &duration, nullptr));
  });
  describe("sleep_for", 10, [] { std::this_thread::sleep_for(10ms); });
  describe("sleep_until steady", 10, [] { std::this_thread::sleep_until(std::chrono::steady_clock::now() + 10ms); });
  describe("sleep_until system", 10, [] { std::this_thread::sleep_until(std::chrono::system_clock::now() + 10ms); });
  describe("sleep", 1000, [] { record("sleep result", sleep(1)); });
}

CASE(absolute_sleeps_end_at_their_time) {
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
    const timespec deadline = in_ms(clock, short_wait_ms);
    record_error("result", clock_nanosleep(clock, TIMER_ABSTIME, &deadline, nullptr));
    record("passed", has_passed(clock, deadline));
    const timespec past = in_ms(clock, -1000);
    record_error("past", clock_nanosleep(clock, TIMER_ABSTIME, &past, nullptr));
  }
}

CASE(sleeps_of_nothing_return_at_once) {
  const timespec zero{0, 0};
  record_call("nanosleep", nanosleep(&zero, nullptr));
  record_call("usleep", usleep(0));
  record("sleep", sleep(0));
  record_error("clock_nanosleep", clock_nanosleep(CLOCK_MONOTONIC, 0, &zero, nullptr));
  std::this_thread::sleep_for(0ms);
  std::this_thread::sleep_for(-5ms);
  std::this_thread::sleep_until(std::chrono::steady_clock::now() - 1s);
}

CASE(sleeps_refuse_nonsense) {
  const timespec negative_nanoseconds{0, -1};
  const timespec negative_seconds{-1, 0};
  record_call("nanosleep nanoseconds", nanosleep(&bad_nanoseconds, nullptr));
  record_call("nanosleep negative nanoseconds", nanosleep(&negative_nanoseconds, nullptr));
  record_call("nanosleep negative seconds", nanosleep(&negative_seconds, nullptr));
  record_error("clock_nanosleep nanoseconds", clock_nanosleep(CLOCK_MONOTONIC, 0, &bad_nanoseconds, nullptr));
  record_error("absolute nanoseconds", clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &bad_nanoseconds, nullptr));
  const timespec zero{0, 0};
  record_error("own processor time", clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &zero, nullptr));
  record_error("coarse clock", clock_nanosleep(CLOCK_MONOTONIC_COARSE, 0, &zero, nullptr));
}

CASE(other_threads_run_while_one_sleeps) {
  std::atomic<bool> done{false};
  bool seen = false;
  std::thread worker([&] { done = true; });
  poll_until([&] {
    usleep(1000);
    seen = done;
    return seen;
  });
  worker.join();
  record("seen", seen);
}

CASE(long_sleeps_are_interrupted_by_nothing) {
  std::thread threads[3];
  std::atomic<int> early{0};
  for (int i = 0; i < 3; ++i)
    threads[i] = std::thread([&, i] {
      const Stopwatch watch;
      usleep(static_cast<unsigned>(5'000 * (i + 1)));
      early += !watch.at_least_ms(5 * (i + 1));
    });
  for (auto& thread : threads) thread.join();
  record("early", early.load());
}

CASE_ONE_OF(sleepers_with_one_deadline_wake_in_either_order) {
  Events events;
  const timespec deadline = in_ms(CLOCK_MONOTONIC, short_wait_ms);
  const auto sleep_and_tell = [&](const char* who) {
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, nullptr);
    events.add(who);
  };
  std::thread first(sleep_and_tell, "first");
  std::thread second(sleep_and_tell, "second");
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

CASE_ONE_OF(sleeper_and_runner_go_in_either_order) {
  Events events;
  std::thread sleeper([&] {
    usleep(1000);
    events.add("sleeper");
  });
  std::thread runner([&] {
    for (int i = 0; i < 3; ++i) sched_yield();
    events.add("runner");
  });
  sleeper.join();
  runner.join();
  record_one_of("order", events.text(), {"sleeper,runner", "runner,sleeper"});
}

CASE_ONE_OF(poll_by_sleeping_may_need_another_round) {
  std::atomic<bool> done{false};
  std::thread worker([&] {
    sched_yield();
    done = true;
  });
  usleep(5'000);
  const bool seen = done;
  worker.join();
  record_one_of("seen", seen ? "at once" : "later", {"at once", "later"});
}

}  // namespace
}  // namespace conformance
