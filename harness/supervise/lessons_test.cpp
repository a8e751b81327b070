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
  lesson(10, 3).teach(recipe, 1);
  EXPECT_EQ(recipe.hint_steps, 10U);
  EXPECT_EQ(recipe.hint_tasks, 3U);
  lesson(20, 9).teach(recipe, 1);
  EXPECT_EQ(recipe.hint_steps, 10U);
  EXPECT_EQ(recipe.hint_tasks, 3U);
}

Lessons predicting(std::uint64_t first_place, std::uint32_t count) {
  Lessons lessons;
  for (std::uint32_t i = 0; i < count; ++i)
    lessons.lock_cycles.cycles[lessons.lock_cycles.count++] = {2, 0, {first_place + i, first_place + 100, 0, 0}};
  return lessons;
}

TEST(lessons, of_many_predictions_the_smallest_are_kept_in_whatever_order_they_come) {
  Lessons one = predicting(10, 16);
  one.add(predicting(2, 16));
  Lessons other = predicting(2, 16);
  other.add(predicting(10, 16));
  EXPECT_EQ(one, other);
  EXPECT_EQ(one.lock_cycles.count, model::most_lock_cycles);
  EXPECT_EQ(one.lock_cycles.cycles[0].places[0], 2U);
}

TEST(lessons, a_new_prediction_is_tried_from_the_next_round_on) {
  model::Recipe recipe;
  predicting(1, 1).teach(recipe, 8);
  EXPECT_EQ(recipe.directions.count, 1U);
  EXPECT_EQ(recipe.directed_from, 8U);
  predicting(1, 1).teach(recipe, 64);
  EXPECT_EQ(recipe.directed_from, 8U);
  EXPECT_TRUE(model::is_directed(8, 1, 8) && model::is_directed(8, 1, 10));
  EXPECT_FALSE(model::is_directed(8, 1, 9) || model::is_directed(8, 1, 8 + model::most_directed));
  EXPECT_FALSE(model::is_directed(0, 0, 0));
}

}  // namespace
}  // namespace wedge::supervise
