// What strategy surw is for: all orders of what is interesting are equally likely, whatever the tasks' lengths.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {
namespace {

constexpr std::uint64_t uniform_seed = 16;  // every sixteenth seed makes all operations interesting

// Tasks that make a given number of operations on one thing, and `own` uninteresting ones before each of these.
class Program {
 public:
  Program(std::vector<std::uint32_t> lengths, std::uint32_t own) : lengths_(std::move(lengths)), own_(own) {
    for (std::size_t i = 0; i < lengths_.size(); ++i) {
      profile_.tasks[i].points = lengths_[i];
      profile_.tasks[i].role = 7;
      profile_.tasks[i].parent = model::no_task;
    }
  }

  void set_role(std::size_t task, std::uint32_t role) { profile_.tasks[task].role = role; }

  // Who made the interesting operations, in their order.
  std::string run(Strategy& strategy, std::uint64_t seed, bool known = true) const {
    StrategyHints hints;
    if (known) hints.profile = &profile_;
    strategy.begin(seed, hints);
    std::vector<Task> tasks(lengths_.size());
    std::vector<std::uint32_t> made(lengths_.size());
    std::string order;
    Choice choice;
    for (;;) {
      std::vector<Task*> enabled;
      for (std::size_t i = 0; i < tasks.size(); ++i) {
        Task& task = tasks[i];
        task.id = static_cast<std::uint16_t>(i);
        task.enabled_at = not_enabled;
        if (made[i] == lengths_[i] * (own_ + 1)) continue;
        task.enabled_at = static_cast<std::uint32_t>(enabled.size());
        task.pending.kind = is_own(made[i]) ? model::ObjectKind::none : model::ObjectKind::atomic;
        task.pending.operation = model::Operation::store;
        enabled.push_back(&task);
      }
      if (enabled.empty()) return order;
      choice.enabled = enabled.data();
      choice.enabled_count = static_cast<std::uint32_t>(enabled.size());
      Task& chosen = *enabled[strategy.choose(choice)];
      if (!is_own(made[chosen.id])) order += static_cast<char>('a' + chosen.id);
      ++made[chosen.id];
      choice.current = &chosen;
      ++choice.step;
    }
  }

 private:
  bool is_own(std::uint32_t made) const { return made % (own_ + 1) != own_; }

  std::vector<std::uint32_t> lengths_;
  std::uint32_t own_;
  model::Profile profile_{};
};

// Chi-square over the orders against all being equally likely, divided by what is expected of it: about 1 if they are.
double unevenness(const Program& program, std::size_t orders) {
  constexpr std::size_t each = 200;
  std::map<std::string, std::size_t> seen;
  for (std::uint64_t i = 0; i < orders * each; ++i)
    ++seen[program.run(surw_strategy(), uniform_seed * (i * 2654435761 + 1))];
  EXPECT_EQ(seen.size(), orders);
  double sum = static_cast<double>((orders - seen.size()) * each);
  for (const auto& [order, count] : seen) {
    const double off = static_cast<double>(count) - static_cast<double>(each);
    sum += off * off / static_cast<double>(each);
  }
  return sum / static_cast<double>(orders - 1);
}

TEST(SurwStrategy, all_orders_of_two_tasks_are_equally_likely) {
  EXPECT_LT(unevenness(Program({3, 3}, 0), 20), 2);
  EXPECT_LT(unevenness(Program({1, 6}, 0), 7), 2.5);
}

TEST(SurwStrategy, all_orders_of_three_tasks_are_equally_likely) {
  EXPECT_LT(unevenness(Program({2, 2, 2}, 0), 90), 1.6);
  EXPECT_LT(unevenness(Program({1, 2, 3}, 0), 60), 1.8);
}

TEST(SurwStrategy, what_is_not_interesting_does_not_distort_the_orders) {
  EXPECT_LT(unevenness(Program({2, 3}, 4), 10), 2.3);
}

// As in reorder-N of the scenarios: a checker must come after a first write and before all second ones.
bool is_half_written(const std::string& order, char checker) {
  std::map<char, int> writes;
  int checks = 0;
  for (const char task : order)
    if (task == checker)
      ++checks;
    else if (checks == 0 ? ++writes[task] == 2 : checks < 3)
      return false;
    else if (checks == 3)
      return !writes.empty();
  return false;
}

TEST(SurwStrategy, one_operation_of_a_role_is_late_at_a_rate_that_does_not_depend_on_the_number_of_tasks) {
  for (const std::size_t writers : {2U, 20U, 60U}) {
    std::vector<std::uint32_t> lengths(writers, 2);
    lengths.push_back(3);
    Program program(lengths, 0);
    program.set_role(writers, 8);
    int late = 0;
    constexpr int runs = 600;
    for (std::uint64_t seed = 1; seed <= runs; ++seed)
      late +=
          is_half_written(program.run(surw_strategy(), seed * 2654435761), static_cast<char>('a' + writers)) ? 1 : 0;
    EXPECT_GT(late, runs / 6) << writers;
  }
}

// Two tasks that each use a thing of their own a lot, and one that both use little; the last uses are labelled.
class Mixture {
 public:
  static constexpr std::uint32_t own = 12;
  static constexpr std::uint32_t shared = 2;
  enum class Told : std::uint8_t { things, labels };

