// One failed execution as plain data: enough to replay it, to explain it and to notice when a replay differs.
//
// A trace is a JSON file, schema "wedge-trace/1", with a checksum over everything else in it. Its keys are the names of
// the members below; numbers that mean "none" are null; each event is a row whose columns `event_fields` names; long
// lists of choices are packed (choices_codec.h). It holds no times, no addresses and no process numbers: the same seed
// gives the same bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include <wedge/outcome.h>
#include "harness/model/analysis.h"
#include "harness/model/control_block.h"
#include "harness/model/race.h"
#include "harness/model/streams.h"

namespace wedge::model {

// A line of source. `file` is empty where there is no debug information, `function` where not even a symbol is near.
struct Place {
  std::string function;
  std::string file;
  std::uint32_t line = 0;
  bool system = false;  // of the compiler, the C++ library or the system, not of the user

  bool operator==(const Place&) const = default;
};

// One instruction; `places` are the functions inlined there, innermost first, and the function itself last.
struct Frame {
  std::uint32_t module = 0;
  std::uint64_t offset = 0;
  std::vector<Place> places;

  bool operator==(const Frame&) const = default;
};

// `place` is the innermost place in the user's own code.
struct Stack {
  std::vector<Frame> frames;
  Place place;

  bool operator==(const Stack&) const = default;
};

struct Module {
  std::string path;
  std::string build_id;

  bool operator==(const Module&) const = default;
};

// `name` is what the source calls it, such as "m[1]"; empty for an object that is no static variable.
struct Object {
  ObjectRecord record{};
  std::string name;
};

// What to run again, and how. `scenario` and `variant` are empty for a plain program.
struct Recipe {
  std::string program;
  std::vector<std::string> arguments;
  std::string build_id;
  std::string scenario;
  std::string variant;
  std::string strategy;
  std::uint64_t seed = 0;
  std::uint64_t execution = 0;
  std::uint64_t max_steps = 0;
  std::uint64_t hint_steps = 0;
  std::uint32_t hint_tasks = 0;
  std::uint32_t strategy_depth = 0;
  LockCycles directions;  // of a campaign: predicted deadlocks to try; no part of a trace
  std::uint64_t directed_from = 0;
  std::uint32_t flags = 0;  // request_flags that change what happens
  std::uint32_t mutation = 0;
  CarrierKind carrier = CarrierKind::fiber;
  // Found by strategy `portfolio`, in which it was the turn of `strategy`; whose turn it is follows from `turns`, which
  // is of the running campaign only and not in a file.
  bool portfolio = false;
  bool directed = false;  // found on the way to a predicted deadlock, where no strategy chose alone
  Portfolio turns;
  std::vector<RacePair> races;  // known ones: their plain accesses are points, and they are no news; sorted

  bool operator==(const Recipe&) const = default;
};

// How the replays in fresh processes went. `remark` says what one did that differed.
struct Confirmation {
  std::uint32_t same = 0;
  std::uint32_t attempts = 0;
  std::string remark;

  bool operator==(const Confirmation&) const = default;
};

struct Trace {
  std::string wedge;  // the version that wrote it
  Recipe recipe;
  Confirmation confirmation;
  std::string fingerprint;

  Outcome outcome = Outcome::pass;
  std::string text;
  std::uint8_t signal = 0;
  std::int32_t exit_status = -1;
  std::int32_t task = -1;
  std::uint32_t stack = 0;
  bool confirmed_cycle = false;
  std::vector<std::uint16_t> cycle;
  std::uint64_t round_since = no_round;  // livelock: from this step on the same comes again and again, proved
  Misuse misuse;                         // kind none: the outcome is another, or the misuse is one of memory
  std::uint64_t steps = 0;
  std::uint64_t virtual_ns = 0;
  std::uint64_t diverged_at = 0;

  std::uint64_t events_total = 0;  // of which `events` keeps the first and the last
  std::uint64_t events_hash = 0;
  std::vector<EventRecord> events;
  std::vector<ChoiceEntry> choices;
  std::vector<TaskRecord> tasks;
  std::map<std::uint32_t, Object> objects;  // those that something above refers to, by their number
  std::map<std::uint32_t, Stack> stacks;
  std::vector<Module> modules;
  std::vector<std::string> notes;
  std::vector<Race> races;  // of an outcome `race`, the one that is this finding comes first

  std::optional<MemoryRecord> memory;  // what was done wrong with memory, if that is what it is about
  std::optional<Streams> streams;      // of a hang: what a simulated GPU was doing
  std::optional<Analysis> analysis;    // without: no experiments were made
  // Where each task stood as a thread of the kernel saw it, under the carrier `thread`: task to index into stacks.
  std::map<std::uint16_t, std::uint32_t> kernel_stacks;
};

// A file that cannot be used as a trace; what() is one sentence for the user, without the name of the file.
class TraceError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

std::string write_trace(const Trace& trace);
Trace read_trace(std::string_view text);

const Stack* stack_of(const Trace& trace, std::uint32_t stack);
const Object* object_of(const Trace& trace, std::uint32_t object);
const TaskRecord* task_of(const Trace& trace, std::uint32_t task);

}  // namespace wedge::model
