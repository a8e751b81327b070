// Strategy `random`: every enabled task is equally likely at every step. Fair, and hard to beat on small programs.
#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {

namespace {

class RandomStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints&) override { random_.seed(seed); }

  std::uint32_t choose(const Choice& choice) override {
    const Task* current = choice.current;
    if (current != nullptr && current->yielded && current->enabled_at != not_enabled) [[unlikely]] {
      const std::uint32_t pick = random_.below(choice.enabled_count - 1);  // anybody but the one that yielded
      return pick < current->enabled_at ? pick : pick + 1;
    }
    return random_.below(choice.enabled_count);
  }
};

RandomStrategy instance;
RandomStrategy fair_instance;

}  // namespace

Strategy& random_strategy() { return instance; }
Strategy& fair_suffix() { return fair_instance; }

}  // namespace wedge::runtime
