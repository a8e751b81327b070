// Translates between the scheduler's tasks and operations and the actors and keys of the exhaustive search.
//
// Keys are numbers in the order in which things were announced. Equal choices lead to equal numbers, which addresses do
// not promise: they depend on what earlier executions in the process have left behind.
#include "harness/runtime/scheduler/explore.h"

#include <cstring>

#include "harness/runtime/memory/races.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/strategy/exhaust_search.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t descriptors_key = 2;
constexpr std::uint32_t first_task_key = 3;
constexpr std::uint32_t first_free_key = first_task_key + model::max_actors;

// From addresses to keys. Entries of other executions count as free.
struct KeyEntry {
  const void* address;
  std::uint32_t generation;
  std::uint32_t key;
};
constexpr std::uint32_t key_places = 1u << 18;
KeyEntry* keys = nullptr;
std::uint32_t generation = 0;
std::uint32_t next_key = first_free_key;

ExhaustSearch search() { return ExhaustSearch(control->exhaust); }
std::uint32_t actor_of(const Task& task) { return task.id + 1u; }

KeyEntry& entry_for(const void* address) {
  std::uint64_t place = (reinterpret_cast<std::uintptr_t>(address) * 0x9e3779b97f4a7c15ULL) >> 46;
  while (keys[place].generation == generation && keys[place].address != address) place = (place + 1) % key_places;
  return keys[place];
}

std::uint32_t fixed_key(const void* key, model::ObjectKind kind) {
  switch (kind) {
    case model::ObjectKind::clock:
      return clock_key;
    case model::ObjectKind::descriptor:
      return descriptors_key;  // what one descriptor does to another is the kernel's secret
    case model::ObjectKind::task:
      return key == nullptr ? 0 : first_task_key + static_cast<const Task*>(key)->id;
    default:
      return 0;
  }
}

constexpr std::uintptr_t granule = 8;

// Accesses of different sizes may overlap. Where plain memory is explored, whoever uses a granule uses all of it.
const void* key_address(const void* address, model::ObjectKind kind) {
  const bool overlaps =
      kind == model::ObjectKind::memory || kind == model::ObjectKind::atomic || kind == model::ObjectKind::futex;
  if (!overlaps || !memory::any_point) return address;
  return reinterpret_cast<const void*>(reinterpret_cast<std::uintptr_t>(address) & ~(granule - 1));
}

// Requires: it is announced now, so that equal choices lead to equal numbers.
std::uint32_t key_announced(const void* address, model::ObjectKind kind) {
  if (address == nullptr) return 0;
  if (const std::uint32_t key = fixed_key(address, kind); key != 0) return key;
  address = key_address(address, kind);
  KeyEntry& entry = entry_for(address);
  if (entry.generation == generation) return entry.key;
  if (next_key - first_free_key > key_places / 2) {
    leave_exploration(model::search_cut::steps);
    return 0;
  }
  entry = {address, generation, next_key++};
  return entry.key;
}

bool is_reader(const PendingOperation& pending) {
  if (pending.operation == Operation::lock_shared || pending.operation == Operation::try_lock_shared) return true;
  return pending.operation == Operation::unlock && object_numbered(pending.object).owner == nullptr;
}

// Whether it happens only when its object is free.
bool blocks(const Task& task) {
  switch (task.pending.operation) {
    case Operation::lock:
    case Operation::lock_shared:
    case Operation::acquire:
    case Operation::once:
    case Operation::wake:
      return task.in_wait_list;
    case Operation::join:
      return task.joins != nullptr;
    default:
      return false;
  }
}

bool writes(const PendingOperation& pending) {
  switch (pending.kind) {
    case model::ObjectKind::rwlock:
      // Where waiting writers come first, readers get in each other's way by way of them.
      return !is_reader(pending) || object_numbered(pending.object).flavour != 0;
    case model::ObjectKind::clock:
    case model::ObjectKind::descriptor:
      return true;
    case model::ObjectKind::task:
      return pending.operation != Operation::detach;
    default:
      return pending.writes;
  }
}

