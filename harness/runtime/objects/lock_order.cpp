// The edges of one execution, and the search for cycles among them.
#include "harness/runtime/objects/lock_order.h"

#include <algorithm>

#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t most_held = 8;
constexpr std::uint32_t most_edges = 256;
constexpr std::uint32_t calls_that_count = 3;  // of those that __tsan_func_entry has noted

struct Held {
  std::uint32_t object;
  bool shared;
};

struct Locks {
  std::uint32_t generation;  // of the execution that it belongs to
  std::uint32_t count;
  Held held[most_held];
  std::uint64_t place;  // of the last call to take a lock
};

// While `held` was held, the task took another one; the last of `held` is the one the edge comes from.
struct LockEdge {
  const Task* task;
  std::uint32_t from;
  bool from_shared;
  std::uint32_t to;
  bool to_shared;
  std::uint32_t count;
  Held held[most_held];
  std::uint64_t place;
  std::uint64_t step;
};

struct Tables {
  Locks of_task[model::max_tasks];
  LockEdge edges[most_edges];
};
Tables* tables = nullptr;
std::uint32_t generation = 0;
std::uint32_t edge_count = 0;

Locks& locks_of(const Task& task) {
  Locks& locks = tables->of_task[task.id];
  if (locks.generation != generation) locks = {generation, 0, {}, 0};
  return locks;
}

bool is_known(const Task& task, std::uint32_t from, std::uint32_t to, std::uint64_t place) {
  for (std::uint32_t i = 0; i < edge_count; ++i) {
    const LockEdge& edge = tables->edges[i];
    if (edge.task == &task && edge.from == from && edge.to == to && edge.place == place) return true;
  }
  return false;
}

void add_edges(const Task& task, const Locks& locks, std::uint32_t to, bool shared) {
  for (std::uint32_t i = 0; i < locks.count && edge_count < most_edges; ++i) {
    const Held& from = locks.held[i];
    if (is_known(task, from.object, to, locks.place)) continue;
    LockEdge& edge = tables->edges[edge_count++];
    edge = {&task, from.object, from.shared, to, shared, locks.count, {}, locks.place, scheduler.step};
    std::copy_n(locks.held, locks.count, edge.held);
  }
}

// Both have taken a lock that keeps one of them out while the other one is there.
bool share_a_gate(const LockEdge& one, const LockEdge& other) {
  if (mutated(Mutation::ignore_gate_locks)) return false;
  for (std::uint32_t i = 0; i < one.count; ++i)
    for (std::uint32_t j = 0; j < other.count; ++j)
      if (one.held[i].object == other.held[j].object && !(one.held[i].shared && other.held[j].shared)) return true;
  return false;
}

// Somebody in the line of those who created `later` did what `earlier` did, or had joined it, before.
bool comes_after(const Task& later, const Task& earlier, std::uint64_t earlier_step) {
  for (const Task* task = &later; task->parent != model::no_task; task = scheduler.tasks[task->parent]) {
    if (task->parent == earlier.id) return earlier_step < task->created_step;
    if (earlier.joined_step != 0 && earlier.joined_by == task->parent && earlier.joined_step <= task->created_step)
      return true;
  }
  return false;
}

bool may_be_together(const LockEdge& one, const LockEdge& other) {
  if (one.task == other.task || share_a_gate(one, other)) return false;
  if (comes_after(*one.task, *other.task, other.step) || comes_after(*other.task, *one.task, one.step)) return false;
  // The joiner, after the join, beside the joined.
  const auto joined_before = [](const LockEdge& joined, const LockEdge& joiner) {
    return joined.task->joined_step != 0 && joined.task->joined_by == joiner.task->id &&
           joined.task->joined_step <= joiner.step;
  };
  return !joined_before(one, other) && !joined_before(other, one);
}

void remember(const std::uint32_t* path, std::uint32_t length) {
  model::LockCycle cycle;
  cycle.length = length;
  for (std::uint32_t i = 0; i < length; ++i) cycle.places[i] = tables->edges[path[i]].place;
  std::rotate(cycle.places, std::min_element(cycle.places, cycle.places + length), cycle.places + length);
  model::LockCycles& all = control->lock_cycles;
  model::LockCycle* end = all.cycles + all.count;
  model::LockCycle* at = std::lower_bound(all.cycles, end, cycle);
  if (at != end && *at == cycle) return;
  if (all.count == model::most_lock_cycles) {
    if (at == end) return;
    --end;
  } else {
    ++all.count;
  }
  std::move_backward(at, end, end + 1);
  *at = cycle;
}

// `path` leads from one edge to the next; each begins with what the one before it took.
void extend(std::uint32_t* path, std::uint32_t length) {
  const LockEdge& first = tables->edges[path[0]];
  const LockEdge& last = tables->edges[path[length - 1]];
  if (length >= 2 && last.to == first.from && !(last.to_shared && first.from_shared)) remember(path, length);
  if (length == model::longest_lock_cycle) return;
  for (std::uint32_t i = path[0] + 1; i < edge_count; ++i) {
    const LockEdge& next = tables->edges[i];
    if (next.from != last.to || (next.from_shared && last.to_shared)) continue;
    bool fits = true;
    for (std::uint32_t k = 0; k < length && fits; ++k) fits = may_be_together(tables->edges[path[k]], next);
    if (!fits) continue;
    path[length] = i;
    extend(path, length + 1);
  }
}

}  // namespace

void begin_lock_orders(bool watch) {
  watches_lock_orders = watch && !mutated(Mutation::no_prediction);
  if (!watches_lock_orders) return;
  if (tables == nullptr) tables = static_cast<Tables*>(raw::reserve(sizeof(Tables)));
  ++generation;
  edge_count = 0;
}

void finish_lock_orders() {
  if (!watches_lock_orders) return;
  std::uint32_t path[model::longest_lock_cycle];
  for (path[0] = 0; path[0] < edge_count; ++path[0]) extend(path, 1);
}

void note_lock_call(const void* return_address) {
  const Task& task = *scheduler.current;
  std::uint64_t place = reinterpret_cast<std::uintptr_t>(return_address);
  for (std::uint32_t i = 0; i < calls_that_count && i < task.shadow_count && task.shadow_count <= shadow_depth; ++i)
    place = place * 0x100000001b3ULL ^ reinterpret_cast<std::uintptr_t>(task.shadow[task.shadow_count - 1 - i]);
  locks_of(task).place = place;
}

void add_taken(const Object& object, bool shared, Taking how) {
  const Task& task = *scheduler.current;
  Locks& locks = locks_of(task);
  for (std::uint32_t i = 0; i < locks.count; ++i)
    if (locks.held[i].object == object.number) return;
  if (how == Taking::waiting) add_edges(task, locks, object.number, shared);
  if (locks.count < most_held) locks.held[locks.count++] = {object.number, shared};
}

void add_released(const Object& object) {
  Locks& locks = locks_of(*scheduler.current);
  for (std::uint32_t i = 0; i < locks.count; ++i)
    if (locks.held[i].object == object.number) {
      std::copy(locks.held + i + 1, locks.held + locks.count, locks.held + i);
      --locks.count;
      return;
    }
}

bool takes_second_lock(const Task& task, std::uint64_t& place) {
  if (!watches_lock_orders || tables == nullptr) return false;
  const bool takes = task.pending.operation == Operation::lock || task.pending.operation == Operation::lock_shared;
  const Locks& locks = locks_of(task);
  place = locks.place;
  return takes && locks.count > 0;
}

}  // namespace wedge::runtime
