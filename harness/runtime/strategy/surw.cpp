// Strategy `surw`: a selectively uniform random walk. A few operations are interesting; their order is drawn evenly,
// and the others must not distort it.
//
// After H. Zhao, D. Wolff, U. Mathur, A. Roychoudhury, "Selectively Uniform Concurrency Testing", ASPLOS 2025. Which
// operations are interesting is drawn anew by the seed of each execution:
// - once in sixteen executions all that are done to things. The task that makes the next one is drawn first, each with
// a
//   probability in proportion to how many it has left, as the scout has counted them; until it has made it, the others
//   may go on to their next interesting operation, but not beyond. So all orders of them are equally likely.
// - once in sixteen, in the same way, those behind a label, which is a wedge::note(), or all that are done to one thing
//   that several tasks use, racing memory included; which, is drawn.
// - else one operation of one role: the n-th of all tasks that did the same in the scout's execution. Who is there
//   waits until nobody else can go on. So a bug that needs a few operations to be late is found at a rate that depends
//   neither on the number of the tasks nor on the length of what the others do.
#include "harness/runtime/strategy/profile.h"
#include "harness/runtime/strategy/registry.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t most_tasks = model::max_profiled_tasks;
constexpr std::uint32_t patience = 500;  // choices in a row that pass somebody over
constexpr std::uint32_t nobody = ~std::uint32_t{0};

class SurwStrategy final : public Strategy {
 public:
  void begin(std::uint64_t seed, const StrategyHints& hints) override {
    random_.seed(seed);
    for (std::uint32_t i = 0; i < most_tasks; ++i) tasks_[i] = {};
    created_ = passed_over_ = 0;
    intended_ = nobody;
    thing_of_ = hints.thing_of;
    choose_set(hints.profile, seed % 16 == 8);
    read_profile(hints.profile);
    selective_ = set_ == Set::all && seed % 8 != 0 && choose_operation();
  }

  bool wants_every_step() const override { return true; }

  std::uint32_t choose(const Choice& choice) override {
    welcome(choice);
    const std::uint32_t pick = selective_ ? choose_selectively(choice) : choose_uniformly(choice);
    const Task& chosen = *choice.enabled[pick];
    if (chosen.id < most_tasks && interests(chosen)) {
      ++tasks_[chosen.id].done;
      if (chosen.id == intended_) intended_ = nobody;
    }
    return pick;
  }

 private:
  enum class Set : std::uint8_t { all, labelled, one_thing };

  struct Known {
    model::TaskProfile profile;
    std::uint32_t points = 0;    // of its operations, those in the set
    std::uint32_t done = 0;      // interesting operations in this execution
    std::uint32_t with_all = 0;  // points of the task and of all that it creates
    std::uint32_t to_come = 0;   // points of those that it has still to create
  };

  // The labelled operations are as likely as each thing; without either, all operations it is.
  void choose_set(const model::Profile* profile, bool smaller) {
    set_ = Set::all;
    if (profile == nullptr || !smaller) return;
    std::uint32_t candidates = 0;
    for (const model::TaskProfile& task : profile->tasks)
      if (task.labelled > 0 && candidates == 0) {
        candidates = 1;
        set_ = Set::labelled;
      }
    for (const model::ThingProfile& thing : profile->things)
      if (is_contended(thing) && random_.below(++candidates) == 0) {
        set_ = Set::one_thing;
        thing_ = thing.name;
      }
  }

  static bool is_contended(const model::ThingProfile& thing) {
    std::uint32_t users = 0;
    for (const std::uint16_t points : thing.points) users += points > 0 ? 1 : 0;
    return users > 1;
  }

  std::uint32_t points_in_set(const model::Profile& profile, std::uint32_t id) const {
    if (set_ == Set::all) return profile.tasks[id].points;
    if (set_ == Set::labelled) return profile.tasks[id].labelled;
    if (id >= model::ThingProfile::max_tasks) return 0;
    return profile.things[thing_ % model::max_profiled_things].points[id];
  }

  bool interests(const Task& task) const {
    if (!is_interesting(task)) return false;
    return set_ == Set::all || (set_ == Set::labelled ? task.labelled : thing_of_(task) == thing_);
  }

  void read_profile(const model::Profile* profile) {
    if (profile == nullptr) return;
    for (std::uint32_t i = most_tasks; i-- > 0;) {  // children have higher numbers than their parents
      Known& task = tasks_[i];
      task.profile = profile->tasks[i];
      task.points = points_in_set(*profile, i);
      task.with_all = task.points + task.to_come;
      if (i > 0 && task.with_all > 0 && task.profile.parent < i) tasks_[task.profile.parent].to_come += task.with_all;
    }
  }

  // Draws a role, and which of its operations will have to wait. False: nothing is known about any task.
  bool choose_operation() {
    role_ = 0;
    std::uint32_t roles = 0;
    std::uint32_t most = 0;
    for (std::uint32_t i = 0; i < most_tasks; ++i) {
      const model::TaskProfile& profile = tasks_[i].profile;
      if (profile.points == 0 || !is_first_of_its_role(i)) continue;
      if (random_.below(++roles) == 0) role_ = profile.role;  // each role is as likely as any other
    }
    for (const Known& task : tasks_)
      if (task.profile.role == role_ && task.profile.points > most) most = task.profile.points;
    if (most == 0) return false;
    waits_at_ = (random_.below(2 * most - 1) + 1) / 2;  // the first half as often as any other: it only starts late
    goes_first_ = random_.below(4) != 0;
    one_by_one_ = random_.below(8) != 0;
    return true;
  }

