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
  return request;
}

}  // namespace wedge::supervise
