// What a task waited for comes with all that was written before it: must pass under every schedule.
#include <array>
#include <atomic>
#include <barrier>
#include <cassert>
#include <chrono>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <semaphore>
#include <shared_mutex>
#include <stop_token>
#include <thread>

#include <wedge/scenario.h>

namespace {

using namespace std::chrono_literals;

constexpr int answer = 42;

void condition() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  int beside = 0;
  std::thread giver([&] {
    beside = answer;  // before the lock, not under it
    {
      const std::scoped_lock lock(mutex);
      ready = true;
    }
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return ready; });
  }
  assert(beside == answer);
  giver.join();
}

void condition_over_any_lock() {
  std::shared_mutex mutex;
  std::condition_variable_any changed;
  int beside = 0;
  std::jthread waiter([&](const std::stop_token& stop) {
    std::shared_lock lock(mutex);
    if (changed.wait(lock, stop, [&] { return beside == answer; })) assert(beside == answer);
  });
  {
    const std::scoped_lock lock(mutex);
    beside = answer;
  }
  changed.notify_all();
}

void condition_with_timeout() {
  std::mutex mutex;
  std::condition_variable changed;
  int beside = 0;
  std::thread giver([&] {
    const std::scoped_lock lock(mutex);
    beside = answer;
    changed.notify_one();
  });
  {
    std::unique_lock lock(mutex);
    if (changed.wait_for(lock, 10ms, [&] { return beside != 0; })) assert(beside == answer);
  }
  giver.join();
}

void latch() {
  std::array<int, 3> parts{};
  std::latch done(2);
  std::thread one([&] {
    parts[0] = 1;
    done.count_down();
  });
  std::thread other([&] {
    parts[1] = 2;
    done.arrive_and_wait();
    assert(parts[0] == 1);
  });
  done.wait();
  assert(parts[0] + parts[1] == 3);
  one.join();
  other.join();
}

// Each writes its own place, all read all places, and the completion step has them to itself.
void barrier_in_phases() {
  std::array<int, 3> places{};
  int sum = 0;
  std::barrier phase(3, [&]() noexcept {
    sum = 0;
    for (const int place : places) sum += place;
  });
  const auto work = [&](std::size_t mine) {
    for (int round = 1; round <= 2; ++round) {
      places.at(mine) = round;
      phase.arrive_and_wait();
      assert(sum == 3 * round);
      phase.arrive_and_wait();
    }
  };
  std::thread one(work, 0);
  std::thread other(work, 1);
  work(2);
  one.join();
  other.join();
}

void barrier_that_one_leaves() {
  int beside = 0;
  std::barrier gate(2);
  std::thread leaves([&] {
    beside = answer;
    gate.arrive_and_drop();
  });
  gate.arrive_and_wait();
  assert(beside == answer);
  gate.arrive_and_wait();  // alone by now
  leaves.join();
}

void semaphores_take_turns() {
  int ball = 0;
  std::binary_semaphore ping(1);
  std::binary_semaphore pong(0);
  std::thread other([&] {
    for (int i = 0; i < 3; ++i) {
      pong.acquire();
      ++ball;
      ping.release();
    }
  });
  for (int i = 0; i < 3; ++i) {
    ping.acquire();
    ++ball;
    pong.release();
  }
  other.join();
  assert(ball == 6);
}

void semaphore_counts_what_is_there() {
  std::array<int, 2> goods{};
  std::counting_semaphore<2> there(0);
  std::atomic<std::size_t> next{0};
  const auto take = [&] {
    there.acquire();
    assert(goods.at(next.fetch_add(1, std::memory_order_relaxed)) == answer);
  };
  std::thread one(take);
  std::thread other(take);
  goods = {answer, answer};
  there.release(2);
  one.join();
  other.join();
}

void atomic_wait() {
  int beside = 0;
  std::atomic<int> state{0};
  std::thread other([&] {
    state.wait(0, std::memory_order_acquire);
    assert(beside == answer);
    ++beside;
    state.store(2, std::memory_order_release);
    state.notify_one();
  });
  beside = answer;
  state.store(1, std::memory_order_release);
  state.notify_one();
  state.wait(1, std::memory_order_acquire);
  assert(beside == answer + 1);
  other.join();
}

const wedge::Scenario scenario{
    .id = "correct/library-waiting",
    .title = "plain data behind conditions, latches, barriers, semaphores and waits on atomics",
    .source = "",
    .variants =
        {
            {"condition", condition, wedge::expect(wedge::Outcome::pass)},
            {"condition-over-any-lock", condition_over_any_lock, wedge::expect(wedge::Outcome::pass)},
            {"condition-with-timeout", condition_with_timeout, wedge::expect(wedge::Outcome::pass)},
            {"latch", latch, wedge::expect(wedge::Outcome::pass)},
            {"barrier-in-phases", barrier_in_phases, wedge::expect(wedge::Outcome::pass)},
            {"barrier-that-one-leaves", barrier_that_one_leaves, wedge::expect(wedge::Outcome::pass)},
            {"semaphores-take-turns", semaphores_take_turns, wedge::expect(wedge::Outcome::pass)},
            {"semaphore-counts-what-is-there", semaphore_counts_what_is_there, wedge::expect(wedge::Outcome::pass)},
            {"atomic-wait", atomic_wait, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
