// Strategy `mutate`: takes a schedule that made switch pairs nobody had made before, changes one to three things in it,
// and follows the result: a switch added, left out or moved, or the order of two stretches reversed.
//
// Schedules are lists of stretches (model::Stretch). Where they end, where none is possible, and where there is none to
// begin with, it walks at random; so it is as fair as a random walk once the list is used up, and a list is finite.
#include "harness/runtime/strategy/registry.h"

#include <cstring>

namespace wedge::runtime {

namespace {

using model::Stretch;

constexpr std::uint32_t max_changes = 3;
constexpr std::uint32_t longest_insertion = 8;  // steps

class MutateStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints& hints) override {
    random_.seed(seed);
    while (seen_ > 0) own_steps_[--seen_] = 0;
    counted_ = 0;
    at_ = count_ = 0;
    if (!take_parent(hints.corpus)) return;
    const std::uint32_t changes = 1 + random_.below(max_changes);
    for (std::uint32_t i = 0; i < changes; ++i) change();
  }

  std::uint32_t choose(const Choice& choice) override {
    count_steps(choice);
    while (at_ < count_) {
      const Task* task = enabled_task(choice, stretches_[at_].task);
      if (task != nullptr && steps_of(task->id) < stretches_[at_].until) return task->enabled_at;
      ++at_;
    }
    return at_random(choice);
  }

 private:
  static constexpr std::uint32_t most_stretches = model::max_stretches + 2 * max_changes;

  // The better a schedule, the more often it is taken: the first of two draws.
  bool take_parent(const model::ScheduleSet* corpus) {
    std::uint32_t schedules = 0;
    while (corpus != nullptr && schedules < model::max_schedules && corpus->schedules[schedules].new_pairs > 0)
      ++schedules;
    if (schedules == 0) return false;
    const std::uint32_t one = random_.below(schedules);
    const std::uint32_t other = random_.below(schedules);
    const model::Schedule& parent = corpus->schedules[one < other ? one : other];
    count_ = parent.count < model::max_stretches ? parent.count : model::max_stretches;
    std::memcpy(stretches_, parent.stretches, count_ * sizeof(Stretch));
    return count_ > 0;
  }

  void change() {
    const std::uint32_t place = random_.below(count_);
    switch (random_.below(4)) {
      case 0:
        return add_switch(place);
      case 1:
        return leave_out(place);
      case 2:
        return move_switch(place);
      default:
        return reverse(place);
    }
  }

  // Until when the task of a stretch had run before it.
  std::uint32_t begin_of(std::uint32_t place, std::uint16_t task) const {
    while (place > 0)
      if (stretches_[--place].task == task) return stretches_[place].until;
    return 0;
  }

  void insert(std::uint32_t place, Stretch stretch) {
    std::memmove(&stretches_[place + 1], &stretches_[place], (count_ - place) * sizeof(Stretch));
    stretches_[place] = stretch;
    ++count_;
  }

  // In the middle of a stretch, somebody else makes some of the steps that it would make later.
  void add_switch(std::uint32_t place) {
    if (count_ + 2 > most_stretches) return;
    const Stretch whole = stretches_[place];
    const std::uint32_t begin = begin_of(place, whole.task);
    if (whole.until < begin + 2) return;
    const std::uint16_t other = stretches_[random_.below(count_)].task;
    if (other == whole.task) return;
    const std::uint32_t split = begin + 1 + random_.below(whole.until - begin - 1);
    const std::uint32_t until = begin_of(place, other) + 1 + random_.below(longest_insertion);
    insert(place, {whole.task, 0, split});
    insert(place + 1, {other, 0, until});
  }

  // The task's next stretch makes up for it.
  void leave_out(std::uint32_t place) {
    if (count_ < 2) return;
    std::memmove(&stretches_[place], &stretches_[place + 1], (count_ - place - 1) * sizeof(Stretch));
    --count_;
  }

  void move_switch(std::uint32_t place) {
    Stretch& stretch = stretches_[place];
    const std::uint32_t begin = begin_of(place, stretch.task);
    const std::uint32_t length = stretch.until > begin ? stretch.until - begin : 1;
    stretch.until = begin + 1 + random_.below(2 * length);
  }

  void reverse(std::uint32_t place) {
    if (place + 1 >= count_) return;
    const Stretch stretch = stretches_[place];
    stretches_[place] = stretches_[place + 1];
    stretches_[place + 1] = stretch;
  }

  // Steps with a single enabled task are not shown to a strategy, but they are steps.
  void count_steps(const Choice& choice) {
    for (; counted_ < choice.step && choice.choices != nullptr; ++counted_) {
      const model::ChoiceEntry task = choice.choices[counted_];
      if (task >= model::max_tasks) continue;
      while (seen_ <= task) own_steps_[seen_++] = 0;
      ++own_steps_[task];
    }
  }

  std::uint32_t steps_of(std::uint16_t task) const { return task < seen_ ? own_steps_[task] : 0; }

  static const Task* enabled_task(const Choice& choice, std::uint16_t id) {
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i)
      if (choice.enabled[i]->id == id) return choice.enabled[i];
    return nullptr;
  }

  std::uint32_t at_random(const Choice& choice) {
    const Task* current = choice.current;
    const bool gives_way = current != nullptr && current->yielded && current->enabled_at != not_enabled;
    if (!gives_way) return random_.below(choice.enabled_count);
    const std::uint32_t pick = random_.below(choice.enabled_count - 1);
    return pick < current->enabled_at ? pick : pick + 1;
  }

  std::uint32_t at_ = 0;  // the stretch that is followed now
  std::uint32_t count_ = 0;
  std::uint64_t counted_ = 0;  // steps
  std::uint32_t seen_ = 0;     // tasks
  Stretch stretches_[most_stretches] = {};
  std::uint32_t own_steps_[model::max_tasks] = {};
};

MutateStrategy instance;

}  // namespace

Strategy& mutate_strategy() { return instance; }

}  // namespace wedge::runtime
