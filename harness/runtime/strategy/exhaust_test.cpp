// The search against programs whose traces can be counted by hand, and against an enumerator that knows nothing of it.
#include "harness/runtime/strategy/exhaust_search.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "harness/runtime/mutation.h"
#include "harness/runtime/strategy/exhaust_generator.h"

namespace wedge::runtime {

#if WEDGE_MUTATIONS
Mutation active_mutation = Mutation::none;
#endif

namespace {

using namespace model_program;

constexpr std::uint32_t unbounded = ~std::uint32_t{0};

struct Found {
  std::set<std::string> outcomes;
  std::uint64_t traces = 0;
  std::uint64_t redundant = 0;
  std::uint32_t cut = 0;
};

// Large, and mostly never touched: made once, and left as the search before it has left it.
model::SearchBlock& shared_block() {
  static auto* block = static_cast<model::SearchBlock*>(std::calloc(1, sizeof(model::SearchBlock)));
  return *block;
}

// Plays the scheduler to the search.
class Player {
 public:
  Player(const Program& program, const model::SearchOptions& options)
      : program_(program), block_(shared_block()), search_(block_) {
    search_.reset(options);
  }

  Found play() {
    while (search_.begin()) execute();
    return {std::move(outcomes_), block_.traces, block_.redundant, block_.cut};
  }

 private:
  void execute() {
    Machine machine(program_);
    for (std::size_t task = 0; task < program_.size(); ++task) announce(machine, task);
    for (;;) {
      std::uint64_t enabled = 0;
      for (std::size_t task = 0; task < program_.size(); ++task)
        if (machine.can_step(task)) enabled |= std::uint64_t{2} << task;
      if (enabled == 0) break;
      make_step(machine, search_.choose(enabled, false) - 1);
    }
    // A redundant execution is not looked at, so that what the search claims to have covered has been covered.
    if (search_.follows()) outcomes_.insert(machine.outcome());
  }

  void make_step(Machine& machine, std::size_t task) {
    const int choices = machine.choices(task);
    const int choice = choices > 1 ? static_cast<int>(search_.choose_value(static_cast<std::uint32_t>(choices))) : 0;
    std::vector<std::size_t> woken;
    for (const Touch& touch : machine.step(task, choice, &woken)) {
      if (!touch.writes && is_change(touch.key)) search_.changed_nothing();
      search_.touch(touch.key, touch.writes, touch.frees);
    }
    for (const std::size_t other : woken) {
      search_.wake(static_cast<std::uint32_t>(other + 1));
      search_.announce(static_cast<std::uint32_t>(other + 1),
                       {key_of(Act::lock, machine.next(other).other), true, true, false});
    }
    announce(machine, task);
  }

  // What is announced as a change may turn out to be none.
  static bool is_change(std::uint32_t key) { return key / 100 == 2 || key / 100 == 3; }

  void announce(const Machine& machine, std::size_t task) {
    model::SearchPending pending{};
    if (!machine.ended(task) && machine.state.tasks[task].waits == 0) {
      const Line& line = machine.next(task);
      pending.key = key_of(line.act, line.thing);
      pending.writes = line.act != Act::load && line.act != Act::check;
      pending.blocks = line.act == Act::lock || line.act == Act::acquire || line.act == Act::join;
    }
    search_.announce(static_cast<std::uint32_t>(task + 1), pending);
  }

