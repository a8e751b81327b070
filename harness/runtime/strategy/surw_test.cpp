// What strategy surw is for: all orders of what is interesting are equally likely, whatever the tasks' lengths.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {
namespace {

constexpr std::uint64_t uniform_seed = 8;  // every eighth seed makes all operations interesting

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

TEST(SurwStrategy, without_a_profile_every_task_gets_its_turn) {
  const Program program({2, 2}, 1);
  std::map<std::string, int> seen;
  for (std::uint64_t seed = 0; seed < 200; ++seed) ++seen[program.run(surw_strategy(), seed, false)];
  EXPECT_EQ(seen.size(), 6U);
}

}  // namespace
}  // namespace wedge::runtime
