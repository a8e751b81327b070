// Results, exceptions and requests to stop reach the other side: must pass under every schedule.
//   Left out  timeouts; pass/time.cpp has them
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <future>
#include <mutex>
#include <stdexcept>
#include <stop_token>
#include <thread>

#include <wedge/scenario.h>

namespace {

void promise() {
  std::promise<int> promise;
  std::future<int> future = promise.get_future();
  std::thread giver([&] { promise.set_value(42); });
  assert(future.get() == 42);
  giver.join();
}

void broken_promise() {
  std::future<int> future;
  {
    std::promise<int> promise;
    future = promise.get_future();
  }
  std::thread reader([&] {
    try {
      future.get();
      assert(false);
    } catch (const std::future_error& error) {
      assert(error.code() == std::future_errc::broken_promise);
    }
  });
  reader.join();
}

void async() {
  auto half = std::async(std::launch::async, [] { return 21; });
  auto failing = std::async(std::launch::async, []() -> int { throw std::runtime_error("on purpose"); });
  const int other_half = 21;
  bool caught = false;
  try {
    failing.get();
  } catch (const std::runtime_error&) {
    caught = true;
  }
  assert(half.get() + other_half == 42 && caught);
}

void packaged_task() {
  std::packaged_task<int(int)> task([](int x) { return x + 1; });
  std::shared_future<int> result = task.get_future().share();
  std::thread reader([result] { assert(result.get() == 42); });
  task(41);
  assert(result.get() == 42);
  reader.join();
}

void stop_token() {
  std::atomic<int> rounds{0};
  std::mutex mutex;
  std::condition_variable_any changed;
  {
    const std::jthread worker([&](const std::stop_token& stop) {
      std::unique_lock lock(mutex);
      while (!changed.wait(lock, stop, [] { return false; })) {
        ++rounds;
        if (stop.stop_requested()) return;
      }
    });
  }  // asks to stop, then joins
  assert(rounds <= 1);
}

void stop_callback() {
  std::stop_source source;
  std::atomic<int> called{0};
  std::thread registers([&] {
    const std::stop_callback callback(source.get_token(), [&] { ++called; });
    while (called == 0) std::this_thread::yield();
  });
  source.request_stop();
  registers.join();
  assert(called == 1);
}

const wedge::Scenario scenario{
    .id = "canaries/pass/futures",
    .title = "results, exceptions and requests to stop reach the other side",
    .source = "",
    .variants =
        {
            {"promise", promise, wedge::expect(wedge::Outcome::pass)},
            {"broken-promise", broken_promise, wedge::expect(wedge::Outcome::pass)},
            {"async", async, wedge::expect(wedge::Outcome::pass)},
            {"packaged-task", packaged_task, wedge::expect(wedge::Outcome::pass)},
            {"stop-token", stop_token, wedge::expect(wedge::Outcome::pass)},
            {"stop-callback", stop_callback, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
