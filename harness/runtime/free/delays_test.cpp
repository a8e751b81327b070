// Delays come from the seed alone, are there when a short program needs them, and cost a long one little.
#include "harness/runtime/free/delays.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "harness/model/control_block.h"

namespace wedge::runtime {
namespace {

std::vector<Delay> delays_of(DelayLevel level, std::uint64_t stream, int points) {
  DelaySource source;
  source.begin(level, stream);
  std::vector<Delay> result;
  for (int i = 0; i < points; ++i) result.push_back(source.next());
  return result;
}

int count(const std::vector<Delay>& delays, Delay::Kind kind) {
  int found = 0;
  for (const Delay& delay : delays) found += delay.kind == kind ? 1 : 0;
  return found;
}

std::uint64_t total_ns(DelayLevel level, int points) {
  DelaySource source;
  source.begin(level, 5);
  std::uint64_t sum = 0;
  for (int i = 0; i < points; ++i) sum += source.next().ns;
  return sum;
}

TEST(Delays, of_one_seed_are_the_same_each_time) {
  for (const DelayLevel level : {DelayLevel::light, DelayLevel::heavy})
    EXPECT_EQ(delays_of(level, 7, 10'000), delays_of(level, 7, 10'000));
}

TEST(Delays, of_another_seed_are_others) {
  EXPECT_NE(delays_of(DelayLevel::light, 7, 1000), delays_of(DelayLevel::light, 8, 1000));
}

TEST(Delays, of_each_thread_are_its_own_and_follow_from_the_order_in_which_its_parent_made_them) {
  std::set<std::uint64_t> streams;
  for (std::uint64_t execution = 0; execution < 10; ++execution) {
    const std::uint64_t main_thread = model::execution_seed(1, execution);
    streams.insert(main_thread);
    for (std::uint64_t child = 0; child < 10; ++child) {
      streams.insert(stream_of_child(main_thread, child));
      EXPECT_EQ(stream_of_child(main_thread, child), stream_of_child(main_thread, child));
      for (std::uint64_t grandchild = 0; grandchild < 10; ++grandchild)
        streams.insert(stream_of_child(stream_of_child(main_thread, child), grandchild));
    }
  }
  EXPECT_EQ(streams.size(), 10U + 100U + 1000U);
}

TEST(Delays, are_none_when_none_are_wanted) {
  EXPECT_EQ(count(delays_of(DelayLevel::none, 7, 10'000), Delay::Kind::none), 10'000);
}

TEST(Delays, of_the_first_points_of_a_thread_are_of_every_kind_and_leave_most_points_alone) {
  int none = 0;
  int yields = 0;
  int spins = 0;
  int sleeps = 0;
  for (std::uint64_t stream = 0; stream < 1000; ++stream) {
    const std::vector<Delay> first = delays_of(DelayLevel::light, stream, 10);
    none += count(first, Delay::Kind::none);
    yields += count(first, Delay::Kind::yield);
    spins += count(first, Delay::Kind::spin);
    sleeps += count(first, Delay::Kind::sleep);
  }
  EXPECT_NEAR(none, 7500, 300);
  EXPECT_NEAR(yields, 2500 * 7 / 16.0, 150);
  EXPECT_NEAR(spins, 2500 * 7 / 16.0, 150);
  EXPECT_NEAR(sleeps, 2500 * 2 / 16.0, 80);
}

TEST(Delays, are_no_longer_than_they_may_be) {
  for (const Delay& delay : delays_of(DelayLevel::heavy, 3, 100'000)) {
    const bool spins = delay.kind == Delay::Kind::spin;
    const bool sleeps = delay.kind == Delay::Kind::sleep;
    EXPECT_LE(delay.ns, spins ? longest_spin_ns : sleeps ? longest_sleep_ns : 0U);
  }
}

// So many points that without a budget the delays would come to three times as much.
TEST(Delays, cost_a_thread_with_millions_of_points_no_more_than_their_budget) {
  EXPECT_LE(total_ns(DelayLevel::light, 10'000'000), 100'000'000U);
  EXPECT_LE(total_ns(DelayLevel::heavy, 5'000'000), 1'000'000'000U);
}

TEST(Delays, grow_rare_but_do_not_end) {
  const std::vector<Delay> all = delays_of(DelayLevel::light, 5, 200'000);
  const std::vector<Delay> early(all.begin(), all.begin() + 1000);
  const std::vector<Delay> late(all.end() - 100'000, all.end());
  EXPECT_GT(1000 - count(early, Delay::Kind::none), 20);
  EXPECT_GT(100'000 - count(late, Delay::Kind::none), 20);
  EXPECT_LT(100'000 - count(late, Delay::Kind::none), 100);
}

TEST(Delays, when_heavy_are_more_than_when_light) {
  int light = 0;
  int heavy = 0;
  for (std::uint64_t stream = 0; stream < 100; ++stream) {
    light += 100 - count(delays_of(DelayLevel::light, stream, 100), Delay::Kind::none);
    heavy += 100 - count(delays_of(DelayLevel::heavy, stream, 100), Delay::Kind::none);
  }
  EXPECT_GT(heavy, light * 3 / 2);
}

}  // namespace
}  // namespace wedge::runtime
