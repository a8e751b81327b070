// What every strategy promises: seeded choices, nobody starved by a spinning task; and what each one is known for.
#include "harness/runtime/strategy/strategy.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <functional>
#include <set>
#include <vector>

#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {
namespace {

constexpr std::array names{"surw", "random", "pct", "pos", "period", "mutate"};

// Tasks that are always enabled, each about to do something to a thing of its own.
class AlwaysEnabled {
 public:
  explicit AlwaysEnabled(std::uint32_t count) : tasks_(count) {
    for (std::uint32_t i = 0; i < count; ++i) {
      tasks_[i].id = static_cast<std::uint16_t>(i);
      tasks_[i].enabled_at = i;
      tasks_[i].pending.key = &tasks_[i];
      tasks_[i].pending.kind = model::ObjectKind::atomic;
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
    choices_.push_back(choice_.current->id);
    choice_.choices = choices_.data();
    choice_.current->since_step = ++choice_.step;  // it announces its next operation
    return chosen;
  }

 private:
  std::vector<Task> tasks_;
  std::vector<Task*> enabled_;
  std::vector<model::ChoiceEntry> choices_;
  Choice choice_;
};

std::vector<std::uint32_t> first_choices(Strategy& strategy, std::uint64_t seed) {
  AlwaysEnabled tasks(5);
  StrategyHints hints{300, 5, 3};
  hints.index = 100 * seed;  // what an enumeration goes by
  strategy.begin(seed, hints);
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

using Order = std::vector<std::uint32_t>;

// The order in which tasks that are always enabled run, of `tasks` tasks of `steps` steps each.
Order order_of(Strategy& strategy, std::uint64_t seed, const StrategyHints& hints, std::size_t steps) {
  AlwaysEnabled tasks(hints.tasks);
  strategy.begin(seed, hints);
  Order order;
  for (std::size_t i = 0; i < steps; ++i) order.push_back(tasks.step(strategy));
  return order;
}

std::size_t switches_in(const Order& order) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < order.size(); ++i) count += order[i] != order[i - 1] ? 1 : 0;
  return count;
}

TEST(PeriodStrategy, makes_every_schedule_with_few_switches_and_the_fewest_first) {
  constexpr std::size_t places = 6;
  StrategyHints hints{2 * places, 3, 3};
  std::set<Order> without;
  std::set<std::size_t> first_switches;
  std::set<Order> with_one;
  // Two directions and three first tasks; then six places and two tasks for each.
  for (hints.index = 0; hints.index < 6; ++hints.index)
    without.insert(order_of(period_strategy(), 1, hints, places + 1));
  for (; hints.index < 6 + 12; ++hints.index) {
    const Order order = order_of(period_strategy(), 1, hints, places + 1);
    ASSERT_EQ(switches_in(order), 1U);
    with_one.insert(order);
    const auto before = std::ranges::adjacent_find(order, std::ranges::not_equal_to());
    first_switches.insert(static_cast<std::size_t>(before - order.begin()));
  }
  EXPECT_EQ(without.size(), 3U);
  for (const Order& order : without) EXPECT_EQ(switches_in(order), 0U);
  EXPECT_EQ(first_switches.size(), places);
  EXPECT_GE(with_one.size(), places);  // the orders of turns are drawn, so that two may be equal
}

TEST(PeriodStrategy, order_of_the_schedules_follows_from_the_campaign_alone) {
  StrategyHints hints{20, 4, 3};
  hints.index = 100;
  EXPECT_EQ(order_of(period_strategy(), 1, hints, 20), order_of(period_strategy(), 2, hints, 20));
  const Order one = order_of(period_strategy(), 1, hints, 20);
  hints.campaign_seed = 5;
  EXPECT_NE(one, order_of(period_strategy(), 1, hints, 20));
}

model::ScheduleSet corpus_of(const Order& order) {
  model::ScheduleSet corpus{};
  model::Schedule& schedule = corpus.schedules[0];
  schedule.new_pairs = 1;
  std::array<std::uint32_t, 16> own_steps{};
  for (const std::uint32_t task : order) {
    ++own_steps.at(task);
    model::Stretch* last = schedule.count > 0 ? &schedule.stretches[schedule.count - 1] : nullptr;
    if (last == nullptr || last->task != task)
      last = &(schedule.stretches[schedule.count++] = {static_cast<std::uint16_t>(task), 0, 0});
    last->until = own_steps.at(task);
  }
  return corpus;
}

// How many steps differ, of which a walk at random would leave a quarter equal.
std::size_t distance(const Order& one, const Order& other) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < one.size(); ++i) count += one[i] != other[i] ? 1 : 0;
  return count;
}

