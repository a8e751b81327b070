// A result brings with it what was done before it was set, once somebody has asked for it.
#include <chrono>
#include <future>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

void result_asked_for() {
  int beside = 0;
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread thread([&] {
    beside = 1;
    promise.set_value(1);
  });
  future.get();
  beside = 2;
  thread.join();
}
const races::Program asked("result-asked-for", result_asked_for);

void result_not_asked_for() {
  races::Turn turn;
  int beside = 0;
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread thread([&] {
    beside = 1;  // race: result-not-asked-for
    promise.set_value(1);
    turn.pass();
  });
  turn.await();
  beside = 2;  // race: result-not-asked-for
  future.get();
  thread.join();
}
const races::Program not_asked("result-not-asked-for", result_not_asked_for);

void written_after_the_result() {
  races::Turn turn;
  int beside = 0;
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread thread([&] {
    promise.set_value(1);
    beside = 1;  // race: written-after-the-result
    turn.pass();
  });
  future.get();
  turn.await();
  beside = 2;  // race: written-after-the-result
  thread.join();
}
const races::Program late("written-after-the-result", written_after_the_result);

// The result is made ready inside the library, when the thread's variables have been destroyed.
void at_thread_exit() {
  int beside = 0;
  std::promise<int> promise;
  auto future = promise.get_future();
  std::thread thread([&] {
    beside = 1;
    promise.set_value_at_thread_exit(1);
  });
  future.get();
  races::use(beside);
  thread.join();
}
const races::Program at_exit("result-at-thread-exit", at_thread_exit);

void of_async() {
  int beside = 0;
  auto future = std::async(std::launch::async, [&] { beside = 1; });
  future.wait();
  beside = 2;
}
const races::Program async("result-of-async", of_async);

}  // namespace
