// Writes events while logging, with a hash over all of them, so that two runs can be compared even where the log is
// cut.
#include "harness/runtime/trace/event_log.h"

#include <cstring>

#include "harness/runtime/memory/heap_blocks.h"
#include "harness/runtime/memory/memory_name.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

// Reports number whatever occurs in them, atomics and tasks included; the scheduler's own objects are some of these.
struct Logged {
  const void* key;
  std::uint32_t object;  // number among the scheduler's objects; 0: known by key alone
  model::ObjectKind kind;
  std::uint64_t first_step;
  memory::MemoryName memory;  // as it was then: a block may be another one by the end
  std::size_t block_size;
};

constexpr std::uint32_t table_size = 1u << 17;
constexpr std::uint32_t table_limit = model::max_objects - 1;

Logged* logged = nullptr;
std::uint32_t logged_count = 1;
std::uint32_t* table = nullptr;

std::uint64_t event_count = 0;
std::uint64_t event_hash = 0;
std::uint16_t previous_task = model::no_task;

void name_memory(Logged& known) {
  known.memory = memory::name_of_memory(reinterpret_cast<std::uintptr_t>(known.key));
  if (known.memory.block != nullptr) known.block_size = known.memory.block->size;
}

std::uint32_t number(const void* key, std::uint32_t object, model::ObjectKind kind) {
  if (key == nullptr || kind == model::ObjectKind::none) return 0;
  const std::uint64_t mixed =
      (reinterpret_cast<std::uintptr_t>(key) * 31 + object * 7919ULL + static_cast<std::uint64_t>(kind)) *
      0x9e3779b97f4a7c15ULL;
  std::uint32_t i = static_cast<std::uint32_t>(mixed >> 44) & (table_size - 1);
  for (; table[i] != 0; i = (i + 1) & (table_size - 1)) {
    const Logged& known = logged[table[i]];
    if (known.key == key && known.object == object && known.kind == kind) return table[i];
  }
  if (logged_count >= table_limit) return 0;
  logged[logged_count] = {key, object, kind, scheduler.step, {}, 0};
  if (kind == model::ObjectKind::memory) name_memory(logged[logged_count]);
  table[i] = logged_count;
  return logged_count++;
}

void fold(std::uint64_t value) { event_hash = (event_hash ^ value) * 0x100000001b3ULL; }

std::uint32_t hash_enabled() {
  std::uint32_t hash = 2166136261u;
  for (std::uint32_t i = 0; i < scheduler.enabled_count; ++i) hash = (hash ^ scheduler.enabled[i]->id) * 16777619u;
  return hash;
}

std::size_t place_of(std::uint64_t index) {
  constexpr std::size_t half = model::max_events / 2;
  return index < half ? index : half + (index - half) % half;
}

model::EventRecord& append(std::uint16_t task, Operation operation, std::uint32_t object, std::uint32_t stack) {
  model::EventRecord& event = control->events[place_of(event_count++)];
  event = {};
  event.step = scheduler.step;
  event.virtual_ns = scheduler.now_ns;
  event.task = task;
  event.operation = operation;
  event.object = object;
  event.stack = stack;
  event.enabled_hash = hash_enabled();
  event.enabled_count = static_cast<std::uint16_t>(scheduler.enabled_count);
  event.previous = previous_task;
  fold(event.step);
  fold(task | (static_cast<std::uint64_t>(operation) << 16) | (static_cast<std::uint64_t>(object) << 32));
  fold(stack | (static_cast<std::uint64_t>(event.enabled_hash) << 32));
  fold(event.virtual_ns);
  return event;
}

void describe_scheduler_object(model::ObjectRecord& record, const Object& object) {
  record.flavour = object.flavour;
  record.owner = object.owner != nullptr ? object.owner->id : model::no_task;
  record.last_signaller = object.last_signaller;
  record.last_woken = object.last_woken;
  record.last_woken_count = object.last_woken_count;
  record.waiters = object.waiters;
  record.holders = object.holder_count;
  std::memcpy(record.holder, object.holders, sizeof record.holder);
  record.value = object.value;
  record.owner_since = object.owner_since;
  record.last_signal_step = object.last_signal_step;
  record.first_step = object.first_step;
  record.owner_stack = object.owner_stack;
  record.signal_stack = object.signal_stack;
}

