// Strategy `inversion`: a random walk that drives tasks into a predicted deadlock. A task that holds a lock and is
// about to take the second one of a predicted cycle is held back until the others are where they are wanted, too.
//
// Without a prediction it is a random walk. It is chosen by the campaign, not by name.
#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {

namespace {

class InversionStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints& hints) override {
    random_.seed(seed);
    cycle_ = hints.cycle;
    second_lock_ = hints.second_lock;
    seen_ = 0;
  }

  std::uint32_t choose(const Choice& choice) override {
    std::uint32_t chosen = random_.below(choice.enabled_count);
    if (cycle_ == nullptr || cycle_->length == 0) return chosen;
    for (std::uint32_t tried = 0; tried < choice.enabled_count; ++tried) {
      const std::uint32_t index = (chosen + tried) % choice.enabled_count;
      if (!is_held_back(*choice.enabled[index], choice.step)) return index;
    }
    return chosen;  // all are where they are wanted, or wait for those who are
  }

 private:
  // Not every time that it comes there: the one that counts may be the second.
  bool is_held_back(const Task& task, std::uint64_t step) {
    std::uint64_t place = 0;
    if (!second_lock_(task, place) || !is_wanted(place) || step > task.since_step + patience) return false;
    while (seen_ <= task.id) drawn_for_[seen_++] = nothing;
    if (drawn_for_[task.id] != task.since_step) {
      drawn_for_[task.id] = task.since_step;
      lets_go_[task.id] = random_.below(4) == 0;
    }
    return !lets_go_[task.id];
  }

  bool is_wanted(std::uint64_t place) const {
    for (std::uint32_t i = 0; i < cycle_->length; ++i)
      if (cycle_->places[i] == place) return true;
    return false;
  }

  static constexpr std::uint64_t patience = 2000;  // steps; somebody may spin until the task has come further
  static constexpr std::uint64_t nothing = ~std::uint64_t{0};

  const model::LockCycle* cycle_ = nullptr;
  bool (*second_lock_)(const Task& task, std::uint64_t& place) = nullptr;
  std::uint32_t seen_ = 0;
  std::uint64_t drawn_for_[model::max_tasks] = {};
  bool lets_go_[model::max_tasks] = {};
};

InversionStrategy instance;

}  // namespace

Strategy& inversion_strategy() { return instance; }

}  // namespace wedge::runtime