model::SearchPending pending_of(const Task& task) {
  const PendingOperation& pending = task.pending;
  model::SearchPending result{};
  result.yields = pending.operation == Operation::yield || pending.operation == Operation::plain_spin;
  // Already done: it is blocked within it, or it is the code of a new task.
  const bool done = task.state == model::TaskState::blocked || pending.operation == Operation::start ||
                    (task.waits_on != nullptr && task.waits_on->kind == model::ObjectKind::condition);
  if (done) return result;
  result.key = key_announced(pending.key, pending.kind);
  result.writes = writes(pending);
  result.blocks = blocks(task);
  return result;
}

std::uint64_t enabled_actors() {
  std::uint64_t enabled = 0;
  for (std::uint32_t i = 0; i < scheduler.enabled_count; ++i)
    enabled |= std::uint64_t{1} << actor_of(*scheduler.enabled[i]);
  return enabled;
}

model::SearchOptions options_of(const model::Request& request) {
  model::SearchOptions options{};
  options.bound = (request.flags & model::request_flags::bound_preemptions) ? model::SearchBound::preemptions
                  : (request.flags & model::request_flags::bound_delays)    ? model::SearchBound::delays
                                                                            : model::SearchBound::reduced;
  options.limit = request.strategy_depth;
  options.timeouts = (request.flags & model::request_flags::no_early_timeouts) ? 0 : 2;
  return options;
}

}  // namespace

bool is_exploration(const model::Request& request) {
  return request.command == model::Command::run && std::strcmp(request.strategy, "exhaust") == 0 &&
         (request.flags & (model::request_flags::guided | model::request_flags::free_running)) == 0;
}

bool begin_exploration(const model::Request& request, std::uint64_t execution) {
  if (execution == 0) search().reset(options_of(request));
  return search().begin();
}

void begin_explored_execution() {
  if (keys == nullptr) keys = static_cast<KeyEntry*>(raw::reserve(key_places * sizeof(KeyEntry)));
  ++generation;
  next_key = first_free_key;
  note_explored_atomics();
}

void note_explored_atomics() { control->exhaust.sees_atomics = instrumented; }

void leave_exploration(std::uint32_t cut) {
  search().give_up(cut);
  scheduler.attention &= ~attention::exploring;
}

void announce_explored() {
  const Task& task = *scheduler.current;
  if (scheduler.task_count + 1 > model::max_actors) return leave_exploration(model::search_cut::tasks);
  if (task.state != model::TaskState::ended) search().announce(actor_of(task), pending_of(task));
}

model::ChoiceEntry explored_choice() {
  const bool timers = scheduler.timed_count > 0 || scheduler.timer_ns != no_deadline;
  const std::uint32_t actor = search().choose(enabled_actors(), timers);
  return actor == clock_actor ? model::clock_choice : static_cast<model::ChoiceEntry>(actor - 1);
}

// Nobody can go on, so the clock does; that is a step, but no choice.
void explored_idle_time() { search().choose(0, true); }

std::uint32_t explored_value(std::uint32_t n) { return search().choose_value(n); }

void explored_touch(const void* address, model::ObjectKind kind, bool writes, bool frees) {
  std::uint32_t key = fixed_key(address, kind);
  if (key == 0) {
    const KeyEntry& entry = entry_for(key_address(address, kind));
    // Met for the first time in the middle of a step: a number given now would depend on the choices.
    if (entry.generation != generation) return search().touch_everything();
    key = entry.key;
  }
  search().touch(key, writes, frees);
}

void explored_touch_memory(const void* address, std::size_t size, bool writes, bool freed) {
  constexpr std::uintptr_t most_granules = 512;
  const auto begin = reinterpret_cast<std::uintptr_t>(address) / granule;
  const auto end = (reinterpret_cast<std::uintptr_t>(address) + size + granule - 1) / granule;
  if (end - begin > most_granules) return search().touch_everything();
  for (std::uintptr_t i = begin; i < end; ++i) {
    const KeyEntry& entry = entry_for(reinterpret_cast<const void*>(i * granule));
    if (entry.generation == generation)
      search().touch(entry.key, writes, false);
    else if (!freed)  // who uses freed memory later is at fault in this very order
      search().touch_everything();
  }
}

void explored_no_change() { search().changed_nothing(); }
void explored_wake(const Task& task) { search().wake(actor_of(task)); }

void explored_contender(const Task& task) {
  search().wake(actor_of(task));
  search().announce(actor_of(task), pending_of(task));
}

}  // namespace wedge::runtime
