// Conformance of std::promise, future, packaged_task and async.
#include <chrono>
#include <future>
#include <stdexcept>
#include <string>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "cxx_futures";

using namespace std::chrono_literals;

const char* name_of(std::future_status status) {
  switch (status) {
    case std::future_status::ready:
      return "ready";
    case std::future_status::timeout:
      return "timeout";
    case std::future_status::deferred:
      return "deferred";
  }
  return "?";
}

template <class Call>
std::string name_of_failure(Call call) {
  try {
    call();
    return "none";
  } catch (const std::future_error& error) {
    return error.code().message();
  }
}

CASE(future_waits_for_the_value) {
  std::promise<int> promise;
  auto future = promise.get_future();
  record("before", name_of(future.wait_for(0ms)));
  std::thread setter([&] { promise.set_value(42); });
  record("value", future.get());
  setter.join();
  record("valid after get", future.valid());
}

CASE(future_passes_an_exception_on) {
  std::promise<void> promise;
  auto future = promise.get_future();
  std::thread setter([&] { promise.set_exception(std::make_exception_ptr(std::runtime_error("from the thread"))); });
  try {
    future.get();
  } catch (const std::runtime_error& error) {
    record("caught", error.what());
  }
  setter.join();
}

CASE(future_times_out) {
  std::promise<int> promise;
  auto future = promise.get_future();
  const Stopwatch watch;
  record("for", name_of(future.wait_for(10ms)));
  record("waited", watch.at_least_ms(10));
  record("until steady", name_of(future.wait_until(std::chrono::steady_clock::now() + 5ms)));
  record("until system", name_of(future.wait_until(std::chrono::system_clock::now() + 5ms)));
  record("past", name_of(future.wait_until(std::chrono::system_clock::now() - 1s)));
  promise.set_value(1);
  record("ready", name_of(future.wait_for(0ms)));
}

CASE(misuse_throws_future_errors) {
  std::promise<int> promise;
  auto future = promise.get_future();
  record("second future", name_of_failure([&] { promise.get_future(); }));
  promise.set_value(1);
  record("second value", name_of_failure([&] { promise.set_value(2); }));
  std::future<int> empty;
  record("get of nothing", name_of_failure([&] { empty.get(); }));
  std::future<int> abandoned = std::promise<int>().get_future();
  record("broken promise", name_of_failure([&] { abandoned.get(); }));
}

CASE(promise_broken_by_a_thread_wakes_the_waiter) {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread breaker([own = std::move(promise)]() mutable { sched_yield(); });
  record("failure", name_of_failure([&] { future.get(); }));
  breaker.join();
}

CASE(shared_future_serves_many) {
  std::promise<int> promise;
  const std::shared_future<int> future = promise.get_future().share();
  std::atomic<int> sum{0};
  std::thread threads[4];
  for (auto& thread : threads) thread = std::thread([&sum, future] { sum += future.get(); });
  promise.set_value(3);
  for (auto& thread : threads) thread.join();
  record("sum", sum.load());
}

CASE(packaged_task_keeps_its_result) {
  std::packaged_task<int(int)> task([](int number) { return number + 1; });
  auto future = task.get_future();
  std::thread(std::move(task), 4).join();
  record("value", future.get());
}

CASE(async_runs_in_another_thread) {
  auto future = std::async(std::launch::async, [] { return std::this_thread::get_id(); });
  record("elsewhere", future.get() != std::this_thread::get_id());
}

CASE(async_may_be_deferred) {
  auto future = std::async(std::launch::deferred, [] { return std::this_thread::get_id(); });
  record("status", name_of(future.wait_for(0ms)));
  record("here", future.get() == std::this_thread::get_id());
}

CASE(async_future_waits_on_destruction) {
  std::atomic<bool> finished{false};
  {
    const auto future = std::async(std::launch::async, [&] {
      sched_yield();
      finished = true;
    });
  }
  record("finished", finished.load());
}

CASE(async_exception_is_rethrown) {
  auto future = std::async(std::launch::async, [] { throw std::runtime_error("inside"); });
  try {
    future.get();
  } catch (const std::runtime_error& error) {
    record("caught", error.what());
  }
}

CASE(many_asyncs_add_up) {
  std::vector<std::future<int>> futures;
  for (int i = 1; i <= 10; ++i) futures.push_back(std::async(std::launch::async, [i] { return i; }));
  int sum = 0;
  for (auto& future : futures) sum += future.get();
  record("sum", sum);
}

// libstdc++ hands the value over in its own file, which is not instrumented.
CASE_UNDEFINED(value_at_thread_exit_comes_after_thread_locals) {
  static Events events;
  struct Local {
    int touched = 0;
    ~Local() { events.add("thread_local"); }
  };
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread thread([&] {
    promise.set_value_at_thread_exit(5);
    static thread_local Local local;
    ++local.touched;
    events.add("body");
  });
  const int value = future.get();
  events.add("future");
  thread.join();
  record("value", value);
  record("events", events.text());
}

CASE_ONE_OF(wait_for_races_with_the_value) {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread setter([&] {
    give_way_often();
    promise.set_value(1);
  });
  const auto status = future.wait_for(20s);
  setter.join();
  record_one_of("status", name_of(status), {"ready", "timeout"});
}

CASE_ONE_OF(polling_a_future_races_with_the_value) {
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread setter([&] { promise.set_value(1); });
  const auto status = future.wait_for(0ms);
  setter.join();
  record_one_of("status", name_of(status), {"ready", "timeout"});
}

}  // namespace
}  // namespace conformance
