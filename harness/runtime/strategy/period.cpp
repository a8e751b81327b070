// Strategy `period`: schedules with few switches, one after the other, the fewest first: in what order the tasks get
// their turn, and then where up to three of them are interrupted and for whom.
//
// A switch is a place where the running task could go on with something that others may notice and another one is put
// before it. The number of the execution says which schedule it is: for a number of switches every combination of
// places comes once with each of two others, mostly its neighbours by number; in an order that jumps about, so that
// similar schedules are not tried one after the other. What order of turns goes with it is drawn. Where a task stops by
// itself costs nothing.
#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t max_switches = 3;
constexpr std::uint32_t spin_limit = 500;  // steps in a row while others could run
constexpr std::uint64_t default_length = 64;
constexpr std::uint64_t most_places = 4096;  // so that the number of all schedules fits into a number
constexpr std::uint64_t most_first = 3;      // of the tasks, that are tried as the first without a switch
constexpr std::uint64_t most_others = 2;

struct Switch {
  std::uint64_t place = ~std::uint64_t{0};  // how often the running task could have gone on before
  std::uint32_t whom = 0;                   // how many of the others are passed over
};

constexpr std::uint64_t greatest_common_divisor(std::uint64_t a, std::uint64_t b) {
  while (b != 0) {
    const std::uint64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

class PeriodStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints& hints) override {
    random_.seed(seed);
    code_unseen_ = hints.code_unseen;
    // About every other step is a place; where there are fewer, some schedules are equal.
    places_ = bounded(hints.steps > 1 ? hints.steps / 2 : default_length, most_places);
    tasks_ = hints.tasks > 1 ? hints.tasks : 2;
    others_ = bounded(tasks_ - 1, most_others);
    passed_ = run_ = 0;
    count_ = 0;
    choose_schedule(hints.index, hints.campaign_seed);
  }

  std::uint32_t choose(const Choice& choice) override {
    const Task* current = choice.current;
    if (current == nullptr || current->enabled_at == not_enabled) return start(next_in_turn(choice, first_));
    if (current->yielded) return start(next_in_turn(choice, behind(*current)));
    if (is_place(*current)) ++passed_;
    for (std::uint32_t i = 0; i < count_; ++i)
      if (is_place(*current) && switches_[i].place + 1 == passed_)
        return start(other_than(choice, *current, switches_[i].whom));
    if (++run_ >= spin_limit) return start(next_in_turn(choice, behind(*current)));
    return current->enabled_at;
  }

 private:
  // Its own life is nobody else's business, and what an unlock changes is decided at the lock.
  bool is_place(const Task& task) const {
    if (task.pending.operation == model::Operation::proceed) return code_unseen_;
    return task.pending.kind != model::ObjectKind::task && task.pending.kind != model::ObjectKind::none &&
           task.pending.operation != model::Operation::unlock;
  }

  static std::uint64_t bounded(std::uint64_t value, std::uint64_t most) { return value < most ? value : most; }

  std::uint32_t start(std::uint32_t index) {
    run_ = 0;
    return index;
  }

  // Who comes next when a task stops by itself: around in the order of their numbers, in one direction or the other.
  std::uint32_t next_in_turn(const Choice& choice, std::uint64_t from) const {
    std::uint32_t best = 0;
    std::uint64_t best_distance = ~std::uint64_t{0};
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i) {
      const std::uint64_t id = choice.enabled[i]->id;
      const std::uint64_t distance = (backward_ ? from - id : id - from) & 0xffff;
      if (distance < best_distance) {
        best_distance = distance;
        best = i;
      }
    }
    return best;
  }

  std::uint64_t behind(const Task& task) const {
    return backward_ ? std::uint64_t{task.id} - 1 : std::uint64_t{task.id} + 1;
  }

  // Whoever comes next or was last before it, around in the order of their numbers; or somebody drawn.
  std::uint32_t other_than(const Choice& choice, const Task& current, std::uint32_t whom) {
    if (drawn_) {
      const std::uint32_t pick = (passed_over_ + whom) % (choice.enabled_count - 1);
      return pick < current.enabled_at ? pick : pick + 1;
    }
    const bool backward = backward_;
    backward_ = whom == 1;
    const std::uint32_t index = next_in_turn(choice, behind(current));
    backward_ = backward;
    return index;
  }

  // Orders of turns, or places and tasks for each switch.
  std::uint64_t schedules_with(std::uint32_t switches) const {
    if (switches == 0) return 2 * bounded(tasks_, most_first);
    std::uint64_t count = 1;
    for (std::uint32_t i = 0; i < switches; ++i) count *= places_ * others_;
    return count;
  }

  void choose_schedule(std::uint64_t index, std::uint64_t campaign_seed) {
    std::uint32_t switches = 0;
    while (switches < max_switches && index >= schedules_with(switches)) index -= schedules_with(switches++);
    const std::uint64_t count = schedules_with(switches);
    // A step that has no divisor in common with the count visits every number once before it comes back.
    RandomSource jump;
    jump.seed(campaign_seed + switches);
    std::uint64_t step = (jump.next() % count) | 1;
    while (greatest_common_divisor(step, count) != 1) step += 2;
    const auto product = static_cast<unsigned __int128>(index % count) * step + jump.next() % count;
    const auto number = static_cast<std::uint64_t>(product % count);
    RandomSource drawn;
    drawn.seed(campaign_seed + (index + 1) * (switches + 1));
    read_turns(switches == 0 ? number : drawn.next() >> 8);
    passed_over_ = static_cast<std::uint32_t>(drawn.next() >> 40);
    drawn_ = passed_over_ % 4 == 3;
    passed_over_ /= 4;
    read_switches(number, switches);
  }

  void read_turns(std::uint64_t number) {
    backward_ = number % 2 == 1;
    number /= 2;
    // Without a switch the first few, afterwards now and then any.
    first_ = number % bounded(tasks_, most_first);
    if (number / most_first % 4 == 3) first_ = number / (4 * most_first) % tasks_;
  }

  void read_switches(std::uint64_t number, std::uint32_t switches) {
    for (count_ = 0; count_ < switches; ++count_) {
      switches_[count_].place = number % places_;
      number /= places_;
      switches_[count_].whom = static_cast<std::uint32_t>(number % others_);
      number /= others_;
    }
  }

  std::uint64_t places_ = default_length;
  std::uint64_t tasks_ = 2;
  std::uint64_t others_ = 1;  // who can be put before the running task
  std::uint64_t first_ = 0;
  bool backward_ = false;
  bool code_unseen_ = false;
  bool drawn_ = false;             // who is put before the running task
  std::uint32_t passed_over_ = 0;  // others, if so
  std::uint64_t passed_ = 0;       // places so far
  std::uint32_t run_ = 0;          // steps of one task in a row
  std::uint32_t count_ = 0;
  Switch switches_[max_switches];
};

PeriodStrategy instance;

}  // namespace

Strategy& period_strategy() { return instance; }

}  // namespace wedge::runtime
