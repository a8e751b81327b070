// What a search hands from one round of a campaign to the next, as plain data in the control block: which strategy has
// its turn, which switch pairs were seen, and schedules that are worth changing a little.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace wedge::model {

// The members of strategy `portfolio`, most trusted first: that order breaks ties.
inline constexpr std::array<std::string_view, 6> portfolio_members{"surw", "pos", "random", "pct", "mutate", "period"};
inline constexpr std::size_t member_count = portfolio_members.size();
inline constexpr std::size_t max_members = 8;

inline constexpr std::size_t portfolio_slots = 32;

// One round of a portfolio: the members take turns as the slots say, again and again.
struct Portfolio {
  std::uint64_t first = 0;                   // the execution that the round begins with
  std::uint64_t before[max_members] = {};    // executions each member had in the rounds before
  std::uint8_t slots[portfolio_slots] = {};  // whose turn it is: index into portfolio_members

  bool operator==(const Portfolio&) const = default;
};

// Whose turn an execution is, and how many turns that member had before.
struct Turn {
  std::uint8_t member = 0;
  std::uint64_t index = 0;
};

constexpr Turn turn_of(const Portfolio& portfolio, std::uint64_t execution) {
  const std::uint64_t in_round = execution - portfolio.first;
  const std::size_t slot = in_round % portfolio_slots;
  Turn turn{portfolio.slots[slot], 0};
  if (turn.member >= member_count) turn.member = 0;
  std::uint64_t before_slot = 0;
  std::uint64_t in_all = 0;
  for (std::size_t i = 0; i < portfolio_slots; ++i) {
    if (portfolio.slots[i] != portfolio.slots[slot]) continue;
    before_slot += i < slot ? 1 : 0;
    ++in_all;
  }
  turn.index = portfolio.before[turn.member] + in_round / portfolio_slots * in_all + before_slot;
  return turn;
}

// A switch pair: what the task that was left was about to do, and what the one that went on was. Pairs are hashed into
// so many bits; two that share a bit count as one.
inline constexpr std::size_t pair_bits = std::size_t{1} << 14;
inline constexpr std::size_t pair_words = pair_bits / 64;

struct PairSet {
  std::uint64_t words[pair_words];

  bool operator==(const PairSet&) const = default;
};

// "`task` runs until it has made `until` steps of its own": a schedule is a list of these. A stretch that was left out
// leaves the others with a meaning, as the task's next one covers its steps.
struct Stretch {
  std::uint16_t task;
  std::uint16_t pad;
  std::uint32_t until;

  bool operator==(const Stretch&) const = default;
};

inline constexpr std::size_t max_stretches = 1023;

struct Schedule {
  std::uint64_t execution;  // that made it
  std::uint32_t new_pairs;  // it made that no earlier round had made; 0: the place is empty
  std::uint32_t count;
  Stretch stretches[max_stretches];
};

inline constexpr std::size_t max_schedules = 8;

struct ScheduleSet {
  Schedule schedules[max_schedules];  // the best first
};

// What the scout saw of a task: how many operations it made on things that others may reach, and a number for what it
// did first: tasks with equal numbers play the same role.
struct TaskProfile {
  std::uint32_t points;
  std::uint32_t role;
  std::uint32_t parent;    // the task that created it
  std::uint32_t labelled;  // of the operations, those behind a wedge::note()

  bool operator==(const TaskProfile&) const = default;
};

// How often each of the first tasks used one thing.
struct ThingProfile {
  static constexpr std::size_t max_tasks = 32;
  std::uint32_t name;  // 0: none
  std::uint16_t points[max_tasks];

  bool operator==(const ThingProfile&) const = default;
};

inline constexpr std::size_t max_profiled_tasks = 256;
inline constexpr std::size_t max_profiled_things = 32;

struct Profile {
  TaskProfile tasks[max_profiled_tasks];     // by number
  ThingProfile things[max_profiled_things];  // by name % 32; of two with one place, that with the larger name

  bool operator==(const Profile&) const = default;
};

// Of two views of a task the one that saw more of it: a total order, so that it does not matter who came first.
constexpr void merge(Profile& to, const Profile& from) {
  for (std::size_t i = 0; i < max_profiled_tasks; ++i) {
    TaskProfile& mine = to.tasks[i];
    const TaskProfile& other = from.tasks[i];
    const std::uint32_t labelled = other.labelled > mine.labelled ? other.labelled : mine.labelled;
    if (other.points > mine.points || (other.points == mine.points && other.role > mine.role)) mine = other;
    mine.labelled = labelled;
  }
  for (std::size_t i = 0; i < max_profiled_things; ++i) {
    ThingProfile& mine = to.things[i];
    const ThingProfile& other = from.things[i];
    if (other.name > mine.name) mine = other;
    if (other.name != mine.name) continue;
    for (std::size_t task = 0; task < ThingProfile::max_tasks; ++task)
      if (other.points[task] > mine.points[task]) mine.points[task] = other.points[task];
  }
}

// All from the supervisor.
struct SearchKnowledge {
  PairSet known;  // pairs that earlier rounds have made
  ScheduleSet corpus;
  Profile profile;  // without points: unknown
};

// From the runtime; the supervisor clears it before each request.
struct SearchReport {
  PairSet seen[max_members];              // by member; strategies that run alone use the first
  std::uint64_t executions[max_members];  // likewise
  std::uint32_t new_pairs;                // of the execution that runs now
  std::uint32_t pad;
  ScheduleSet best;
  Profile current;  // of the execution that runs now, if it is one that notes
  Profile profile;  // of all of them
};

// Whether `one` comes before `other` among the schedules worth keeping: a total order, because of the number.
constexpr bool is_better(const Schedule& one, const Schedule& other) {
  return one.new_pairs != other.new_pairs ? one.new_pairs > other.new_pairs : one.execution < other.execution;
}

}  // namespace wedge::model
