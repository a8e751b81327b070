// What an exhaustive search remembers between executions: in shared memory, because the processes that execute come and
// go. Plain data; harness/runtime/strategy/exhaust_search.h says what it means and works on it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::model {

// Actors are what can make a step: 0 is the clock, task t is actor t + 1.
inline constexpr std::uint32_t max_actors = 64;
inline constexpr std::uint32_t max_nodes = std::uint32_t{1} << 16;
inline constexpr std::uint32_t max_sleepers = std::uint32_t{1} << 19;
inline constexpr std::uint32_t max_accesses = 6;
inline constexpr std::uint32_t max_window = 4;

// Why a search that ran to its end has not seen everything.
namespace search_cut {
inline constexpr std::uint32_t bound = 1;          // schedules beyond the bound were left out
inline constexpr std::uint32_t timeouts = 2;       // no further early timeout in one execution
inline constexpr std::uint32_t repeats = 4;        // a task that polls waited until something it looks at had changed
inline constexpr std::uint32_t steps = 8;          // an execution was longer than what can be remembered
inline constexpr std::uint32_t tasks = 16;         // or had more tasks
inline constexpr std::uint32_t undetermined = 32;  // the same choices led elsewhere
}  // namespace search_cut

enum class SearchBound : std::uint32_t { reduced, preemptions, delays };

struct SearchOptions {
  SearchBound bound;       // reduced: every trace once, without a bound
  std::uint32_t limit;     // of preemptions or delays
  std::uint32_t timeouts;  // that may fire early in one execution
};

struct SearchAccess {
  std::uint32_t key;
  bool writes;
  bool frees;  // what others may be blocked on became free
};

struct SearchFootprint {  // what one step touched
  SearchAccess access[max_accesses];
  std::uint8_t count;
  bool everything;  // more than could be told
};

struct SearchPending {  // what an actor is about to do
  std::uint32_t key;    // 0: nothing that concerns others
  bool writes;
  bool blocks;  // it can be done only while the thing is free
  bool yields;
};

struct SearchSleeper {  // need not be tried here: what it leads to has been seen
  SearchFootprint footprint;
  std::uint8_t actor;
};

// A choice of the execution at hand: of the next actor, or (values > 0) of a value within the step of `owner`.
struct SearchNode {
  std::uint64_t enabled;
  std::uint64_t parked;     // of those: polling without anything new to see
  std::uint64_t backtrack;  // to be tried
  std::uint64_t done;
  std::uint64_t asleep;
  std::uint32_t first_sleeper;
  std::uint32_t sleepers;
  std::uint32_t value;
  std::uint32_t values;
  std::uint32_t owner;
  std::uint32_t used;     // of the bound, before this choice
  SearchPending pending;  // what the actor was about to do; the next execution has to agree
  std::uint8_t actor;
  std::uint8_t last;  // who made the step before
  bool last_goes_on;  // and could go on, and has not yielded
  bool must_go_on;    // and touches nothing next
  SearchFootprint footprint;
  SearchFootprint merged;  // of the same step under other values
};

struct SearchActor {
  SearchPending pending;
  std::uint32_t last;                // 1 + its last step in this execution; 0: none
  std::uint32_t waker;               // 1 + the step that made its next one possible
  std::uint32_t window[max_window];  // keys it touched since it last yielded
  std::uint32_t window_count;
  std::uint32_t quiet;  // reads in a row
  std::uint32_t parks;
  bool window_full;
  bool stale;  // somebody else has written one of them since
  bool parked;
};

struct SearchBlock {
  // Read by the supervisor.
  std::uint64_t begun;      // executions
  std::uint64_t traces;     // of those, each one that no other is like
  std::uint64_t redundant;  // executions that led nowhere new
  std::uint64_t longest;    // steps of a trace
  double explored;          // estimate: the part of the tree that has been walked
  std::uint32_t cut;        // search_cut
  bool started;
  bool over;
  bool sees_atomics;  // the program was compiled with -fsanitize=thread

  SearchOptions options;
  bool running;  // an execution began and its end has not been looked at
  bool redundant_now;
  bool lost_now;  // the execution is not followed any more
  bool stepping;  // a step of the node `step` is under way
  std::uint32_t step;
  SearchFootprint touched;  // by it, so far
  std::uint64_t woken;      // by it
  std::uint32_t at;         // nodes passed in this execution
  std::uint32_t size;       // of the stack
  std::uint32_t frontier;   // the first node whose step is new
  std::uint32_t last_step;  // 1 + node
  std::uint32_t early_timeouts;
  std::uint32_t actor_count;  // seen in this execution
  SearchActor actors[max_actors];
  SearchNode nodes[max_nodes];
  std::uint32_t clocks[max_nodes][max_actors];  // 1 + the last step of each actor that a step comes after
  SearchSleeper sleepers[max_sleepers];
};

}  // namespace wedge::model
