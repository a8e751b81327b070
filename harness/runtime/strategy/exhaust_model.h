// Small abstract programs with a meaning of their own, to hold the exhaustive search against: every interleaving can be
// enumerated here without it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wedge::runtime::model_program {

enum class Act { load, store, add, lock, unlock, try_lock, wait, signal, broadcast, acquire, post, join, check };

struct Line {
  Act act;
  int thing = 0;  // its number among those of its kind; join: the task
  int other = 0;  // wait: the mutex; store: the value; check: the least value that is right
};

using Program = std::vector<std::vector<Line>>;  // by task

inline constexpr int things = 4;

// What a step touches, as the program means it.
struct Touch {
  std::uint32_t key;
  bool writes;
  bool frees = false;
};

struct State {
  int atomics[things] = {};
  int owner[things] = {};  // of mutexes: 1 + task
  int semaphores[things] = {};
  struct Task {
    std::size_t at = 0;
    int waits = 0;       // 1 + condition
    bool woken = false;  // has been signalled, and wants its mutex back
    std::vector<int> seen;
  };
  std::vector<Task> tasks;
  int failed = 0;  // a check of that task, from 1, did not hold: the execution is over
};

inline std::uint32_t key_of(Act act, int thing) {
  const auto number = static_cast<std::uint32_t>(thing);
  switch (act) {
    case Act::load:
    case Act::store:
    case Act::add:
    case Act::check:
      return 100 + number;
    case Act::lock:
    case Act::unlock:
    case Act::try_lock:
      return 200 + number;
    case Act::wait:
    case Act::signal:
    case Act::broadcast:
      return 300 + number;
    case Act::acquire:
    case Act::post:
      return 400 + number;
    default:
      return 500 + number;
  }
}

class Machine {
 public:
  explicit Machine(const Program& program) : program_(program) {
    state.tasks.resize(program.size());
    state.semaphores[1] = 1;
  }

  bool ended(std::size_t task) const { return state.tasks[task].at == program_[task].size(); }
  const Line& next(std::size_t task) const { return program_[task][state.tasks[task].at]; }

  bool can_step(std::size_t task) const {
    if (state.failed != 0 || ended(task)) return false;
    const State::Task& t = state.tasks[task];
    const Line& line = next(task);
    if (t.waits != 0) return t.woken && state.owner[line.other] == 0;
    if (line.act == Act::lock) return state.owner[line.thing] == 0;
    if (line.act == Act::acquire) return state.semaphores[line.thing] > 0;
    if (line.act == Act::join) return ended(static_cast<std::size_t>(line.thing));
    return true;
  }

  // How many results its next step may have: which waiter a signal wakes.
  int choices(std::size_t task) const {
    if (state.tasks[task].waits != 0 || next(task).act != Act::signal) return 1;
    const int waiting = waiters(next(task).thing);
    return waiting > 1 ? waiting : 1;
  }

  // Whom the step wakes goes into `woken`.
  std::vector<Touch> step(std::size_t task, int choice, std::vector<std::size_t>* woken = nullptr) {
    State::Task& t = state.tasks[task];
    const Line line = next(task);
    const auto me = static_cast<int>(task) + 1;
    std::vector<Touch> touched;
    if (t.waits != 0) {
      t.waits = 0;
      t.woken = false;
      state.owner[line.other] = me;
      touched.push_back({key_of(Act::lock, line.other), true});
      return finish(task, touched);
    }
    const std::uint32_t key = key_of(line.act, line.thing);
    int& atomic = state.atomics[line.thing];
    int& owner = state.owner[line.thing];
    switch (line.act) {
      case Act::load:
        t.seen.push_back(atomic);
        touched.push_back({key, false});
        break;
      case Act::check:
        if (atomic < line.other) state.failed = me;
        touched.push_back({key, false});
        break;
      case Act::store:
        atomic = line.other;
        touched.push_back({key, true});
        break;
      case Act::add:
        t.seen.push_back(atomic++);
        touched.push_back({key, true});
        break;
      case Act::lock:
        owner = me;
        touched.push_back({key, true});
        break;
      case Act::try_lock:
        t.seen.push_back(owner == 0);
        touched.push_back({key, owner == 0});
        if (owner == 0) owner = me;
        break;
      case Act::unlock: {
        const bool mine = owner == me;
        if (mine) owner = 0;
        touched.push_back({key, mine, mine});
        break;
      }
      case Act::wait:
        t.waits = line.thing + 1;
        state.owner[line.other] = 0;
        touched.push_back({key, true});
        touched.push_back({key_of(Act::lock, line.other), true, true});
        return touched;  // the line is done when the mutex has been taken again
      case Act::signal:
      case Act::broadcast: {
        touched.push_back({key, waiters(line.thing) > 0});
        int number = 0;
        for (std::size_t i = 0; i < state.tasks.size(); ++i) {
          State::Task& other = state.tasks[i];
          if (other.waits != line.thing + 1 || other.woken) continue;
          if (line.act == Act::signal && number++ != choice) continue;
          other.woken = true;
          if (woken != nullptr) woken->push_back(i);
          if (line.act == Act::signal) break;
        }
        break;
      }
      case Act::acquire:
        --state.semaphores[line.thing];
        touched.push_back({key, true});
        break;
      case Act::post:
        touched.push_back({key, true, state.semaphores[line.thing] == 0});
        ++state.semaphores[line.thing];
        break;
      case Act::join:
        touched.push_back({key, true});
        break;
    }
    return finish(task, touched);
  }

