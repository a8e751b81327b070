// The shared memory between a supervisor and the runtime inside the program under test: requests one way, results the
// other.
//
// Plain data at fixed offsets in one memfd. The runtime writes it even while the program is crashing; the supervisor
// reads it after the process is gone. No pointers, no addresses: code places are (module, offset), objects are
// numbered.
#pragma once

#include <cstddef>
#include <cstdint>

#include <wedge/outcome.h>
#include <wedge/stream_table.h>
#include "harness/model/lock_cycle.h"
#include "harness/model/memory.h"
#include "harness/model/misuse.h"
#include "harness/model/operation.h"
#include "harness/model/search.h"
#include "harness/model/search_block.h"

namespace wedge::model {

inline constexpr std::uint32_t control_magic = 0x57444731;
inline constexpr const char* control_environment = "WEDGE_CONTROL";  // "SOCKET_FD,MEMFD"

enum class Command : std::uint32_t {
  none,
  list,    // scenario programs only: write the registered scenarios to `listing`
  run,     // executions [first, first + count) with the named strategy; stops at the first that does not pass
  replay,  // one execution that takes its choices from `choices`, and logs events
  quit,
};

enum class CarrierKind : std::uint32_t { fiber, thread };

namespace request_flags {
inline constexpr std::uint32_t log_events = 1;         // fill `events` and `stacks` (replay does so in any case)
inline constexpr std::uint32_t no_early_timeouts = 2;  // timeouts fire only when nothing else can run
inline constexpr std::uint32_t stop_at_failure = 4;    // call wedge_failure_reached() for a debugger
inline constexpr std::uint32_t keep_output = 8;        // leave the program's stdin, stdout and stderr alone
inline constexpr std::uint32_t direct = 16;            // run in this very process, without a fork
inline constexpr std::uint32_t spurious_wakeups = 32;  // condition variables may wake without a signal
inline constexpr std::uint32_t guided = 64;            // command run: choices come from `guide`, else from its default
inline constexpr std::uint32_t hold_at_failure = 128;  // after a failure stand still, to be looked at, until killed
inline constexpr std::uint32_t free_running = 1024;    // rung `free`: real parallel threads, one process per execution
inline constexpr std::uint32_t light_delays = 2048;    // and seeded delays at the points
inline constexpr std::uint32_t heavy_delays = 4096;
inline constexpr std::uint32_t no_heap = 1 << 15;      // freed memory and leaks are not looked for
inline constexpr std::uint32_t cover = 1 << 20;        // fill `search_report`, and keep schedules with new switch pairs
inline constexpr std::uint32_t no_races = 1u << 13;    // do not look for data races
inline constexpr std::uint32_t all_points = 1u << 14;  // every plain access of instrumented code is a point
inline constexpr std::uint32_t bound_preemptions = 1u << 18;  // strategy exhaust: at most strategy_depth of them
inline constexpr std::uint32_t bound_delays = 1u << 19;

inline constexpr std::uint32_t no_misuse = 1u << 16;    // what POSIX leaves undefined is answered as glibc does
inline constexpr std::uint32_t lock_orders = 1u << 17;  // command run: predict deadlocks, and try those in `directions`

// Each a bit of its own: two branches once took the same one.
static_assert((log_events + no_early_timeouts + stop_at_failure + keep_output + direct + spurious_wakeups + guided +
               hold_at_failure + free_running + light_delays + heavy_delays + no_races + all_points + no_heap +
               no_misuse + lock_orders + cover + bound_preemptions + bound_delays) ==
              (log_events | no_early_timeouts | stop_at_failure | keep_output | direct | spurious_wakeups | guided |
               hold_at_failure | free_running | light_delays | heavy_delays | no_races | all_points | no_heap |
               no_misuse | lock_orders | cover | bound_preemptions | bound_delays));
}  // namespace request_flags

// An instruction, named so that every process of the program finds it.
struct PlaceRecord {
  char module[248];  // path
  std::uint64_t offset;
};

// Which races an execution, if it ends otherwise well, ends in.
enum class RacesEnd : std::uint32_t {
  news,     // those that are neither known nor benign
  benign,   // those and the benign ones
  nothing,  // none: it passes, and `seen_race` tells of them
};

struct PairRecord {
  PlaceRecord one;
  PlaceRecord other;
};

inline constexpr std::size_t max_known_races = 128;

struct Request {
  Command command;
  CarrierKind carrier;
  char strategy[32];
  std::uint64_t seed;  // of the campaign; execution i is seeded with execution_seed(seed, i)
  std::uint64_t first;
  std::uint64_t count;
  std::uint64_t max_steps;
  std::uint64_t hint_steps;  // length of the scout execution, for strategies that need an estimate; 0: unknown
  std::uint32_t hint_tasks;
  std::uint32_t strategy_depth;
  std::uint32_t flags;
  std::uint32_t mutation;  // test-only: which part of the runtime to break; 0: none
  std::uint64_t replay_choices;
  std::uint64_t guide_entries;
  Portfolio portfolio;          // strategy `portfolio` only
  std::uint64_t directed_from;  // every second execution from this one on tries one of `directions`; see is_directed()
  LockCycles directions;
  char scenario[256];
  char variant[256];
  RacesEnd races_end;
  // Races that the campaign knows: no news, and their plain accesses are points.
  std::uint32_t known_races;
  PairRecord known_race[max_known_races];
};

// Written by the runtime while it works; the supervisor's wall-clock guard reads it at any time.
struct Progress {
  volatile std::uint64_t execution;    // index of the execution that runs now
  volatile std::uint64_t heartbeat;    // grows with every step; never reset
  volatile std::uint64_t total_steps;  // of finished executions of this request
  volatile std::uint64_t longest;      // most steps in one execution of this request
  volatile std::uint32_t most_tasks;
  volatile std::int32_t worker_pid;  // the process that executes
  // Free rung, CLOCK_MONOTONIC: when the execution began, and by when it wants to have ended (0: it did not say).
  volatile std::uint64_t began_ns;
  volatile std::uint64_t deadline_ns;
};

struct Result {
  volatile std::uint32_t written;  // set last; 0 after a worker's death means it died without a word
  Outcome outcome;
  std::uint8_t signal;       // crash: which
  bool confirmed_cycle;      // deadlock: `cycle` below is a real one
  std::int32_t exit_status;  // panic by exit status; -1 otherwise
  std::int32_t task;         // whose operation ended the execution; -1: nobody's
  std::uint32_t stack;       // where that happened; index into stacks, 0: unknown
  std::uint64_t steps;
  std::uint64_t choices;      // entries of `choices` that are valid
  std::uint64_t events;       // events that happened; the log keeps the first and the last of them
  std::uint64_t events_hash;  // over all of them
  std::uint64_t virtual_ns;   // virtual time passed since the start
  std::uint64_t diverged_at;  // step of the first divergence of a replay
  std::uint32_t tasks;
  std::uint32_t objects;
  std::uint32_t stacks;
  std::uint32_t frames;
  std::uint32_t modules;
  std::uint32_t notes;
  std::uint32_t races;
  Misuse misuse;
  std::uint64_t round_since;  // livelock: since this step all goes round; no_round: that is not known
  std::uint32_t cycle_length;
  std::uint16_t cycle[64];  // tasks, each waiting for the next
  MemoryRecord memory;      // misuse and leak: which block; fault none: it is not about memory
  char text[4096];          // what the failed assertion, exception, obligation or unsupported call said
};

// choices: one entry per step. Below first_value a task number; clock_choice: the clock moved; from first_value on a
// value.
inline constexpr std::uint64_t no_round = ~std::uint64_t{0};

using ChoiceEntry = std::uint16_t;
inline constexpr ChoiceEntry clock_choice = 0x7ffe;
inline constexpr ChoiceEntry spurious_choice = 0x7ffd;
inline constexpr ChoiceEntry lasso_choice = 0x7ffc;  // always the last: from here on all goes round for ever
inline constexpr ChoiceEntry first_value = 0x8000;

// A schedule that says only where it departs from the default, which lets a task go on as long as it can: "when `task`
// ran last and has made `own_steps` steps, `choice` comes next". Unlike `choices` it still means something after parts
// of it have been left out. Sorted by task, then by own_steps; entries for the same moment in the order of their use.
struct GuideEntry {
  std::uint16_t task;
  ChoiceEntry choice;
  std::uint32_t own_steps;
  // Filled in by the runtime.
  std::uint32_t used_at;     // step; not_used: it did not come to that, or the choice was not possible
  std::uint32_t interrupts;  // 1: the default would have let the task go on

