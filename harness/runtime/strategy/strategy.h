// What chooses the next task. One strategy is one file with one class and one line in registry.cpp.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"
#include "harness/runtime/scheduler/task.h"
#include "harness/runtime/strategy/random_source.h"

namespace wedge::runtime {

// What a strategy may look at. `enabled` has at least two entries when choose() is called, or one if the
// strategy wants every step.
// The scheduler's own state begins with it, so that handing it over costs nothing.
struct Choice {
  Task* current = nullptr;  // who ran last; may be blocked or ended, and is null at the start
  Task** enabled = nullptr;
  std::uint32_t enabled_count = 0;
  std::uint64_t step = 0;
  model::ChoiceEntry* choices = nullptr;  // those of the steps so far
};

struct StrategyHints {
  std::uint64_t steps = 0;  // of a typical execution; 0: unknown
  std::uint32_t tasks = 0;
  std::uint32_t depth = 3;
  std::uint64_t index = 0;  // how many executions of this campaign the strategy had before
  std::uint64_t campaign_seed = 0;
  const model::ScheduleSet* corpus = nullptr;  // schedules of earlier rounds; null: none
  bool code_unseen = false;                    // plain code runs between calls: points behind them matter, too
  const model::Profile* profile = nullptr;     // of execution 0; null: unknown
  std::uint32_t (*thing_of)(const Task& task) = nullptr;  // the profile's name for what a task is about to use
  // A predicted deadlock to drive at, and what tells that a task is about to take a second lock, and where.
  const model::LockCycle* cycle = nullptr;
  bool (*second_lock)(const Task& task, std::uint64_t& place) = nullptr;
};

// Only the scheduler calls a strategy, and never two calls at a time. Nothing here may allocate, lock or make a system
// call.
class Strategy {
 public:
  virtual ~Strategy() = default;
  // A new execution begins. Equal seeds and hints must lead to equal choices.
  virtual void begin(std::uint64_t seed, const StrategyHints& hints) = 0;
  // The index in `enabled` of the task that goes on.
  virtual std::uint32_t choose(const Choice& choice) = 0;
  // Whether it is asked even if only one task can go on, for it counts what each does.
  virtual bool wants_every_step() const { return false; }
  // One of n equally permitted results, such as which waiter a signal wakes.
  virtual std::uint32_t choose_value(std::uint32_t n) { return random_.below(n); }
  // Whether the earliest timeout fires now although tasks could run; asked at each step at which one is pending.
  virtual bool fires_timeout() { return random_.below(timeout_odds_) == 0; }
  // Whether a condition waiter wakes without a signal; asked only if the campaign wants that.
  virtual bool wakes_spuriously() { return random_.below(64) == 0; }

  // Early timeouts are frequent in some executions and rare in others: once in 4, 16 or 64 steps, by the seed.
  void set_timeout_odds(std::uint64_t seed) { timeout_odds_ = 4u << (2 * (seed % 3)); }

 protected:
  RandomSource random_;

 private:
  std::uint32_t timeout_odds_ = 16;
};

// The strategy of that name, or null. There is one instance of each; it lives as long as the process.
Strategy* strategy_named(const char* name);
// Uniform and therefore fair: takes over when an execution has used half of its step budget.
Strategy& fair_suffix();

}  // namespace wedge::runtime