  const Program& program_;
  model::SearchBlock& block_;
  ExhaustSearch search_;
  std::set<std::string> outcomes_;
};

Found reduced(const Program& program) { return Player(program, {model::SearchBound::reduced, 0, 0}).play(); }
Found all_of(const Program& program) { return Player(program, {model::SearchBound::preemptions, unbounded, 0}).play(); }

Program tasks(int count, const std::vector<Line>& lines) { return Program(static_cast<std::size_t>(count), lines); }

std::vector<Line> times(int count, const std::vector<Line>& lines) {
  std::vector<Line> all;
  for (int i = 0; i < count; ++i) all.insert(all.end(), lines.begin(), lines.end());
  return all;
}

const Line load{Act::load}, store{Act::store, 0, 1}, add{Act::add}, lock{Act::lock}, unlock{Act::unlock};
const Line wait{Act::wait}, signal{Act::signal}, acquire{Act::acquire, 1}, post{Act::post, 1};

struct Counted {
  const char* name;
  Program program;
  std::uint64_t traces;
};

// Worked out by hand.
const Counted by_hand[] = {
    {"two tasks, eight increments each", tasks(2, times(8, {add})), 12870},                   // 16 over 8
    {"three tasks, three critical sections each", tasks(3, times(3, {lock, unlock})), 1680},  // 9! / 3!^3
    {"five independent tasks",
     {{{Act::add, 0}}, {{Act::add, 1}}, {{Act::add, 2}}, {{Act::add, 3}}, {{Act::load, 1}}},
     2},
    {"four independent tasks", {{{Act::add, 0}}, {{Act::add, 1}}, {{Act::add, 2}}, {{Act::add, 3}}}, 1},
    {"one write, seven reads by one task", {{store}, times(7, {load})}, 8},                                    // n + 1
    {"one write, six reads by as many tasks", {{store}, {load}, {load}, {load}, {load}, {load}, {load}}, 64},  // 2^n
    {"readers only", tasks(4, times(3, {load})), 1},
    {"two writers, one reader", {{store}, {{Act::store, 0, 2}}, {load}}, 6},  // 3!
    {"two critical sections", tasks(2, {lock, unlock}), 2},
    {"opposite order of two locks",  // one first, the other first, and the deadlock
     {{lock, {Act::lock, 1}, {Act::unlock, 1}, unlock}, {{Act::lock, 1}, lock, unlock, {Act::unlock, 1}}},
     3},
    {"same order of two locks", tasks(2, {lock, {Act::lock, 1}, {Act::unlock, 1}, unlock}), 2},
    {"two locks, no nesting", tasks(2, {lock, unlock, {Act::lock, 1}, {Act::unlock, 1}}), 4},
    {"join before reading", {{add}, {add}, {{Act::join, 0}, {Act::join, 1}, load}}, 2},
    {"trying instead of waiting",
     {{lock, unlock}, {{Act::try_lock}}},
     3},  // before, within, after; never given back: 1
    {"a semaphore that holds one", tasks(2, {acquire, post}), 2},
    {"store buffering",
     {{store, {Act::load, 1}}, {{Act::store, 1, 1}, load}},
     4 - 1},  // never both 0 when atomics are ordered
    {"message passing", {{store, {Act::store, 1, 1}}, {{Act::load, 1}, load}}, 3},
    {"a signal that may be lost", {{lock, wait, unlock}, {signal}}, 2},
    {"a signal under the lock", {{lock, wait, unlock}, {lock, signal, unlock}}, 2},
};

TEST(Exhaust, counts_of_traces_equal_theory) {
  for (const Counted& counted : by_hand) {
    const Found found = reduced(counted.program);
    EXPECT_EQ(found.traces, counted.traces) << counted.name;
    EXPECT_EQ(found.cut, 0u) << counted.name;
  }
}

TEST(Exhaust, without_reduction_every_interleaving_is_tried) {
  const Program program = tasks(2, times(4, {add}));
  EXPECT_EQ(all_of(program).traces, Enumerator(program).interleavings);
  EXPECT_EQ(all_of(program).traces, 70u);  // 8 over 4
}

TEST(Exhaust, preemption_bounds_grow_to_everything) {
  const Program program = tasks(2, times(3, {add}));
  std::uint64_t before = 0;
  for (const std::uint32_t limit : {0u, 1u, 2u, 3u, 4u}) {
    const Found found = Player(program, {model::SearchBound::preemptions, limit, 0}).play();
    EXPECT_GT(found.traces, before) << limit;
    EXPECT_EQ(found.cut, limit < 4 ? model::search_cut::bound : 0) << limit;
    before = found.traces;
  }
  EXPECT_EQ(before, 20u);  // 6 over 3
}

TEST(Exhaust, delay_bounds_grow_to_everything) {
  const Program program = tasks(2, times(2, {add}));
  EXPECT_EQ(Player(program, {model::SearchBound::delays, 0, 0}).play().traces, 1u);
  EXPECT_EQ(Player(program, {model::SearchBound::delays, 9, 0}).play().traces, 6u);  // 4 over 2
}

constexpr unsigned programs = 500;

bool can_fail(const Program& program) {
  for (const std::vector<Line>& lines : program)
    for (const Line& line : lines)
      if (line.act == Act::check) return true;
  return false;
}

// The first of the programs that the search gets wrong, if there is one.
std::string first_wrong() {
  for (unsigned seed = 1; seed <= programs; ++seed) {
    const Program program = Generator(seed).program();
    const Enumerator everything(program);
    const Found found = reduced(program);
    // After a failed check the execution is over, and what others had not done yet makes no difference to it; so only
    // programs that cannot fail have as many traces.
    const bool right =
        found.outcomes == everything.outcomes && (can_fail(program) || found.traces == everything.traces.size());
    if (right) continue;
    return std::to_string(seed) + ": outcomes " + std::to_string(found.outcomes.size()) + " of " +
           std::to_string(everything.outcomes.size()) + ", traces " + std::to_string(found.traces) + " of " +
           std::to_string(everything.traces.size()) + "\n" + text_of(program);
  }
  return {};
}

TEST(Exhaust, reduction_finds_what_enumeration_finds_in_500_random_programs) { EXPECT_EQ(first_wrong(), ""); }

TEST(Exhaust, without_reduction_the_same_is_found) {
  for (unsigned seed = 1; seed <= programs; seed += 10) {
    const Program program = Generator(seed).program();
    EXPECT_EQ(all_of(program).outcomes, Enumerator(program).outcomes) << seed;
  }
}

#if WEDGE_MUTATIONS
TEST(Exhaust, sleeping_too_long_is_noticed) {
  active_mutation = Mutation::sleep_too_long;
  EXPECT_NE(first_wrong(), "");
  active_mutation = Mutation::none;
}

TEST(Exhaust, a_forgotten_dependence_is_noticed) {
  active_mutation = Mutation::forget_dependence;
  EXPECT_NE(first_wrong(), "");
  active_mutation = Mutation::none;
}
#endif

}  // namespace
}  // namespace wedge::runtime
