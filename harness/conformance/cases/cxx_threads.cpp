// Conformance of std::thread, std::jthread and std::stop_token.
#include <condition_variable>
#include <stop_token>
#include <string>
#include <system_error>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "cxx_threads";

template <class Call>
std::string name_of_failure(Call call) {
  try {
    call();
    return "none";
  } catch (const std::system_error& error) {
    return name_of_error(error.code().value());
  }
}

CASE(thread_hands_over_its_arguments) {
  std::string text = "by reference";
  int copy = 3;
  std::thread([](std::string& target, int number) { target += std::to_string(number); }, std::ref(text), copy).join();
  record("text", text);
}

CASE(joinable_follows_the_life_of_a_thread) {
  std::thread thread;
  record("empty", thread.joinable());
  thread = std::thread([] {});
  record("started", thread.joinable());
  std::thread moved = std::move(thread);
  record("moved from", thread.joinable());  // NOLINT(bugprone-use-after-move): what is left is the question
  moved.join();
  record("joined", moved.joinable());
  record("id is nobody", moved.get_id() == std::thread::id());
}

CASE(misuse_throws_system_errors) {
  std::thread empty;
  record("join of nothing", name_of_failure([&] { empty.join(); }));
  record("detach of nothing", name_of_failure([&] { empty.detach(); }));
  std::thread self;
  std::string result;
  Gate ready;
  self = std::thread([&] {
    ready.wait();
    result = name_of_failure([&] { self.join(); });
  });
  ready.open();
  self.join();
  record("join of oneself", result);
}

CASE(ids_differ_and_agree) {
  std::thread::id seen;
  Gate gate;
  std::thread thread([&] {
    seen = std::this_thread::get_id();
    gate.wait();
  });
  const auto id = thread.get_id();
  record("differs from main", id != std::this_thread::get_id());
  gate.open();
  thread.join();
  record("seen inside", seen == id);
}

CASE(hardware_concurrency_is_positive) { record("positive", std::thread::hardware_concurrency() > 0); }

CASE(jthread_joins_on_destruction) {
  bool finished = false;
  {
    const std::jthread thread([&] {
      sched_yield();
      finished = true;
    });
  }
  record("finished", finished);
}

CASE(jthread_asks_to_stop_on_destruction) {
  bool stopped = false;
  {
    const std::jthread thread([&](const std::stop_token& token) {
      poll_until([&] { return token.stop_requested(); });
      stopped = true;
    });
  }
  record("stopped", stopped);
}

CASE(stop_is_requested_once) {
  std::stop_source source;
  const std::stop_token token = source.get_token();
  record("possible", token.stop_possible());
  record("requested before", token.stop_requested());
  record("first", source.request_stop());
  record("second", source.request_stop());
  record("requested after", token.stop_requested());
  record("empty token", std::stop_token().stop_possible());
}

CASE(stop_callback_runs_in_the_requesting_thread) {
  std::stop_source source;
  std::thread::id seen;
  const std::stop_callback callback(source.get_token(), [&] { seen = std::this_thread::get_id(); });
  std::thread::id requester;
  std::thread([&] {
    requester = std::this_thread::get_id();
    source.request_stop();
  }).join();
  record("in the requester", seen == requester);
}

CASE(stop_callback_runs_at_once_when_already_stopped) {
  std::stop_source source;
  source.request_stop();
  bool called = false;
  const std::stop_callback callback(source.get_token(), [&] { called = true; });
  record("called", called);
}

CASE(stop_callback_removal_waits_for_the_call) {
  std::stop_source source;
  Gate inside;
  Gate leave;
  std::atomic<bool> finished{false};
  bool finished_before_removal = false;
  {
    std::thread requester;
    {
      const std::stop_callback callback(source.get_token(), [&] {
        inside.open();
        leave.wait();
        finished = true;
      });
      requester = std::thread([&] { source.request_stop(); });
      inside.wait();
      leave.open();
    }
    finished_before_removal = finished;
    requester.join();
  }
  record("finished before removal", finished_before_removal);
}

CASE(waiting_with_a_stop_token_ends_on_stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool result = true;
  std::jthread thread([&](const std::stop_token& token) {
    std::unique_lock lock(mutex);
    result = changed.wait(lock, token, [] { return false; });
  });
  thread.request_stop();
  thread.join();
  record("predicate", result);
}

CASE(waiting_with_a_stop_token_ends_on_the_predicate) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool ready = false;
  bool result = false;
  std::jthread thread([&](const std::stop_token& token) {
    std::unique_lock lock(mutex);
    result = changed.wait(lock, token, [&] { return ready; });
  });
  {
    const std::lock_guard lock(mutex);
    ready = true;
  }
  changed.notify_one();
  thread.join();
  record("predicate", result);
}

CASE_ONE_OF(stop_races_with_the_predicate) {
  std::mutex mutex;
  std::condition_variable_any changed;
  bool ready = false;
  bool result = false;
  std::jthread thread([&](const std::stop_token& token) {
    std::unique_lock lock(mutex);
    result = changed.wait(lock, token, [&] { return ready; });
  });
  std::thread setter([&] {
    const std::lock_guard lock(mutex);
    ready = true;
    changed.notify_one();
  });
  thread.request_stop();
  thread.join();
  setter.join();
  record_one_of("predicate", result ? "true" : "false", {"true", "false"});
}

CASE_ONE_OF(two_requests_to_stop_have_one_winner) {
  std::stop_source source;
  bool first = false;
  bool second = false;
  std::thread one([&] { first = source.request_stop(); });
  std::thread two([&] { second = source.request_stop(); });
  one.join();
  two.join();
  record("winners", first + second);
  record_one_of("winner", first ? "first" : "second", {"first", "second"});
}

CASE(many_jthreads_stop_together) {
  std::atomic<int> stopped{0};
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 10; ++i)
      threads.emplace_back([&](const std::stop_token& token) {
        std::mutex mutex;
        std::condition_variable_any never;
        std::unique_lock lock(mutex);
        never.wait(lock, token, [] { return false; });
        ++stopped;
      });
  }
  record("stopped", stopped.load());
}

}  // namespace
}  // namespace conformance