  bool is_first_of_its_role(std::uint32_t id) const {
    for (std::uint32_t i = 0; i < id; ++i)
      if (tasks_[i].profile.points > 0 && tasks_[i].profile.role == tasks_[id].profile.role) return false;
    return true;
  }

  // Tasks that are new leave their parent with less to come; who was intended for a child's sake hands on to it.
  void welcome(const Choice& choice) {
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i) {
      const Task& task = *choice.enabled[i];
      if (task.id < created_ || task.id >= most_tasks) continue;
      for (; created_ <= task.id; ++created_) {
        const std::uint32_t parent = created_ == task.id ? task.parent : tasks_[created_].profile.parent;
        if (created_ > 0 && parent < created_) leave(parent, created_);
      }
    }
  }

  void leave(std::uint32_t parent, std::uint32_t child) {
    const std::uint32_t before = weight_of(parent);
    const std::uint32_t share = tasks_[child].with_all;
    if (intended_ == parent && random_.below(before) < share) intended_ = child;
    tasks_[parent].to_come -= share < tasks_[parent].to_come ? share : tasks_[parent].to_come;
  }

  std::uint32_t weight_of(std::uint32_t id) const {
    if (id >= most_tasks) return 1;
    const Known& task = tasks_[id];
    const std::uint32_t left = task.points > task.done ? task.points - task.done : 0;
    return left + task.to_come > 0 ? left + task.to_come : 1;
  }

  // One of those whom `may` allows, each with the probability that `weight` gives it; nobody if there is none.
  template <typename May, typename Weight>
  std::uint32_t draw(const Choice& choice, May may, Weight weight) {
    std::uint32_t total = 0;
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i)
      if (may(*choice.enabled[i])) total += weight(*choice.enabled[i]);
    if (total == 0) return nobody;
    std::uint32_t rest = random_.below(total);
    for (std::uint32_t i = 0; i < choice.enabled_count; ++i) {
      if (!may(*choice.enabled[i])) continue;
      const std::uint32_t share = weight(*choice.enabled[i]);
      if (rest < share) return i;
      rest -= share;
    }
    return nobody;
  }

  template <typename May>
  std::uint32_t draw_evenly(const Choice& choice, May may) {
    return draw(choice, may, [](const Task&) { return 1; });
  }

  std::uint32_t anybody(const Choice& choice) {
    passed_over_ = 0;
    return draw_evenly(choice, [](const Task&) { return true; });
  }

  bool is_out_of_patience() { return ++passed_over_ > patience; }

  std::uint32_t choose_uniformly(const Choice& choice) {
    if (is_out_of_patience()) return anybody(choice);
    const auto is_willing = [](const Task& task) { return !task.yielded; };
    const auto is_intended = [this](const Task& task) { return task.id == intended_ && !task.yielded; };
    if (intended_ == nobody || draw_evenly(choice, is_intended) == nobody) {
      const std::uint32_t next = draw(choice, is_willing, [this](const Task& task) { return weight_of(task.id); });
      if (next == nobody) return anybody(choice);
      intended_ = choice.enabled[next]->id;
    }
    return draw_evenly(choice,
                       [&](const Task& task) { return is_intended(task) || !(interests(task) || task.yielded); });
  }

  bool has_role(const Task& task) const {
    return task.id < most_tasks && tasks_[task.id].profile.points > 0 && tasks_[task.id].profile.role == role_;
  }

  bool waits(const Task& task) const { return has_role(task) && interests(task) && tasks_[task.id].done == waits_at_; }

  bool is_on_its_way(const Task& task) const { return has_role(task) && tasks_[task.id].done < waits_at_; }

  std::uint32_t choose_selectively(const Choice& choice) {
    if (is_out_of_patience()) {
      selective_ = false;
      return anybody(choice);
    }
    std::uint32_t next = nobody;
    if (goes_first_)
      next = draw_evenly(choice, [this](const Task& task) { return !task.yielded && is_on_its_way(task); });
    if (next == nobody) next = draw_evenly(choice, [this](const Task& task) { return !task.yielded && !waits(task); });
    if (next != nobody) return next;
    next = draw(
        choice, [this](const Task& task) { return !task.yielded && waits(task); },
        [this](const Task& task) { return weight_of(task.id); });
    if (next == nobody) return anybody(choice);
    passed_over_ = 0;
    if (!one_by_one_) waits_at_ = nobody;
    return next;
  }

  Set set_ = Set::all;
  std::uint32_t thing_ = 0;  // its name
  std::uint32_t (*thing_of_)(const Task& task) = nullptr;
  bool selective_ = false;
  std::uint32_t role_ = 0;
  std::uint32_t waits_at_ = 0;  // so many interesting operations a task of the role makes before it waits
  bool goes_first_ = false;     // tasks of the role, until they wait
  bool one_by_one_ = false;     // those that wait go on one after the other, each as far as it can
  std::uint32_t intended_ = nobody;
  std::uint32_t created_ = 0;
  std::uint32_t passed_over_ = 0;
  Known tasks_[most_tasks];
};

SurwStrategy instance;

}  // namespace

Strategy& surw_strategy() { return instance; }

}  // namespace wedge::runtime
