// Conformance of timerfd: one-shot, intervals, absolute times, disarming and error codes.
#include <poll.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "timerfd";

// The number of expirations read, or the error.
std::string expirations(int timer) {
  std::uint64_t count = 0;
  return read(timer, &count, sizeof count) < 0 ? name_of_error(errno) : std::to_string(count);
}

int set(int timer, long first_ms, long interval_ms = 0) {
  const itimerspec value{from_ms(interval_ms), from_ms(first_ms)};
  return timerfd_settime(timer, 0, &value, nullptr);
}

CASE(one_shot_expires_once) {
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME, CLOCK_BOOTTIME}) {
    const Descriptor timer(timerfd_create(clock, 0));
    const Stopwatch watch(clock);
    record_call("set", set(timer, 10));
    record("count", expirations(timer));
    record("waited", watch.at_least_ms(10));
    itimerspec left{};
    record_call("get", timerfd_gettime(timer, &left));
    record("left", to_ns(left.it_value));
  }
}

CASE(unset_and_unexpired_timers_are_eagain) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  record("unset", expirations(timer));
  set(timer, far_ms);
  record("unexpired", expirations(timer));
  record_call("disarm", set(timer, 0));
  record("disarmed", expirations(timer));
}

CASE(interval_expires_again_and_again) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, 0));
  const Stopwatch watch;
  set(timer, 5, 5);
  long count = 0;
  while (count < 4) count += std::stol(expirations(timer));
  record("waited", watch.at_least_ms(20));
}

CASE(interval_counts_what_was_missed) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, 0));
  set(timer, 5, 5);
  usleep(22'000);
  record("several", std::stol(expirations(timer)) >= 4);
}

CASE(gettime_tells_what_is_left) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, 0));
  set(timer, far_ms, 7);
  itimerspec left{};
  record_call("get", timerfd_gettime(timer, &left));
  record("left", to_ns(left.it_value) > 0 && to_ns(left.it_value) <= far_ms * 1'000'000);
  record("interval", to_ns(left.it_interval));
  const itimerspec next{};
  itimerspec old{};
  record_call("set", timerfd_settime(timer, 0, &next, &old));
  record("old left", to_ns(old.it_value) > 0);
  record("old interval", to_ns(old.it_interval));
}

CASE(setting_again_forgets_old_expirations) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  set(timer, 1);
  usleep(5'000);
  set(timer, far_ms);
  record("count", expirations(timer));
}

CASE(absolute_times) {
  for (const clockid_t clock : {CLOCK_MONOTONIC, CLOCK_REALTIME}) {
    const Descriptor timer(timerfd_create(clock, 0));
    const itimerspec past{{}, in_ms(clock, -1000)};
    record_call("past", timerfd_settime(timer, TFD_TIMER_ABSTIME, &past, nullptr));
    record("count", expirations(timer));
    const itimerspec soon{{}, in_ms(clock, short_wait_ms)};
    record_call("soon", timerfd_settime(timer, TFD_TIMER_ABSTIME, &soon, nullptr));
    record("count", expirations(timer));
    record("waited", has_passed(clock, soon.it_value));
  }
}

CASE(nonsense_is_refused) {
  record_call("clock", timerfd_create(77, 0));
  record_call("flags", timerfd_create(CLOCK_MONOTONIC, 0x40));
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  const itimerspec bad{{}, bad_nanoseconds};
  const itimerspec bad_interval{bad_nanoseconds, from_ms(1)};
  record_call("nanoseconds", timerfd_settime(timer, 0, &bad, nullptr));
  record_call("interval", timerfd_settime(timer, 0, &bad_interval, nullptr));
  const itimerspec fine{{}, from_ms(1)};
  record_call("settime flags", timerfd_settime(timer, 0x40, &fine, nullptr));
  itimerspec left{};
  record_call("get from nothing", timerfd_gettime(-1, &left));
  record_call("set nothing", timerfd_settime(-1, 0, &fine, nullptr));
  const Pipe pipe;
  record_call("get from a pipe", timerfd_gettime(pipe.reader, &left));
  std::uint32_t small = 0;
  record_call("small read", read(timer, &small, sizeof small));
  record_call("write", write(timer, &small, sizeof small));
}

CASE(poll_and_epoll_see_the_expiration) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, 0));
  pollfd entry{timer, POLLIN, 0};
  record_call("poll before", poll(&entry, 1, 0));
  set(timer, 10);
  record_call("poll", poll(&entry, 1, -1));
  record("events", entry.revents == POLLIN);
  record_call("poll again", poll(&entry, 1, 0));
  const Descriptor set_of_events(epoll_create1(0));
  epoll_event event{EPOLLIN, {.u32 = 5}};
  epoll_ctl(set_of_events, EPOLL_CTL_ADD, timer, &event);
  record_call("epoll", epoll_wait(set_of_events, &event, 1, 0));
  record("count", expirations(timer));
  record_call("epoll after the read", epoll_wait(set_of_events, &event, 1, 0));
  set(timer, 10);
  record_call("epoll waits", epoll_wait(set_of_events, &event, 1, -1));
  record("data", event.data.u32);
}

CASE(another_thread_may_arm_the_timer) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, 0));
  std::string count;
  std::thread reader([&] { count = expirations(timer); });
  for (int i = 0; i < 5; ++i) sched_yield();
  set(timer, 5);
  reader.join();
  record("count", count);
}

CASE_ONE_OF(expiration_races_with_other_work) {
  const Descriptor timer(timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK));
  set(timer, 1);
  std::thread worker([] {
    for (int i = 0; i < 3; ++i) usleep(500);
  });
  usleep(700);
  const std::string count = expirations(timer);
  worker.join();
  record_one_of("count", count, {"1", "EAGAIN"});
}

CASE_ONE_OF(two_timers_with_one_deadline) {
  const Descriptor first(timerfd_create(CLOCK_MONOTONIC, 0));
  const Descriptor second(timerfd_create(CLOCK_MONOTONIC, 0));
  Events events;
  const timespec deadline = in_ms(CLOCK_MONOTONIC, short_wait_ms);
  const auto wait_and_tell = [&](int timer, const char* who) {
    const itimerspec value{{}, deadline};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &value, nullptr);
    expirations(timer);
    events.add(who);
  };
  std::thread one(wait_and_tell, first.number(), "first");
  std::thread two(wait_and_tell, second.number(), "second");
  one.join();
  two.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

}  // namespace
}  // namespace conformance
