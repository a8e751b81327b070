// What is done ahead comes in its order, whichever thread was first, and never further ahead than allowed.
#include "harness/supervise/ahead.h"

#include <atomic>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

namespace wedge::supervise {
namespace {

using Numbers = Ahead<std::size_t>;

Numbers::Work square() {
  return [](std::size_t number) { return number * number; };
}

const auto nothing = [] {};

TEST(ahead, results_come_in_their_order) {
  for (const unsigned threads : {1U, 2U, 5U}) {
    Numbers ahead(threads, 50, 7, square);
    for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ(ahead.take(i, nothing), i * i);
  }
}

TEST(ahead, each_thread_has_work_of_its_own) {
  std::atomic<int> made = 0;
  Numbers ahead(3, 1, 1, [&] {
    ++made;
    return square();
  });
  while (made < 3) std::this_thread::yield();
  EXPECT_EQ(ahead.take(0, nothing), 0U);
}

TEST(ahead, nothing_begins_further_ahead_than_allowed) {
  std::atomic<std::size_t> asked_for = 0;
  std::atomic<bool> too_far = false;
  Numbers ahead(4, 200, 3, [&] {
    return [&](std::size_t number) {
      if (number >= asked_for + 3) too_far = true;
      return number;
    };
  });
  for (std::size_t i = 0; i < 200; ++i) {
    asked_for = i;
    ahead.take(i, nothing);
  }
  EXPECT_FALSE(too_far);
}

TEST(ahead, something_is_done_before_it_is_asked_for) {
  std::atomic<int> done = 0;
  Numbers ahead(1, 10, 4, [&] {
    return [&](std::size_t number) {
      ++done;
      return number;
    };
  });
  while (done < 4) std::this_thread::yield();
  EXPECT_EQ(ahead.take(0, nothing), 0U);
}

TEST(ahead, what_the_work_throws_is_thrown_where_it_is_taken) {
  Numbers ahead(2, 3, 3, [] {
    return [](std::size_t number) {
      if (number == 1) throw std::runtime_error("one");
      return number;
    };
  });
  EXPECT_EQ(ahead.take(0, nothing), 0U);
  EXPECT_THROW(ahead.take(1, nothing), std::runtime_error);
  EXPECT_EQ(ahead.take(2, nothing), 2U);
}

TEST(ahead, what_has_begun_is_handed_over_and_what_has_not_is_nothing) {
  std::atomic<bool> goes_on = true;
  Numbers ahead(
      1, 3, 3,
      [&] {
        return [&](std::size_t number) {
          if (number == 1) goes_on = false;
          return number;
        };
      },
      [&] { return goes_on.load(); });
  EXPECT_EQ(ahead.take(0, nothing), 0U);
  EXPECT_EQ(ahead.take(1, nothing), 1U);
  EXPECT_EQ(ahead.take(2, nothing), std::nullopt);
}

TEST(ahead, work_can_see_that_nobody_will_take_it) {
  std::atomic<const Numbers*> self = nullptr;
  std::atomic<bool> runs = false;
  std::atomic<bool> seen = false;
  {
    Numbers ahead(1, 1, 1, [&] {
      return [&](std::size_t number) {
        runs = true;
        while (self == nullptr) std::this_thread::yield();
        while (!self.load()->is_over()) std::this_thread::yield();
        seen = true;
        return number;
      };
    });
    self = &ahead;
    while (!runs) std::this_thread::yield();
  }
  EXPECT_TRUE(seen);
}

TEST(ahead, whoever_waits_is_called_meanwhile) {
  std::atomic<bool> called = false;
  Numbers ahead(1, 1, 1, [&] {
    return [&](std::size_t number) {
      while (!called) std::this_thread::yield();
      return number;
    };
  });
  EXPECT_EQ(ahead.take(0, [&] { called = true; }), 0U);
}

}  // namespace
}  // namespace wedge::supervise