  bool operator==(const GuideEntry&) const = default;
};

inline constexpr std::uint32_t not_used = 0xffffffff;
// A task that makes so many steps in a row, with others waiting, gives way under the default.
inline constexpr std::uint32_t guide_patience = 500;

enum class TaskState : std::uint8_t { ready, blocked, ended };

struct TaskRecord {
  std::uint16_t id;
  std::uint16_t parent;
  TaskState state;
  Operation operation;  // what it is about to do or is blocked in
  bool detached;
  bool has_deadline;         // its wait would have timed out
  std::uint32_t object;      // of that operation; index into objects, 0: none
  std::uint32_t stack;       // where it stands; index into stacks, 0: unknown
  std::uint32_t mutex;       // waiting on a condition variable: the mutex it gave up; 0: none
  std::uint64_t since_step;  // since when it is there
  std::uint32_t create_stack;
  std::int32_t kernel_thread;  // whose identity it has, and under carrier `thread` whose stack; never in a trace
  char name[16];
};

inline constexpr std::uint16_t no_task = 0xffff;

// What a piece of plain memory is part of.
enum class MemoryKind : std::uint8_t { unknown, static_variable, heap, stack };

struct ObjectRecord {
  ObjectKind kind;
  std::uint8_t flavour;  // mutex: 0 normal 1 recursive 2 errorcheck; rwlock: 0 prefer readers 1 prefer writers
  std::uint16_t owner;   // mutex, spin lock, rwlock writer, once: the task that holds it; task: itself; memory: whose
                         // stack, or who allocated the block; else no_task
  std::uint16_t last_signaller;  // condition, semaphore, futex: who signalled, posted or woke last; no_task: nobody
  std::uint16_t last_woken;      // whom that woke; no_task: nobody was waiting
  std::uint32_t last_woken_count;
  std::uint32_t waiters;    // tasks blocked on it now
  std::uint32_t holders;    // rwlock readers, or semaphore units taken and not given back
  std::uint16_t holder[8];  // the first of them
  std::int64_t value;       // semaphore value, barrier arrivals, descriptor number; heap memory: bytes of the block
  std::uint64_t owner_since;
  std::uint64_t last_signal_step;
  std::uint64_t first_step;    // of its first use
  std::uint32_t owner_stack;   // where the owner took it; 0: unknown
  std::uint32_t signal_stack;  // where the last signal was sent
  std::uint32_t module;        // static objects: where they are; otherwise no_module
  MemoryKind memory;           // memory: what it is part of
  std::uint8_t module_pad[3];
  std::uint64_t offset;
};

inline constexpr std::uint32_t no_module = 0xffffffff;

struct EventRecord {
  std::uint64_t step;
  std::uint64_t virtual_ns;
  std::uint16_t task;
  Operation operation;
  std::uint8_t has_result;
  std::uint32_t object;
  std::int32_t result;  // errno-style result of the operation, or the small integer it read or wrote
  std::uint32_t stack;
  std::uint32_t enabled_hash;  // of the set of tasks that could have been chosen
  std::uint16_t enabled_count;
  std::uint16_t previous;  // the task that ran before, no_task at the start
  std::uint32_t note;      // operation note: 1 + index into notes
};

struct StackRecord {
  std::uint32_t first_frame;
  std::uint32_t count;
};

struct FrameRecord {  // the call instruction, innermost first; frames of the runtime itself are left out
  std::uint32_t module;
  std::uint32_t pad;
  std::uint64_t offset;
};

struct ModuleRecord {
  char path[512];
};

struct NoteRecord {
  char text[256];
};

struct RaceSide {
  FrameRecord place;
  std::uint16_t task;
  bool writes;
  bool atomic;
  bool frees;          // gave the memory back
  std::uint8_t locks;  // held by the task then
  std::uint8_t pad[2];
  std::uint32_t stack;    // 0: unknown, as for the earlier one unless events are logged
  std::uint32_t lock[4];  // the first of them; indices into objects
  std::uint64_t step;     // 0 for the earlier one unless events are logged
};

struct RaceRecord {
  RaceSide earlier;
  RaceSide later;
  std::uint64_t execution;  // in which it was seen
  std::uint32_t bytes;      // that both touched
  MemoryKind memory;
  bool known;            // among the request's: no news
  bool benign;           // the program says so, for `reason`
  BlockKind block_kind;  // heap: how the block was allocated
  std::uint16_t owner;   // stack: the task whose it is; heap: who allocated the block
  std::uint16_t pad;
  std::uint32_t module;       // static variable: where it is
  std::uint64_t offset;       // there; heap: in the block
  std::uint64_t block_size;   // heap: of the block
  std::uint32_t block_stack;  // heap: where it was allocated; 0: unknown
  std::uint32_t pad_2;
  char reason[128];
};

struct ListingRecord {  // one per variant
  char scenario[256];
  char title[256];
  char source[256];
  char variant[256];
  char text[256];         // the text the outcome must contain; empty: any
  char too_rare_for[24];  // a strategy that need not come to it; empty: none
  Outcome expected;
  std::uint8_t unfit_for;  // wedge::Unfit
  bool races;              // data races are expected beside the outcome
  std::uint8_t pad[5];
  std::uint64_t max_steps;
};

inline constexpr std::size_t max_choices = std::size_t{8} << 20;
inline constexpr std::size_t max_guide = std::size_t{1} << 16;
inline constexpr std::size_t max_tasks = 16384;
inline constexpr std::size_t max_objects = 65536;
inline constexpr std::size_t max_events = 131072;  // first half: the first events; second half: a ring of the last
inline constexpr std::size_t max_stacks = 65536;
inline constexpr std::size_t max_frames = 1048576;
inline constexpr std::size_t max_modules = 256;
inline constexpr std::size_t max_notes = 4096;
inline constexpr std::size_t max_listing = 2048;
inline constexpr std::size_t max_races = 16;        // of one execution
inline constexpr std::size_t max_seen_races = 128;  // of all executions of one request

struct ControlBlock {
  std::uint32_t magic;
  std::uint32_t size_check;  // sizeof(ControlBlock), so that unlike builds notice each other
  Request request;
  Progress progress;
  Result result;
  SearchKnowledge search;
  SearchReport search_report;
  LockCycles lock_cycles;  // predicted while the request was carried out; emptied by the supervisor
  std::uint32_t listed;
  std::uint32_t pad;
  ChoiceEntry choices[max_choices];
  GuideEntry guide[max_guide];
  TaskRecord tasks[max_tasks];
  ObjectRecord objects[max_objects];  // [0] is "none"
  EventRecord events[max_events];
  StackRecord stacks[max_stacks];  // [0] is "unknown"
  FrameRecord frames[max_frames];
  ModuleRecord modules[max_modules];
  NoteRecord notes[max_notes];
  RaceRecord races[max_races];
  // Distinct pairs of places, of all executions since the request was sent, whatever they ended in.
  std::uint32_t seen_races;
  std::uint32_t pad_2;
  RaceRecord seen_race[max_seen_races];
  ListingRecord listing[max_listing];
  SearchBlock exhaust;  // strategy `exhaust`
  StreamTable streams;  // of a hang; magic 0: there are none
};

// Messages on the socket. The supervisor sends one byte 'g' after it filled `request`; the runtime answers with a
// Reply.
enum class ReplyKind : std::uint32_t {
  ready,    // once, when the program has come so far that it can execute
  done,     // every execution of the request passed (or: the listing is written)
  stopped,  // one did not pass: `execution` says which, `wait_status` how its process ended
  refused,  // the request cannot be carried out; result.text says why
};

struct Reply {
  ReplyKind kind;
  std::int32_t wait_status;
  std::uint64_t execution;
};

constexpr std::uint64_t execution_seed(std::uint64_t campaign_seed, std::uint64_t execution) {
  std::uint64_t z = campaign_seed + 0x9e3779b97f4a7c15ULL * (execution + 1);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
  return z ^ (z >> 31);
}

// Not all of them: a prediction may never come true, and the other strategies are needed, too.
inline constexpr std::uint64_t most_directed = 512;
constexpr bool is_directed(std::uint64_t directed_from, std::uint32_t directions, std::uint64_t execution) {
  return directions > 0 && execution >= directed_from && execution - directed_from < most_directed &&
         (execution - directed_from) % 2 == 0;
}

}  // namespace wedge::model
