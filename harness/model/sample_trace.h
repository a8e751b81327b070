// A deadlock made up for tests: two tasks that hold each other's mutex, and one waiting on a condition variable.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::model {

inline TaskRecord sample_task(std::uint16_t id, TaskState state, Operation operation, std::uint32_t object,
                              std::uint32_t stack, std::uint64_t since_step) {
  TaskRecord task{};
  task.id = id;
  task.parent = id == 0 ? no_task : std::uint16_t{0};
  task.state = state;
  task.operation = operation;
  task.object = object;
  task.stack = stack;
  task.since_step = since_step;
  return task;
}

inline Object sample_object(ObjectKind kind, std::string name, std::uint16_t owner = no_task) {
  Object object;
  object.record.kind = kind;
  object.record.owner = owner;
  object.record.last_signaller = object.record.last_woken = no_task;
  object.record.module = no_module;
  object.name = std::move(name);
  return object;
}

inline Stack sample_stack(std::string function, std::uint32_t line) {
  const Place place{.function = std::move(function), .file = "/home/me/bank/transfer.cpp", .line = line};
  const Place library{
      .function = "std::mutex::lock()", .file = "/usr/include/c++/12/bits/std_mutex.h", .line = 100, .system = true};
  return {.frames = {{.module = 0, .offset = 0x1200 + line, .places = {library, place}}}, .place = place};
}

inline EventRecord sample_event(std::uint64_t step, std::uint16_t task, Operation operation, std::uint32_t object,
                                std::uint32_t stack) {
  EventRecord event{};
  event.step = step;
  event.task = task;
  event.operation = operation;
  event.object = object;
  event.stack = stack;
  event.previous = no_task;
  event.enabled_count = 2;
  event.enabled_hash = static_cast<std::uint32_t>(step * 7 + 1);
  return event;
}

// A block of 16 bytes that task 0 made and task 1 freed; or, of `leak`, two places that lost blocks.
inline MemoryRecord sample_memory(MemoryFault fault) {
  MemoryRecord memory{};
  memory.fault = fault;
  memory.allocated_by = memory.freed_by = no_task;
  if (fault == MemoryFault::leak) {
    memory.leaks[0] = {3, 0, 0, 4, 128};
    memory.leaks[1] = {1, 2, 0, 2, 16};
    memory.leak_count = 2;
    memory.leaked_blocks = 7;
    memory.leaked_bytes = 148;
    return memory;
  }
  memory.kind = BlockKind::new_object;
  memory.writes = 1;
  memory.size = 16;
  memory.offset = 8;
  memory.access_size = 4;
  memory.allocated_by = 0;
  memory.allocated_step = 1;
  memory.allocated_stack = 3;
  memory.freed_by = 1;
  memory.freed_step = 4;
  memory.freed_stack = 4;
  return memory;
}

inline Recipe sample_recipe() {
  Recipe recipe;
  recipe.program = "/home/me/bank/transfer";
  recipe.arguments = {"--accounts", "it's 2"};
  recipe.build_id = "00ff";
  recipe.strategy = "pct";
  recipe.seed = 18446744073709551615ULL;
  recipe.execution = 35;
  recipe.max_steps = 1000000;
  recipe.hint_steps = 12;
  recipe.hint_tasks = 4;
  recipe.strategy_depth = 3;
  recipe.carrier = CarrierKind::thread;
  return recipe;
}

inline Analysis sample_analysis() {
  Analysis analysis;
  analysis.minimised = analysis.complete = true;
  analysis.steps_before = 20;
  analysis.switches_before = 7;
  analysis.candidates = 23;
  analysis.switches = {{SwitchKind::task, 5, 1, 2, Outcome::pass, ""},
                       {SwitchKind::early_timeout, 6, 2, no_task, Outcome::panic, "assertion `ready' failed\nmore"}};
  analysis.rate = {20, 84, 0.16, 0.34};
  return analysis;
}

