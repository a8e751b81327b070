// What every strategy promises: seeded choices, nobody starved by a spinning task; and what each one is known for.
#include "harness/runtime/strategy/strategy.h"

#include <gtest/gtest.h>

#include <array>
#include <vector>

#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {
namespace {

constexpr std::array names{"random", "pct", "pos"};

// Tasks that are always enabled, each about to do something to a thing of its own.
class AlwaysEnabled {
 public:
  explicit AlwaysEnabled(std::uint32_t count) : tasks_(count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      tasks_[i].id = static_cast<std::uint16_t>(i);
      tasks_[i].enabled_at = i;
      tasks_[i].pending.key = &tasks_[i];
      tasks_[i].pending.writes = true;
      enabled_.push_back(&tasks_[i]);
    }
    choice_.enabled = enabled_.data();
    choice_.enabled_count = count;
  }

  Task& task(std::uint32_t i) { return tasks_[i]; }

  std::uint32_t step(Strategy& strategy) {
    const std::uint32_t chosen = strategy.choose(choice_);
    choice_.current = choice_.enabled[chosen];
    choice_.current->since_step = ++choice_.step;  // it announces its next operation
    return chosen;
  }

 private:
  std::vector<Task> tasks_;
  std::vector<Task*> enabled_;
  Choice choice_;
};

std::vector<std::uint32_t> first_choices(Strategy& strategy, std::uint64_t seed) {
  AlwaysEnabled tasks(5);
  strategy.begin(seed, {1000, 5, 3});
  std::vector<std::uint32_t> result;
  for (int i = 0; i < 300; ++i) result.push_back(tasks.step(strategy));
  return result;
}

TEST(Strategy, is_found_by_its_name_only) {
  for (const char* name : names) EXPECT_NE(strategy_named(name), nullptr) << name;
  EXPECT_EQ(strategy_named("rand"), nullptr);
  EXPECT_EQ(strategy_named(""), nullptr);
}

TEST(Strategy, equal_seeds_choose_equally_and_others_differ) {
  for (const char* name : names) {
    Strategy& strategy = *strategy_named(name);
    const auto once = first_choices(strategy, 7);
    const auto other = first_choices(strategy, 8);
    EXPECT_EQ(once, first_choices(strategy, 7)) << name;
    EXPECT_NE(once, other) << name;
  }
}

TEST(Strategy, spinning_task_starves_nobody) {
  constexpr int limit = 20'000;
  for (const char* name : names) {
    Strategy& strategy = *strategy_named(name);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      AlwaysEnabled tasks(4);
      strategy.begin(seed, {100, 4, 3});
      std::array<bool, 4> ran{};
      int steps = 0;
      while (!(ran[0] && ran[1] && ran[2] && ran[3]) && steps < limit) {
        ran[tasks.step(strategy)] = true;
        ++steps;
      }
      EXPECT_LT(steps, limit) << name << " with seed " << seed;
    }
  }
}

TEST(Strategy, task_that_yields_is_not_chosen_again_at_once) {
  for (const char* name : names) {
    Strategy& strategy = *strategy_named(name);
    for (std::uint64_t seed = 0; seed < 50; ++seed) {
      AlwaysEnabled tasks(2);
      strategy.begin(seed, {100, 2, 3});
      const std::uint32_t first = tasks.step(strategy);
      tasks.task(first).yielded = true;
      EXPECT_NE(tasks.step(strategy), first) << name << " with seed " << seed;
    }
  }
}

TEST(RandomStrategy, chooses_every_task_equally_often) {
  AlwaysEnabled tasks(4);
  Strategy& strategy = random_strategy();
  strategy.begin(1, {});
  std::array<int, 4> chosen{};
  for (int i = 0; i < 40'000; ++i) ++chosen[tasks.step(strategy)];
  for (const int count : chosen) EXPECT_NEAR(count, 10'000, 400);
}

TEST(PctStrategy, depth_1_never_switches_between_tasks_that_can_run) {
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    AlwaysEnabled tasks(3);
    Strategy& strategy = pct_strategy();
    strategy.begin(seed, {100, 3, 1});
    const std::uint32_t first = tasks.step(strategy);
    for (int i = 0; i < 100; ++i) ASSERT_EQ(tasks.step(strategy), first);
  }
}

TEST(PctStrategy, depth_3_switches_at_most_twice) {
  int most = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    AlwaysEnabled tasks(3);
    Strategy& strategy = pct_strategy();
    strategy.begin(seed, {100, 3, 3});
    int switches = 0;
    std::uint32_t last = tasks.step(strategy);
    for (int i = 0; i < 200; ++i) {
      const std::uint32_t chosen = tasks.step(strategy);
      switches += chosen != last ? 1 : 0;
      last = chosen;
    }
    EXPECT_LE(switches, 2);
    most = std::max(most, switches);
  }
  EXPECT_EQ(most, 2);
}

// Two tasks race once each on one thing, while a third does many operations of its own. A random walk nearly always has
// the race decided early; partial-order sampling gives both orders about evenly, however long the third one takes.
TEST(PosStrategy, order_of_a_race_does_not_depend_on_bystanders) {
  int second_first = 0;
  constexpr int rounds = 2000;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    AlwaysEnabled tasks(3);
    tasks.task(0).pending.key = tasks.task(1).pending.key = &tasks;
    Strategy& strategy = pos_strategy();
    strategy.begin(seed, {});
    for (;;) {
      const std::uint32_t chosen = tasks.step(strategy);
      if (chosen == 2) continue;
      second_first += chosen == 1 ? 1 : 0;
      break;
    }
  }
  EXPECT_NEAR(second_first, rounds / 2.0, rounds / 20.0);
}

}  // namespace
}  // namespace wedge::runtime