  explicit Mixture(Told told) : told_(told) {
    for (std::uint16_t task = 0; task < 2; ++task) {
      profile_.tasks[task] = {own + shared, 7, model::no_task, told == Told::labels ? shared : 0};
      if (told == Told::labels) continue;
      note(name_of_own(task), task, own);
      note(name_of_shared, task, shared);
    }
  }

  // Who made the operations on the common thing, in their order.
  std::string run(std::uint64_t seed) const {
    StrategyHints hints;
    hints.profile = &profile_;
    hints.thing_of = [](const Task& task) { return task.pending.object; };
    surw_strategy().begin(seed, hints);
    std::vector<Task> tasks(2);
    std::vector<std::uint32_t> made(2);
    std::string order;
    Choice choice;
    for (;;) {
      std::vector<Task*> enabled;
      for (std::uint16_t i = 0; i < 2; ++i) {
        Task& task = tasks[i];
        task.id = i;
        task.enabled_at = not_enabled;
        if (made[i] == own + shared) continue;
        const bool is_shared = made[i] >= own;
        task.enabled_at = static_cast<std::uint32_t>(enabled.size());
        task.pending.kind = model::ObjectKind::atomic;
        task.pending.operation = model::Operation::store;
        task.pending.object = is_shared ? name_of_shared : name_of_own(i);
        task.labelled = told_ == Told::labels && is_shared;
        enabled.push_back(&task);
      }
      if (enabled.empty()) return order;
      choice.enabled = enabled.data();
      choice.enabled_count = static_cast<std::uint32_t>(enabled.size());
      Task& chosen = *enabled[surw_strategy().choose(choice)];
      if (made[chosen.id] >= own) order += static_cast<char>('a' + chosen.id);
      ++made[chosen.id];
      choice.current = &chosen;
      ++choice.step;
    }
  }

 private:
  static constexpr std::uint32_t name_of_shared = 3;
  static constexpr std::uint32_t name_of_own(std::uint32_t task) { return 1 + task; }

  void note(std::uint32_t name, std::uint32_t task, std::uint16_t points) {
    model::ThingProfile& thing = profile_.things[name];
    thing.name = name;
    thing.points[task] = points;
  }

  Told told_;
  model::Profile profile_{};
};

// With all operations interesting the short part would nearly always come in few orders, as the long one decides.
TEST(SurwStrategy, all_orders_of_one_contended_thing_are_equally_likely) {
  for (const Mixture::Told told : {Mixture::Told::things, Mixture::Told::labels}) {
    const Mixture program(told);
    std::map<std::string, int> seen;
    for (std::uint64_t i = 0; i < 1200; ++i) ++seen[program.run(uniform_seed * (i * 2654435761) + 8)];
    EXPECT_EQ(seen.size(), 6U);
    for (const auto& [order, count] : seen) EXPECT_NEAR(count, 200, 60) << order;
  }
}

TEST(Profile, merging_does_not_depend_on_the_order) {
  model::Profile views[3]{};
  views[0].things[1] = {33, {1, 5}};
  views[1].things[1] = {33, {4, 2}};
  views[2].things[1] = {65, {1, 1}};
  views[0].tasks[2] = {4, 7, 0, 3};
  views[1].tasks[2] = {9, 8, 0, 1};
  std::vector<std::size_t> order{0, 1, 2};
  model::Profile expected{};
  expected.things[1] = {65, {1, 1}};
  expected.tasks[2] = {9, 8, 0, 3};
  do {
    model::Profile merged{};
    for (const std::size_t i : order) model::merge(merged, views[i]);
    EXPECT_EQ(merged, expected);
  } while (std::ranges::next_permutation(order).found);
  model::merge(views[0], views[1]);
  EXPECT_EQ(views[0].things[1], (model::ThingProfile{33, {4, 5}}));
}

TEST(SurwStrategy, without_a_profile_every_task_gets_its_turn) {
  const Program program({2, 2}, 1);
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) ++seen[program.run(surw_strategy(), seed, false)];
  EXPECT_EQ(seen.size(), 6U);
}

}  // namespace
}  // namespace wedge::runtime
