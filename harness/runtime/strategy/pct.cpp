// Strategy `pct`: random priorities, lowered at depth - 1 random steps; finds a bug of that depth with a known
// probability.
//
// The highest enabled priority runs until it blocks, yields, reaches a change point or has spun for too long; the last
// two keep the strategy fair: a task that spins on what a lower one must change is put below it.
#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t max_depth = 64;
constexpr std::uint32_t spin_limit = 500;  // steps in a row while others could run
constexpr std::uint64_t default_length = 100;

class PctStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints& hints) override {
    random_.seed(seed);
    for (std::uint32_t i = 0; i < seen_; ++i) priority_[i] = 0;
    seen_ = 0;
    lowest_ = top;
    run_ = 0;
    last_ = nullptr;
    changes_ = hints.depth > 0 ? hints.depth - 1 : 0;
    if (changes_ > max_depth) changes_ = max_depth;
    const std::uint64_t length = hints.steps > 0 ? hints.steps : default_length;
    for (std::uint32_t i = 0; i < changes_; ++i) change_at_[i] = random_.next() % length;
  }

  std::uint32_t choose(const Choice& choice) override {
    Task* current = choice.current;
    if (current != nullptr && must_give_way(choice, *current)) demote(*current);
    std::uint32_t best = 0;
    std::uint64_t best_priority = 0;
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i) {
      const std::uint64_t priority = priority_of(*choice.enabled[i]);
      if (priority > best_priority) {
        best_priority = priority;
        best = i;
      }
    }
    const Task* chosen = choice.enabled[best];
    run_ = chosen == last_ ? run_ + 1 : 0;
    last_ = chosen;
    return best;
  }

 private:
  static constexpr std::uint64_t top = std::uint64_t{1} << 32;  // fresh priorities lie above, demoted ones below

  bool must_give_way(const Choice& choice, const Task& current) {
    bool change = false;
    for (std::uint32_t i = 0; i < changes_; ++i)
      if (change_at_[i] <= choice.step) {  // steps with a single enabled task are not shown to a strategy
        change_at_[i] = change_at_[--changes_];
        change = true;
        break;
      }
    return change || current.yielded || run_ >= spin_limit;
  }

  void demote(const Task& task) {
    priority_of(task);
    priority_[task.id] = --lowest_;
    run_ = 0;
  }

  std::uint64_t priority_of(const Task& task) {
    while (seen_ <= task.id) priority_[seen_++] = 0;
    if (priority_[task.id] == 0) priority_[task.id] = top + 1 + (random_.next() >> 2);
    return priority_[task.id];
  }

  std::uint64_t lowest_ = top;
  std::uint32_t run_ = 0;
  std::uint32_t changes_ = 0;
  std::uint32_t seen_ = 0;
  const Task* last_ = nullptr;
  std::uint64_t change_at_[max_depth] = {};
  std::uint64_t priority_[model::max_tasks] = {};
};

PctStrategy instance;

}  // namespace

Strategy& pct_strategy() { return instance; }

}  // namespace wedge::runtime