bool is_stack_or_heap(const model::FrameRecord& where) { return where.module == model::no_module; }

}  // namespace

void begin_events() {
  if (logged == nullptr) {
    logged = static_cast<Logged*>(raw::reserve(model::max_objects * sizeof(Logged)));
    table = static_cast<std::uint32_t*>(raw::reserve(table_size * sizeof(std::uint32_t)));
  } else if (logged_count > 1) {
    std::memset(table, 0, table_size * sizeof(std::uint32_t));
  }
  logged_count = 1;
  event_count = 0;
  event_hash = 0xcbf29ce484222325ULL;
  previous_task = model::no_task;
}

void finish_events() {
  control->result.events = event_count;
  control->result.events_hash = event_hash;
}

std::uint32_t log_number_of(const PendingOperation& pending) {
  return number(pending.key, pending.object, pending.kind);
}

std::uint32_t log_number_of(const Object& object) { return number(object.address, object.number, object.kind); }

std::uint32_t describe_objects() {
  // Owners and mutexes of condition waits may not have occurred in any event yet.
  for (std::uint32_t i = 0; i < logged_count; ++i) {
    model::ObjectRecord& record = control->objects[i];
    record = {};
    record.owner = record.last_signaller = record.last_woken = model::no_task;
    record.module = model::no_module;
    if (i == 0) continue;
    const Logged& known = logged[i];
    record.kind = known.kind;
    record.first_step = known.first_step;
    if (known.kind == model::ObjectKind::task) {
      record.owner = static_cast<const Task*>(known.key)->id;
      continue;
    }
    if (known.object != 0) describe_scheduler_object(record, object_numbered(known.object));
    if (known.kind == model::ObjectKind::descriptor) {
      record.value = static_cast<std::int64_t>(reinterpret_cast<std::uintptr_t>(known.key)) - 1;
      continue;
    }
    if (known.kind == model::ObjectKind::memory) {
      record.memory = known.memory.kind;
      record.owner = known.memory.owner;
      record.value = static_cast<std::int64_t>(known.block_size);
    }
    const model::FrameRecord where = frame_at(reinterpret_cast<std::uintptr_t>(known.key));
    if (is_stack_or_heap(where) || where.module == own_module()) continue;
    record.module = where.module;
    record.offset = where.offset;
  }
  return logged_count;
}

void log_event(const Task& next) {
  append(next.id, next.pending.operation, log_number_of(next.pending), next.pending.stack);
  previous_task = next.id;
}

void log_clock_event(Operation operation) {
  append(model::no_task, operation, number(&scheduler.now_ns, 0, ObjectKind::clock), 0);
}

void log_value_event(std::uint32_t value, std::uint32_t n) {
  Task* task = scheduler.current;
  model::EventRecord& event =
      append(task->id, Operation::choose_value, log_number_of(task->pending), task->pending.stack);
  event.has_result = 1;
  event.result = static_cast<std::int32_t>(value);
  fold(value | (static_cast<std::uint64_t>(n) << 32));
}

void log_note(const char* text, std::size_t length) {
  if (!(scheduler.attention & attention::logging)) return;
  std::uint32_t& notes = control->result.notes;
  std::uint32_t index = 0;
  if (notes < model::max_notes) {
    char* to = control->notes[notes].text;
    const std::size_t size = length < sizeof(model::NoteRecord) - 1 ? length : sizeof(model::NoteRecord) - 1;
    std::memcpy(to, text, size);
    to[size] = '\0';
    index = ++notes;
  }
  model::EventRecord& event = append(scheduler.current->id, Operation::note, 0, record_stack());
  event.note = index;
}

void log_result(std::int32_t result) {
  if (!(scheduler.attention & attention::logging) || event_count == 0) return;
  model::EventRecord& event = control->events[place_of(event_count - 1)];
  if (event.task != scheduler.current->id) return;
  event.has_result = 1;
  event.result = result;
  fold(static_cast<std::uint32_t>(result));
}

}  // namespace wedge::runtime
