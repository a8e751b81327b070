// Strategy `pos`: partial-order sampling. Every pending operation has a random priority, the highest goes first, and
// what races with the operation that ran draws again; so orders of racing operations are sampled more evenly than by a
// walk.
#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {

namespace {

class PosStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints&) override {
    random_.seed(seed);
    seen_ = 0;
  }

  std::uint32_t choose(const Choice& choice) override {
    std::uint32_t best = 0;
    std::uint64_t best_priority = 0;
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i) {
      std::uint64_t priority = priority_of(*choice.enabled[i]);
      if (choice.enabled[i]->yielded) priority >>= 32;  // behind everybody who did not yield
      if (priority >= best_priority) {
        best_priority = priority;
        best = i;
      }
    }
    const Task& chosen = *choice.enabled[best];
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i)
      if (races(choice.enabled[i]->pending, chosen.pending)) forget(*choice.enabled[i]);
    return best;
  }

 private:
  static bool races(const PendingOperation& a, const PendingOperation& b) {
    return a.key == b.key && a.key != nullptr && (a.writes || b.writes);
  }

  void forget(const Task& task) {
    if (task.id < seen_) drawn_for_[task.id] = nothing;
  }

  std::uint64_t priority_of(const Task& task) {
    while (seen_ <= task.id) drawn_for_[seen_++] = nothing;
    if (drawn_for_[task.id] != task.since_step) {
      drawn_for_[task.id] = task.since_step;
      priority_[task.id] = random_.next();
    }
    return priority_[task.id];
  }

  static constexpr std::uint64_t nothing = ~std::uint64_t{0};

  std::uint32_t seen_ = 0;
  std::uint64_t drawn_for_[model::max_tasks] = {};  // the step at which the operation was announced names it
  std::uint64_t priority_[model::max_tasks] = {};
};

PosStrategy instance;

}  // namespace

Strategy& pos_strategy() { return instance; }

}  // namespace wedge::runtime
