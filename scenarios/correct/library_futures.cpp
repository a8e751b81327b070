// What was written before a result was set may be read once the result is there: must pass under every schedule.
//
// The data is plain, and travels beside the result as well as in it.
//   Left out  set_value_at_thread_exit(): what it orders happens out of sight inside the library, see harness/e2e/races
#include <cassert>
#include <future>
#include <memory>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

constexpr int answer = 42;

void promise() {
  int beside = 0;
  std::promise<std::string> promise;
  std::future<std::string> future = promise.get_future();
  std::thread giver([&] {
    beside = answer;
    promise.set_value("a result that is too long for the string object itself");
  });
  assert(future.get().size() > 40);
  assert(beside == answer);
  giver.join();
}

void several_readers() {
  std::promise<std::vector<int>> promise;
  const std::shared_future<std::vector<int>> result = promise.get_future().share();
  const auto read = [result] { assert(result.get().at(1) == answer); };
  std::thread one(read);
  std::thread other(read);
  promise.set_value({1, answer});
  read();
  one.join();
  other.join();
}

void async() {
  int before = answer;
  auto first = std::async(std::launch::async, [&before] { return before++; });
  assert(first.get() == answer);
  assert(before == answer + 1);
  auto lazily = std::async(std::launch::deferred, [&before] { return --before; });
  assert(lazily.get() == answer);
}

void packaged_task() {
  int calls = 0;
  std::packaged_task<std::unique_ptr<int>(int)> task([&calls](int x) {
    ++calls;
    return std::make_unique<int>(x);
  });
  auto result = task.get_future();
  std::thread worker(std::move(task), answer);
  assert(*result.get() == answer);
  assert(calls == 1);
  worker.join();
}

void exception() {
  int beside = 0;
  std::promise<void> promise;
  auto future = promise.get_future();
  std::thread giver([&] {
    beside = answer;
    promise.set_exception(std::make_exception_ptr(std::runtime_error("on purpose")));
  });
  bool caught = false;
  try {
    future.get();
  } catch (const std::runtime_error& error) {
    caught = std::string(error.what()) == "on purpose";
  }
  assert(caught && beside == answer);
  giver.join();
}

void stop_callback_sees_what_was_written_before() {
  int beside = 0;
  bool called = false;
  std::stop_source source;
  {
    const std::jthread worker([&, token = source.get_token()] {
      const std::stop_callback callback(token, [&] {
        assert(beside == answer);
        called = true;  // here, or in the other task while the destructor of `callback` waits
      });
    });
    beside = answer;
    source.request_stop();
  }
  static_cast<void>(called);
}

void stop_is_seen_by_polling() {
  int beside = 0;
  std::jthread worker([&beside](const std::stop_token& token) {
    while (!token.stop_requested()) std::this_thread::yield();
    assert(beside == answer);
  });
  beside = answer;
  worker.request_stop();
}

const wedge::Scenario scenario{
    .id = "correct/library-futures",
    .title = "plain data beside results, exceptions and requests to stop",
    .source = "",
    .variants =
        {
            {"promise", promise, wedge::expect(wedge::Outcome::pass)},
            {"several-readers", several_readers, wedge::expect(wedge::Outcome::pass)},
            {"async", async, wedge::expect(wedge::Outcome::pass)},
            {"packaged-task", packaged_task, wedge::expect(wedge::Outcome::pass)},
            {"exception", exception, wedge::expect(wedge::Outcome::pass)},
            {"stop-callback", stop_callback_sees_what_was_written_before, wedge::expect(wedge::Outcome::pass)},
            {"stop-is-seen-by-polling", stop_is_seen_by_polling, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