TEST(MutateStrategy, changes_a_schedule_a_little) {
  const Order parent{0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3};
  const model::ScheduleSet corpus = corpus_of(parent);
  StrategyHints hints{24, 4, 3};
  std::set<Order> children;
  double mutated = 0;
  double walked = 0;
  constexpr int rounds = 200;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    hints.corpus = &corpus;
    const Order child = order_of(mutate_strategy(), seed, hints, parent.size());
    children.insert(child);
    mutated += static_cast<double>(distance(parent, child)) / rounds;
    hints.corpus = nullptr;
    walked += static_cast<double>(distance(parent, order_of(mutate_strategy(), seed, hints, parent.size()))) / rounds;
  }
  EXPECT_GT(children.size(), 50U);
  EXPECT_GT(mutated, 0);
  EXPECT_LT(mutated, walked * 0.75);
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

// A prediction: whoever is at place 7 or 9 holds a lock and is about to take a second one.
bool second_lock_of_key(const Task& task, std::uint64_t& place) {
  place = reinterpret_cast<std::uintptr_t>(task.pending.key);
  return place == 7 || place == 9;
}

TEST(Inversion, holds_a_task_back_at_its_second_lock_while_others_can_run) {
  const model::LockCycle cycle{2, 0, {7, 9, 0, 0}};
  int held_back = 0;
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    AlwaysEnabled tasks(3);
    tasks.task(0).pending.key = reinterpret_cast<const void*>(7);
    StrategyHints hints;
    hints.cycle = &cycle;
    hints.second_lock = second_lock_of_key;
    inversion_strategy().begin(seed, hints);
    bool ran = false;
    for (int i = 0; i < 50; ++i) ran = tasks.step(inversion_strategy()) == 0 || ran;
    held_back += ran ? 0 : 1;
  }
  EXPECT_GT(held_back, 60);  // of four arrivals three are held back
  EXPECT_LT(held_back, 90);
}

TEST(Inversion, lets_one_go_when_all_are_where_they_are_wanted) {
  const model::LockCycle cycle{2, 0, {7, 9, 0, 0}};
  AlwaysEnabled tasks(2);
  tasks.task(0).pending.key = reinterpret_cast<const void*>(7);
  tasks.task(1).pending.key = reinterpret_cast<const void*>(9);
  StrategyHints hints;
  hints.cycle = &cycle;
  hints.second_lock = second_lock_of_key;
  inversion_strategy().begin(1, hints);
  EXPECT_LT(tasks.step(inversion_strategy()), 2U);
}

TEST(Inversion, lets_a_task_go_after_a_while) {
  const model::LockCycle cycle{2, 0, {7, 9, 0, 0}};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    AlwaysEnabled tasks(2);
    tasks.task(0).pending.key = reinterpret_cast<const void*>(7);
    StrategyHints hints;
    hints.cycle = &cycle;
    hints.second_lock = second_lock_of_key;
    inversion_strategy().begin(seed, hints);
    bool ran = false;
    for (int i = 0; i < 3000; ++i) ran = tasks.step(inversion_strategy()) == 0 || ran;
    EXPECT_TRUE(ran) << seed;
  }
}

}  // namespace
}  // namespace wedge::runtime