  std::string outcome() const {
    // What others had done by then, or had not, makes no difference to a failure.
    if (state.failed != 0)
      return "task " + std::to_string(state.failed) + " failed at " +
             std::to_string(state.tasks[static_cast<std::size_t>(state.failed - 1)].at);
    std::string text;
    for (const int value : state.atomics) text += std::to_string(value) + ",";
    for (std::size_t i = 0; i < state.tasks.size(); ++i) {
      text += ended(i) ? "|" : "|stuck at " + std::to_string(state.tasks[i].at);
      for (const int value : state.tasks[i].seen) text += std::to_string(value) + ",";
    }
    return text;
  }

  State state;

 private:
  int waiters(int condition) const {
    int count = 0;
    for (const State::Task& task : state.tasks) count += task.waits == condition + 1 && !task.woken ? 1 : 0;
    return count;
  }

  std::vector<Touch> finish(std::size_t task, std::vector<Touch> touched) {
    ++state.tasks[task].at;
    if (ended(task)) touched.push_back({key_of(Act::join, static_cast<int>(task)), false, true});
    return touched;
  }

  const Program& program_;
};

// Every interleaving, one after the other, without any cleverness.
class Enumerator {
 public:
  explicit Enumerator(const Program& program) { explore(Machine(program), {}); }

  std::set<std::string> outcomes;
  std::set<std::string> traces;  // in a form that is the same for interleavings that differ only in independent steps
  std::uint64_t interleavings = 0;

 private:
  struct Step {
    std::size_t task;
    int choice;
    std::vector<Touch> touched;
  };

  void explore(const Machine& machine, std::vector<Step> steps) {
    bool is_end = true;
    for (std::size_t task = 0; task < machine.state.tasks.size(); ++task) {
      if (!machine.can_step(task)) continue;
      is_end = false;
      for (int choice = 0; choice < machine.choices(task); ++choice) {
        Machine next = machine;
        std::vector<Touch> touched = next.step(task, choice);
        steps.push_back({task, choice, std::move(touched)});
        explore(next, steps);
        steps.pop_back();
      }
    }
    if (!is_end) return;
    ++interleavings;
    outcomes.insert(machine.outcome());
    traces.insert(form_of(steps));
  }

  // For each thing, who touched it in which order; reads between two writes are a set.
  static std::string form_of(const std::vector<Step>& steps) {
    std::map<std::uint32_t, std::string> orders;
    std::map<std::uint32_t, std::multiset<std::string>> reads;
    std::map<std::size_t, int> made;
    std::string all;
    for (const Step& step : steps) {
      const std::string name =
          std::to_string(step.task) + "." + std::to_string(made[step.task]++) + "=" + std::to_string(step.choice) + " ";
      for (const Touch& touch : step.touched) {
        if (!touch.writes) {
          reads[touch.key].insert(name);
          continue;
        }
        for (const std::string& read : reads[touch.key]) orders[touch.key] += read;
        reads[touch.key].clear();
        orders[touch.key] += "!" + name;
      }
    }
    for (const auto& [key, set] : reads)
      for (const std::string& read : set) orders[key] += read;
    for (const auto& [key, order] : orders) all += std::to_string(key) + ":" + order + "\n";
    for (const auto& [task, count] : made) all += std::to_string(task) + "x" + std::to_string(count) + " ";
    return all;
  }
};

}  // namespace wedge::runtime::model_program
