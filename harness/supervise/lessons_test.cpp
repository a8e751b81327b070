// Merged lessons are the same in whatever order and grouping they were merged.
#include "harness/supervise/lessons.h"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace wedge::supervise {
namespace {

Lessons lesson(std::uint64_t longest, std::uint32_t most_tasks) {
  Lessons lessons;
  lessons.longest = longest;
  lessons.most_tasks = most_tasks;
  return lessons;
}

TEST(lessons, do_not_depend_on_the_order_in_which_they_came) {
  std::array<Lessons, 4> parts{lesson(10, 3), lesson(7, 9), lesson(20, 1), lesson(0, 0)};
  std::array<int, 4> order{0, 1, 2, 3};
  do {
    Lessons merged;
    for (const int part : order) merged.add(parts.at(static_cast<std::size_t>(part)));
    EXPECT_EQ(merged, lesson(20, 9));
  } while (std::ranges::next_permutation(order).found);
}

TEST(lessons, do_not_depend_on_how_they_were_grouped) {
  Lessons right = lesson(7, 9);
  right.add(lesson(20, 1));
  Lessons all = lesson(10, 3);
  all.add(right);
  EXPECT_EQ(all, lesson(20, 9));
}

TEST(lessons, estimates_are_those_of_the_first_round) {
  model::Recipe recipe;
  lesson(10, 3).teach(recipe);
  EXPECT_EQ(recipe.hint_steps, 10U);
  EXPECT_EQ(recipe.hint_tasks, 3U);
  lesson(20, 9).teach(recipe);
  EXPECT_EQ(recipe.hint_steps, 10U);
  EXPECT_EQ(recipe.hint_tasks, 3U);
}

}  // namespace
}  // namespace wedge::supervise
