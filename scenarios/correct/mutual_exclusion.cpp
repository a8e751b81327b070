// Mutual exclusion out of loads and stores alone, as Dekker, Peterson and Lamport have it: must pass under every
// schedule.
//
// They need the single order of memory_order_seq_cst; the plain data inside is ordered by it as by acquire and release.
//   Left out  the weaker orders that a store-load fence would permit: executions here are sequentially consistent
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <thread>

#include <wedge/scenario.h>

namespace {

template <std::size_t tasks, typename Algorithm>
void exclude() {
  Algorithm algorithm;
  int inside = 0;  // plain
  int visits = 0;
  const auto visit = [&](std::size_t mine) {
    algorithm.enter(mine);
    assert(inside++ == 0);
    ++visits;
    assert(--inside == 0);
    algorithm.leave(mine);
  };
  std::array<std::thread, tasks - 1> others;
  for (std::size_t i = 1; i < tasks; ++i) others.at(i - 1) = std::thread(visit, i);
  visit(0);
  for (std::thread& other : others) other.join();
  assert(visits == tasks);
}

class Dekker {
 public:
  void enter(std::size_t mine) {
    const std::size_t other = 1 - mine;
    wants_[mine] = true;
    while (wants_[other]) {
      if (turn_ == mine) {
        std::this_thread::yield();
        continue;
      }
      wants_[mine] = false;
      while (turn_ != mine) std::this_thread::yield();
      wants_[mine] = true;
    }
  }
  void leave(std::size_t mine) {
    turn_ = 1 - mine;
    wants_[mine] = false;
  }

 private:
  std::atomic<bool> wants_[2] = {false, false};
  std::atomic<std::size_t> turn_{0};
};

class Peterson {
 public:
  void enter(std::size_t mine) {
    const std::size_t other = 1 - mine;
    wants_[mine] = true;
    turn_ = other;
    while (wants_[other] && turn_ == other) std::this_thread::yield();
  }
  void leave(std::size_t mine) { wants_[mine] = false; }

 private:
  std::atomic<bool> wants_[2] = {false, false};
  std::atomic<std::size_t> turn_{0};
};

// Lamport's bakery: whoever has the smaller number goes first; of equal numbers the one with the smaller place.
class Bakery {
 public:
  void enter(std::size_t mine) {
    choosing_[mine] = true;
    int largest = 0;
    for (const auto& number : numbers_)
      if (const int seen = number; seen > largest) largest = seen;
    numbers_[mine] = largest + 1;
    choosing_[mine] = false;
    for (std::size_t other = 0; other < tasks; ++other) {
      while (choosing_[other]) std::this_thread::yield();
      while (goes_before(other, mine)) std::this_thread::yield();
    }
  }
  void leave(std::size_t mine) { numbers_[mine] = 0; }

  static constexpr std::size_t tasks = 3;

 private:
  bool goes_before(std::size_t other, std::size_t mine) const {
    const int number = numbers_[other];
    const int own = numbers_[mine];
    return other != mine && number != 0 && (number < own || (number == own && other < mine));
  }

  std::atomic<bool> choosing_[tasks] = {false, false, false};
  std::atomic<int> numbers_[tasks] = {0, 0, 0};
};

const wedge::Scenario scenario{
    .id = "correct/mutual-exclusion",
    .title = "Dekker, Peterson and the bakery with sequentially consistent atomics",
    .source = "",
    .variants =
        {
            {"dekker", exclude<2, Dekker>, wedge::expect(wedge::Outcome::pass)},
            {"peterson", exclude<2, Peterson>, wedge::expect(wedge::Outcome::pass)},
            {"bakery", exclude<Bakery::tasks, Bakery>, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
