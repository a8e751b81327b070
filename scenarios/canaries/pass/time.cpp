// Virtual time passes when it must, and timeouts end waits that nothing else ends: must pass under every schedule.
//   Left out  the real time, of which all this takes none
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

void sleep_takes_time() {
  const auto before = Clock::now();
  std::thread other([] { std::this_thread::sleep_for(1h); });
  std::this_thread::sleep_for(5s);
  assert(Clock::now() - before >= 5s);
  other.join();
  assert(Clock::now() - before >= 1h);
}

void wait_times_out() {
  std::mutex mutex;
  std::condition_variable never;
  std::unique_lock lock(mutex);
  const auto before = Clock::now();
  assert(never.wait_for(lock, 15s) == std::cv_status::timeout);
  assert(Clock::now() - before >= 15s);
}

// Whether the signal or the timeout comes first is open; nothing else is.
void signal_or_timeout() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    const auto before = Clock::now();
    if (!changed.wait_for(lock, 100ms, [&] { return ready; })) assert(Clock::now() - before >= 100ms);
  });
  {
    const std::scoped_lock lock(mutex);
    ready = true;
  }
  changed.notify_one();
  waiter.join();
}

void future_times_out() {
  std::promise<void> promise;
  const std::future<void> future = promise.get_future();
  assert(future.wait_for(10ms) == std::future_status::timeout);
  promise.set_value();
  assert(future.wait_for(0s) == std::future_status::ready);
}

void polling_the_clock_ends() {
  const auto end = Clock::now() + 1s;
  while (Clock::now() < end) {
  }
}

const wedge::Scenario scenario{
    .id = "canaries/pass/time",
    .title = "sleeps, timeouts and clocks",
    .source = "",
    .variants =
        {
            {.name = "sleep-takes-time",
             .body = sleep_takes_time,
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::real_time},
            {.name = "wait-times-out",
             .body = wait_times_out,
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::real_time},
            {"signal-or-timeout", signal_or_timeout, wedge::expect(wedge::Outcome::pass)},
            {"future-times-out", future_times_out, wedge::expect(wedge::Outcome::pass)},
            {"polling-the-clock-ends", polling_the_clock_ends, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
