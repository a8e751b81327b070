// Lessons of a search merge in any order; the bandit follows discoveries and nothing else; the risk is the exact bound.
#include "harness/supervise/search.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace wedge::supervise {
namespace {

using model::Portfolio;
using model::Schedule;

Schedule schedule(std::uint64_t execution, std::uint32_t new_pairs) {
  Schedule result{};
  result.execution = execution;
  result.new_pairs = new_pairs;
  result.count = 1;
  result.stretches[0] = {static_cast<std::uint16_t>(execution), 0, 1};
  return result;
}

SearchLessons lessons_of(std::size_t member, std::uint64_t pairs, std::vector<Schedule> best) {
  SearchLessons lessons;
  lessons.seen.at(member).words[member] = pairs;
  lessons.executions.at(member) = 10;
  lessons.best = std::move(best);
  return lessons;
}

constexpr std::uint8_t member(std::string_view name) {
  for (std::uint8_t i = 0; i < model::member_count; ++i)
    if (model::portfolio_members.at(i) == name) return i;
  return model::member_count;
}

std::size_t slots_of(const std::array<std::uint8_t, model::portfolio_slots>& slots, std::uint8_t member) {
  return static_cast<std::size_t>(std::ranges::count(slots, member));
}

TEST(search_lessons, merge_in_any_order) {
  std::vector<SearchLessons> parts;
  for (std::uint64_t i = 0; i < 4; ++i)
    parts.push_back(lessons_of(i % 3, std::uint64_t{5} << i,
                               {schedule(i, 7), schedule(10 + i, 9), schedule(20 + i, static_cast<std::uint32_t>(i))}));
  std::vector<std::size_t> order{0, 1, 2, 3};
  std::optional<SearchLessons> first;
  do {
    SearchLessons merged;
    for (const std::size_t part : order) merged.add(parts[part]);
    if (!first) first = merged;
    EXPECT_TRUE(merged == *first);
  } while (std::ranges::next_permutation(order).found);
  EXPECT_EQ(first->best.size(), model::max_schedules);
  EXPECT_EQ(first->best.front().execution, 10U);
  EXPECT_EQ(first->executions.at(0), 20U);
  EXPECT_EQ(pairs_in(first->seen.at(0)), 4U);  // 5 and 5 << 3
}

TEST(turns, are_counted_per_member_across_slots_and_rounds) {
  Portfolio portfolio;
  portfolio.first = 8;
  const auto slots = slots_for({1, 1, 1, 1, 1, 1});
  std::ranges::copy(slots, portfolio.slots);
  portfolio.before[2] = 100;
  std::array<std::uint64_t, model::member_count> next{0, 0, 100, 0, 0, 0};
  for (std::uint64_t execution = 8; execution < 500; ++execution) {
    const model::Turn turn = model::turn_of(portfolio, execution);
    EXPECT_EQ(turn.index, next.at(turn.member)++) << execution;
  }
}

TEST(slots, follow_the_shares_and_are_spread) {
  const auto slots = slots_for({4, 2, 1, 1, 0, 0});
  EXPECT_EQ(slots_of(slots, 0), 16U);
  EXPECT_EQ(slots_of(slots, 1), 8U);
  EXPECT_EQ(slots_of(slots, 4), 0U);
  for (std::size_t i = 0; i + 3 < slots.size(); ++i) EXPECT_GT(std::count(&slots[i], &slots[i] + 4, 0), 0) << i;
}

TEST(bandit, gives_more_to_who_discovers_more_and_something_to_all) {
  Bandit bandit;
  bandit.learn({0, 0, 0, 300, 0, 0}, {100, 100, 100, 100, 100, 100});
  const auto slots = slots_for(bandit.shares());
  EXPECT_GT(slots_of(slots, 3), 3 * slots_of(slots_for(Bandit().shares()), 3));
  for (std::uint8_t member = 0; member < model::member_count; ++member) EXPECT_GT(slots_of(slots, member), 0U);
}

TEST(bandit, forgets_what_a_member_discovered_long_ago) {
  Bandit bandit;
  bandit.learn({0, 0, 0, 300, 0, 0}, {100, 100, 100, 100, 100, 100});
  const double at_first = bandit.shares()[3];
  for (int round = 0; round < 10; ++round) bandit.learn({0, 0, 0, 0, 0, 0}, {100, 100, 100, 100, 100, 100});
  EXPECT_LT(bandit.shares()[3], at_first / 2);
}

TEST(search, a_pair_counts_as_discovered_once) {
  Search search("random");
  search.end_round(lessons_of(0, 1, {schedule(0, 1)}), {}, 1);
  search.end_round(lessons_of(0, 7, {schedule(3, 2)}), {}, 8);
  EXPECT_EQ(search.pairs(), 3U);
  // The schedules at the edge of what is known come first.
  EXPECT_EQ(search.knowledge().corpus.schedules[0].execution, 3U);
  EXPECT_EQ(search.knowledge().corpus.schedules[1].execution, 0U);
}

TEST(search, a_failure_counts_for_the_member_that_had_its_turn) {
  const auto mutate_after = [](const std::vector<std::uint64_t>& failed) {
    Search search("portfolio");
    search.end_round({}, {}, 1);
    search.end_round({}, {}, 64);
    SearchLessons round;
    round.executions = {100, 100, 100, 100, 100, 100};
    search.end_round(round, failed, 512);
    return std::ranges::count(search.turns().slots, member("mutate"));
  };
  Search search("portfolio");
  search.end_round({}, {}, 1);
  search.end_round({}, {}, 64);
  std::uint64_t turn_of_mutate = 64;
  while (model::turn_of(search.turns(), turn_of_mutate).member != member("mutate")) ++turn_of_mutate;
  EXPECT_GT(mutate_after({turn_of_mutate}), mutate_after({}));
}

// (1 - p)^n = 0.05 at the bound: a failure that frequent would have been missed with a probability of 5 %.
TEST(residual_risk, is_the_exact_bound) {
  for (const std::uint64_t n : {1U, 10U, 1000U, 10000U})
    EXPECT_NEAR(std::pow(1 - residual_risk(n), static_cast<double>(n)), 0.05, 1e-9);
  EXPECT_NEAR(residual_risk(1000), 0.003, 1e-4);  // "rule of three"
  EXPECT_EQ(residual_risk(0), 1);
}

TEST(residual, leaves_out_the_scout_and_strategies_that_enumerate) {
  Search random("random");
  random.end_round(lessons_of(0, 1, {}), {}, 1);
  EXPECT_FALSE(random.residual().has_value());
  random.end_round(lessons_of(0, 1, {}), {}, 8);
  EXPECT_EQ(random.residual()->executions, 10U);
  EXPECT_EQ(random.residual()->strategy, "random");
  Search period("period");
  period.end_round(lessons_of(0, 1, {}), {}, 1);
  period.end_round(lessons_of(0, 1, {}), {}, 8);
  EXPECT_FALSE(period.residual().has_value());
  Search portfolio("portfolio");
  portfolio.end_round(lessons_of(0, 1, {}), {}, 1);
  portfolio.end_round(lessons_of(member("mutate"), 1, {}), {}, 8);
  EXPECT_FALSE(portfolio.residual().has_value());
  portfolio.end_round(lessons_of(member("random"), 1, {}), {}, 64);
  EXPECT_EQ(portfolio.residual()->strategy, "random");
}

}  // namespace
}  // namespace wedge::supervise
