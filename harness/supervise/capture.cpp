// From the control block to a trace.
#include "harness/supervise/capture.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <set>
#include <span>

#include <sys/wait.h>

#include "harness/model/version.h"
#include "harness/supervise/early_end.h"
#include "harness/supervise/races.h"

namespace wedge::supervise {
namespace {

using model::ControlBlock;
using model::Result;
using model::Trace;

template <std::size_t size>
std::string text_in(const char (&text)[size]) {
  return {text, strnlen(text, size)};
}

// A flag that was scribbled over holds neither true nor false, and must not be read as one.
bool flag_in(const bool& field) {
  unsigned char byte = 0;
  std::memcpy(&byte, &field, 1);
  return byte != 0;
}

template <std::size_t size>
void put_text(char (&field)[size], const std::string& text) {
  const std::size_t length = text.copy(field, size - 1);
  field[length] = '\0';
}

const model::EventRecord& event_at(const ControlBlock& block, std::uint64_t index) {
  constexpr std::uint64_t half = model::max_events / 2;
  return block.events[index < half ? index : half + (index - half) % half];
}

void capture_events(const ControlBlock& block, Trace& trace) {
  const std::uint64_t total = block.result.events;
  const std::uint64_t front = std::min<std::uint64_t>(total, kept_events_per_end);
  const std::uint64_t back = std::min<std::uint64_t>(total - front, kept_events_per_end);
  for (std::uint64_t i = 0; i < front; ++i) trace.events.push_back(event_at(block, i));
  for (std::uint64_t i = total - back; i < total; ++i) trace.events.push_back(event_at(block, i));
  for (model::EventRecord& event : trace.events)
    if (event.operation >= model::Operation::count_) event.operation = model::Operation::none;
  trace.events_total = total;
}

void capture_tasks(const ControlBlock& block, Trace& trace) {
  const std::size_t count = std::min<std::size_t>(block.result.tasks, model::max_tasks);
  trace.tasks.assign(block.tasks, block.tasks + count);
  for (model::TaskRecord& task : trace.tasks) {
    task.detached = flag_in(task.detached);
    task.has_deadline = flag_in(task.has_deadline);
    if (task.operation >= model::Operation::count_) task.operation = model::Operation::none;
    if (task.state > model::TaskState::ended) task.state = model::TaskState::ready;
  }
}

void capture_object(const ControlBlock& block, Trace& trace, std::uint32_t id) {
  if (id == 0 || id >= std::min<std::size_t>(block.result.objects, model::max_objects)) return;
  model::Object& object = trace.objects[id];
  object.record = block.objects[id];
  if (object.record.kind >= model::ObjectKind::count_) object.record.kind = model::ObjectKind::none;
  if (object.record.memory > model::MemoryKind::stack) object.record.memory = model::MemoryKind::unknown;
}

void capture_objects(const ControlBlock& block, Trace& trace) {
  for (const model::TaskRecord& task : trace.tasks) {
    capture_object(block, trace, task.object);
    capture_object(block, trace, task.mutex);
  }
  for (const model::EventRecord& event : trace.events) capture_object(block, trace, event.object);
  capture_object(block, trace, trace.misuse.object);
}

void capture_stack(const ControlBlock& block, Trace& trace, std::uint32_t id) {
  const Result& result = block.result;
  if (id == 0 || id >= std::min<std::size_t>(result.stacks, model::max_stacks) || trace.stacks.contains(id)) return;
  model::Stack& stack = trace.stacks[id];
  const std::size_t frames = std::min<std::size_t>(result.frames, model::max_frames);
  const std::size_t first = std::min<std::size_t>(block.stacks[id].first_frame, frames);
  const std::size_t count = std::min<std::size_t>(block.stacks[id].count, frames - first);
  for (const model::FrameRecord& frame : std::span(block.frames).subspan(first, count))
    if (frame.module < trace.modules.size()) stack.frames.push_back({frame.module, frame.offset, {}});
}

void capture_stacks(const ControlBlock& block, Trace& trace) {
  capture_stack(block, trace, trace.stack);
  capture_stack(block, trace, trace.misuse.stack);
  for (const model::TaskRecord& task : trace.tasks) {
    capture_stack(block, trace, task.stack);
    capture_stack(block, trace, task.create_stack);
  }
  for (const auto& [id, object] : trace.objects) {
    capture_stack(block, trace, object.record.owner_stack);
    capture_stack(block, trace, object.record.signal_stack);
  }
  for (const model::EventRecord& event : trace.events) capture_stack(block, trace, event.stack);
  if (!trace.memory) return;
  capture_stack(block, trace, trace.memory->allocated_stack);
  capture_stack(block, trace, trace.memory->freed_stack);
  for (const model::LeakRecord& leak : std::span(trace.memory->leaks).first(trace.memory->leak_count))
    capture_stack(block, trace, leak.stack);
}

// Nothing of it may be trusted: the program may have written over it.
void capture_memory(const ControlBlock& block, Trace& trace) {
  model::MemoryRecord memory = block.result.memory;
  if (memory.fault == model::MemoryFault::none || memory.fault >= model::MemoryFault::count_) return;
  if (memory.kind >= model::BlockKind::count_) memory.kind = model::BlockKind::malloc;
  if (memory.freed_as >= model::BlockKind::count_) memory.freed_as = model::BlockKind::malloc;
  memory.leak_count = std::min(memory.leak_count, model::max_leaks);
  trace.memory = memory;
}

// Where only the place is known, that is the whole stack; its number is none that the runtime gives.
std::uint32_t stack_of_side(const ControlBlock& block, Trace& trace, const model::RaceSide& side,
                            std::uint32_t number) {
  capture_stack(block, trace, side.stack);
  if (trace.stacks.contains(side.stack)) return side.stack;
  if (side.place.module >= trace.modules.size()) return 0;
  trace.stacks[number].frames = {{side.place.module, side.place.offset, {}}};
  return number;
}

model::RaceAccess access_of(const ControlBlock& block, Trace& trace, const model::RaceSide& side,
                            std::uint32_t number) {
  model::RaceAccess access;
  access.task = side.task;
  access.writes = flag_in(side.writes);
  access.atomic = flag_in(side.atomic);
  access.frees = flag_in(side.frees);
  access.step = side.step;
  access.stack = stack_of_side(block, trace, side, number);
  access.locks = side.locks;
  for (std::size_t i = 0; i < std::min<std::size_t>(side.locks, std::size(side.lock)); ++i) {
    if (side.lock[i] == 0) continue;
    capture_object(block, trace, side.lock[i]);
    access.lock.push_back(side.lock[i]);
  }
  return access;
}

void capture_races(const ControlBlock& block, Trace& trace) {
  constexpr std::uint32_t own_numbers = model::max_stacks;
  for (std::uint32_t i = 0; i < std::min<std::size_t>(block.result.races, model::max_races); ++i) {
    const model::RaceRecord& record = block.races[i];
    model::Race race;
    race.earlier = access_of(block, trace, record.earlier, own_numbers + 2 * i);
    race.later = access_of(block, trace, record.later, own_numbers + 2 * i + 1);
    race.bytes = record.bytes;
    race.memory = record.memory <= model::MemoryKind::stack ? record.memory : model::MemoryKind::unknown;
    race.owner = record.owner;
    race.module = record.module < trace.modules.size() ? record.module : model::no_module;
    race.offset = record.offset;
    race.block_kind = record.block_kind < model::BlockKind::count_ ? record.block_kind : model::BlockKind::malloc;
    race.block_size = record.block_size;
    race.block_stack = record.block_stack;
    capture_stack(block, trace, record.block_stack);
    race.known = flag_in(record.known);
    if (flag_in(record.benign)) race.benign = text_in(record.reason);
    trace.races.push_back(std::move(race));
  }
  if (trace.outcome != Outcome::race || trace.races.empty()) return;
  const auto news = std::ranges::find_if(trace.races, &model::Race::is_news);
  make_primary(trace, news != trace.races.end() ? news : trace.races.begin());
}

void capture_tables(const ControlBlock& block, Trace& trace) {
  const Result& result = block.result;
  for (std::size_t i = 0; i < std::min<std::size_t>(result.modules, model::max_modules); ++i)
    trace.modules.push_back({text_in(block.modules[i].path), {}});
  for (std::size_t i = 0; i < std::min<std::size_t>(result.notes, model::max_notes); ++i)
    trace.notes.push_back(text_in(block.notes[i].text));
  const std::size_t choices = std::min<std::size_t>(result.choices, model::max_choices);
  trace.choices.assign(block.choices, block.choices + choices);
  capture_tasks(block, trace);
  capture_events(block, trace);
  capture_objects(block, trace);
  capture_races(block, trace);
  capture_stacks(block, trace);
}

void capture_result(const ControlBlock& block, Trace& trace) {
  const Result& result = block.result;
  const bool known = static_cast<std::size_t>(result.outcome) < outcome_names.size();
  trace.outcome = known ? result.outcome : Outcome::crash;
  trace.text = text_in(result.text);
  trace.signal = result.signal;
  trace.exit_status = result.exit_status;
  trace.task = result.task;
  trace.stack = result.stack;
  trace.confirmed_cycle = flag_in(result.confirmed_cycle);
  trace.cycle.assign(result.cycle, result.cycle + std::min<std::size_t>(result.cycle_length, std::size(result.cycle)));
  trace.misuse = result.misuse;
  trace.round_since = result.round_since;
  if (trace.misuse.kind >= model::MisuseKind::count_) trace.misuse = {};
  trace.steps = result.steps;
  trace.virtual_ns = result.virtual_ns;
  trace.diverged_at = result.diverged_at;
  trace.events_hash = result.events_hash;
}

// The process ended without a word from the runtime: only the kernel knows how.
void derive_from_status(const Answer& answer, Trace& trace) {
  if (answer.guard_fired) {
    trace.signal = 0;
    trace.outcome = Outcome::hang;
    trace.text = "made no step for too long, did not react to a signal, and was killed";
  } else if (WIFSIGNALED(answer.wait_status)) {
    trace.outcome = Outcome::crash;
    trace.signal = static_cast<std::uint8_t>(WTERMSIG(answer.wait_status));
    trace.text = "the process " + words_for_status(answer.wait_status);
  } else {
    trace.outcome = Outcome::panic;
    trace.exit_status = WEXITSTATUS(answer.wait_status);
    trace.text = "the process " + words_for_status(answer.wait_status);
  }
}

model::PlaceRecord record_of(const model::CodePlace& place) {
  model::PlaceRecord record{};
  put_text(record.module, place.module);
  record.offset = place.offset;
  return record;
}

}  // namespace

Trace capture(const ControlBlock& block, const Answer& answer, const model::Recipe& recipe) {
  Trace trace;
  trace.wedge = model::version;
  trace.recipe = recipe;
  trace.recipe.execution = answer.execution;
  trace.recipe.directions = {};  // a replay has its choices, and whoever measures rates wants plain search
  trace.recipe.directed_from = 0;
  if (block.result.written != 0) {
    capture_result(block, trace);
    capture_memory(block, trace);
    if (block.streams.magic == stream_table_magic) trace.streams = model::streams_of(block.streams);
    capture_tables(block, trace);
  } else {
    derive_from_status(answer, trace);
  }
  // The runtime sees only that its worker was killed, not that the guard did it.
  if (answer.guard_fired && trace.outcome == Outcome::crash && trace.signal == SIGKILL)
    derive_from_status(answer, trace);
  trace.fingerprint = fingerprint(trace);
  return trace;
}

model::Request request_for(const model::Recipe& recipe, model::Command command, std::uint64_t first,
                           std::uint64_t count) {
  model::Request request{};
  request.command = command;
  request.carrier = recipe.carrier;
  // Again as the portfolio, so that the member gets the same turn. The scout is nobody's turn.
  put_text(request.strategy, recipe.portfolio && recipe.turns.first != 0 ? "portfolio" : recipe.strategy);
  request.portfolio = recipe.turns;
  request.seed = recipe.seed;
  request.first = first;
  request.count = count;
  request.max_steps = recipe.max_steps;
  request.hint_steps = recipe.hint_steps;
  request.hint_tasks = recipe.hint_tasks;
  request.strategy_depth = recipe.strategy_depth;
  request.flags = recipe.flags;
  request.directions = recipe.directions;
  request.directed_from = recipe.directed_from;
  request.mutation = recipe.mutation;
  put_text(request.scenario, recipe.scenario);
  put_text(request.variant, recipe.variant);
  for (const model::RacePair& pair : recipe.races) {
    if (request.known_races == model::max_known_races) break;
    model::PairRecord& record = request.known_race[request.known_races++];
    record.one = record_of(pair.one);
    record.other = record_of(pair.other);
  }
  return request;
}

}  // namespace wedge::supervise