// Objects: 1 mutex accounts[0] held by task 1, 2 a heap mutex held by task 2, 3 condition variable ready, 4 task 1.
inline Trace sample_deadlock() {
  Trace trace;
  trace.wedge = "0.1.0";
  trace.recipe = sample_recipe();
  trace.confirmation = {.same = 3, .attempts = 3, .remark = ""};
  trace.fingerprint = "0123456789abcdef";
  trace.outcome = Outcome::deadlock;
  trace.text = "2 tasks wait for each other";
  trace.confirmed_cycle = true;
  trace.cycle = {1, 2};
  trace.steps = 9;
  trace.events_total = 6;
  trace.events_hash = 0xfedcba9876543210ULL;
  trace.choices = {0, 0, 0, 1, 2, 3};
  trace.modules = {{"/home/me/bank/transfer", "00ff"}};
  trace.stacks = {{1, sample_stack("transfer(int)", 20)},
                  {2, sample_stack("transfer(int)", 21)},
                  {3, sample_stack("main", 40)},
                  {4, sample_stack("report()", 30)}};
  trace.objects = {{1, sample_object(ObjectKind::mutex, "accounts[0]", 1)},
                   {2, sample_object(ObjectKind::mutex, "", 2)},
                   {3, sample_object(ObjectKind::condition, "ready")},
                   {4, sample_object(ObjectKind::task, "", 1)}};
  trace.objects[1].record.owner_since = 4;
  trace.objects[1].record.owner_stack = 1;
  trace.objects[2].record.owner_since = 5;
  trace.objects[2].record.owner_stack = 1;
  trace.objects[3].record.last_signaller = 0;
  trace.objects[3].record.last_signal_step = 3;
  trace.objects[3].record.signal_stack = 3;
  trace.tasks = {sample_task(0, TaskState::blocked, Operation::join, 4, 3, 8),
                 sample_task(1, TaskState::blocked, Operation::lock, 2, 2, 6),
                 sample_task(2, TaskState::blocked, Operation::lock, 1, 2, 7),
                 sample_task(3, TaskState::blocked, Operation::wait, 3, 4, 9),
                 sample_task(4, TaskState::ended, Operation::end, 0, 0, 2)};
  trace.tasks[3].mutex = 1;
  std::string("reporter").copy(trace.tasks[3].name, sizeof trace.tasks[3].name);
  trace.events = {sample_event(0, 0, Operation::create, 0, 3), sample_event(1, 1, Operation::start, 0, 0),
                  sample_event(3, 0, Operation::signal, 3, 3), sample_event(4, 1, Operation::lock, 1, 1),
                  sample_event(5, 2, Operation::lock, 2, 1),   sample_event(6, 2, Operation::note, 0, 2)};
  trace.events[0].has_result = 1;
  trace.events[0].result = 1;
  trace.events[5].note = 1;
  trace.notes = {"both have one lock"};
  trace.analysis = sample_analysis();
  trace.kernel_stacks = {{1, 2}, {2, 2}};
  return trace;
}

// Two tasks that change a counter, one of them under a lock: of the deadlock above only the tasks and stacks are kept.
inline Trace sample_race() {
  Trace trace = sample_deadlock();
  trace.outcome = Outcome::race;
  trace.text = "two tasks use the same memory, at least one of them writes, and nothing orders them";
  trace.fingerprint = "00000000000000aa";
  trace.confirmed_cycle = false;
  trace.cycle.clear();
  trace.task = 2;
  trace.stack = 2;
  for (TaskRecord& task : trace.tasks) task.state = TaskState::ended;
  Race race;
  race.earlier = {.task = 1, .writes = true, .step = 4, .stack = 1, .locks = 1, .lock = {1}};
  race.later = {.task = 2, .step = 6, .stack = 2};
  race.bytes = 4;
  race.memory = MemoryKind::static_variable;
  race.module = 0;
  race.offset = 0x4010;
  race.name = "balance";
  trace.races.push_back(race);
  race.later.writes = race.later.atomic = true;
  race.memory = MemoryKind::stack;
  race.owner = 3;
  race.name.clear();
  race.benign = "only a statistic";
  trace.races.push_back(race);
  race.benign.clear();
  race.known = true;
  race.memory = MemoryKind::heap;
  race.owner = 0;
  race.module = no_module;
  race.offset = 8;
  race.block_kind = BlockKind::new_object;
  race.block_size = 32;
  race.block_stack = 1;
  trace.races.push_back(race);
  trace.recipe.races = {{{"/home/me/bank/transfer", 0x1214}, {"/home/me/bank/transfer", 0x1220}}};
  return trace;
}

}  // namespace wedge::model
