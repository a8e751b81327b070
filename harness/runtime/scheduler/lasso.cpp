// The graph of the states that a probe has seen, and the three ways of telling states apart.
#include "harness/runtime/scheduler/lasso.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "harness/runtime/memory/image.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

namespace {

constexpr std::uint64_t first_probe = 20'000;  // steps; doubled for each further one
constexpr std::uint64_t probe_length = 4096;
constexpr std::uint32_t table_size = 8192;
constexpr std::uint32_t most_nodes = 2048;
constexpr std::uint32_t most_edges = 4096;
constexpr std::uint32_t most_objects = 4096;
constexpr std::uint32_t clock_bit = 63;
constexpr std::uint64_t remembered = 16384;
constexpr std::uint64_t most_close = 1024;  // moves of a probe that compares stacks or memory

struct Node {
  std::uint64_t id;
  std::uint64_t tried;  // moves, one bit each
  std::uint64_t last;
};
struct Edge {
  std::uint64_t key;
  std::uint64_t to;
};
struct Tables {
  Node nodes[table_size];
  Edge edges[table_size];
  std::uint64_t states[remembered];  // of a replay, by step
};
Tables* tables = nullptr;

// How closely states are compared: what tasks wait for; their stacks as well; all memory of the program as well.
enum class Look { waits, stacks, memory };

struct Probe {
  std::uint64_t next = 0;  // step at which one begins
  std::uint64_t end = 0;   // of the running one; 0: none runs
  Look look = Look::waits;
  bool possible = true;
  std::uint32_t nodes = 0;
  std::uint32_t edges = 0;
  std::uint64_t open = 0;       // moves that have not been tried
  std::uint64_t last_move = 0;  // with the state that it led out of; 0: none
  Node* node = nullptr;         // the state that we are in
  std::uint64_t left = 0;       // moves of a close look
  std::uint64_t patience = 0;   // so many more states, all of them new, and nothing will come back
  std::uint32_t tasks = 0;
  std::uint32_t live = 0;
  std::uint64_t unseen = 0;
};
Probe probe;
bool remembering = false;
std::uint64_t remembered_since = 0;

void mix(std::uint64_t& hash, std::uint64_t value) {
  hash = ((hash << 7 | hash >> 57) ^ value) * 0x9e3779b97f4a7c15ULL;
}

void clear(Look look) {
  std::memset(tables->nodes, 0, sizeof tables->nodes);
  std::memset(tables->edges, 0, sizeof tables->edges);
  probe.look = look;
  probe.nodes = probe.edges = 0;
  probe.open = probe.last_move = 0;
  probe.node = nullptr;
  probe.tasks = scheduler.task_count;
  probe.live = scheduler.live_tasks;
  probe.unseen = scheduler.unseen;
}

// What tasks are about to do or wait for, and what objects hold; time is relative to now.
std::uint64_t state_of_waits() {
  std::uint64_t hash = scheduler.current->id;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    const Task& task = *scheduler.tasks[i];
    if (task.state == model::TaskState::ended) continue;
    mix(hash, task.id | (task.enabled_at != not_enabled ? 1u << 16 : 0) | static_cast<std::uint32_t>(task.wake) << 17);
    mix(hash, static_cast<std::uint64_t>(task.pending.operation) << 8 | static_cast<std::uint64_t>(task.pending.kind));
    mix(hash, reinterpret_cast<std::uintptr_t>(task.pending.key));
    if (task.deadline != no_deadline) mix(hash, task.deadline - scheduler.now_ns);
  }
  for (std::uint32_t i = 1; i < object_count() && i < most_objects; ++i) {
    const Object& object = object_numbered(i);
    mix(hash, object.owner != nullptr ? object.owner->id : model::no_task);
    mix(hash, object.depth | std::uint64_t{object.waiters} << 32);
    mix(hash, static_cast<std::uint64_t>(object.value) + object.holder_count);
  }
  if (scheduler.timer_ns != no_deadline) mix(hash, scheduler.timer_ns - scheduler.now_ns);
  if (scheduler.deadline_ns != no_deadline) mix(hash, scheduler.idle_ns);
  return hash == 0 ? 1 : hash;
}

bool identify(std::uint64_t& id) {
  id = state_of_waits();
  if (mutated(Mutation::lasso_without_memory)) return true;
  if (probe.look == Look::memory) return hash_memory(id);
  if (probe.look == Look::stacks) hash_stacks(id);
  return true;
}

// One bit for each task that is alive, in order of their numbers.
std::uint64_t bit_of(const Task& which) {
  std::uint32_t bit = 0;
  for (std::uint32_t i = 0; i < which.id; ++i) bit += scheduler.tasks[i]->state != model::TaskState::ended ? 1 : 0;
  return std::uint64_t{1} << bit;
}

std::uint64_t moves() {
  std::uint64_t bits = 0;
  for (std::uint32_t i = 0; i < scheduler.enabled_count; ++i) bits |= bit_of(*scheduler.enabled[i]);
  if (scheduler.attention & attention::timers) bits |= std::uint64_t{1} << clock_bit;
  return bits;
}

Node& node_for(std::uint64_t id) {
  std::uint32_t i = static_cast<std::uint32_t>(id >> 40) & (table_size - 1);
  while (tables->nodes[i].id != 0 && tables->nodes[i].id != id) i = (i + 1) & (table_size - 1);
  return tables->nodes[i];
}

// False: the same move out of the same state has led elsewhere before, so something is not seen.
bool link(std::uint64_t from, std::uint64_t to) {
  std::uint32_t i = static_cast<std::uint32_t>(from >> 40) & (table_size - 1);
  while (tables->edges[i].key != 0 && tables->edges[i].key != from) i = (i + 1) & (table_size - 1);
  Edge& edge = tables->edges[i];
  if (edge.key == 0) {
    edge = {from, to};
    ++probe.edges;
  }
  return edge.to == to;
}

bool is_watchable() {
  constexpr std::uint32_t most_tasks = clock_bit;
  return probe.possible && scheduler.descriptor_waiters == 0 && scheduler.live_tasks <= most_tasks &&
         object_count() <= most_objects && !scheduler.spurious_wakeups &&
         (scheduler.early_timeouts || !(scheduler.attention & attention::timers));
}

void end_probe() {
  if (probe.end == 0) return;
  probe.end = 0;
  scheduler.attention &= ~attention::probing;
}

// A loop that may end, or too many states: the next look is at a larger set, or is the last one.
// Comparing more is dear, so how long that is done depends on how many moves went round without it: a few times more,
// for what counts a little before it comes back; and less if nothing ever does.
void look_again(Look look) {
  const std::uint64_t moves_seen = probe.edges;
  clear(look);
  probe.left = std::min(6 * moves_seen + 16, most_close);
  probe.patience = 2 * moves_seen + 6;
}

bool is_seen_by_the_kernel_alone(model::ChoiceEntry entry) {
  return entry < model::clock_choice && scheduler.tasks[entry]->pending.kind == ObjectKind::descriptor;
}

}  // namespace

void begin_lasso(bool replaying, bool replays_one) {
  probe = {};
  probe.next = scheduler.max_steps / 2 < first_probe ? ~std::uint64_t{0} : first_probe;
  remembered_since = 0;
  remembering = replays_one;
  if (tables == nullptr && replays_one) tables = static_cast<Tables*>(raw::reserve(sizeof(Tables)));
  if (replaying || mutated(Mutation::no_lasso)) probe.possible = false;
}

std::uint64_t next_probe() { return probe.end != 0 ? probe.end : probe.next; }

void update_probe(bool begin_now) {
  if (probe.end != 0 && scheduler.step >= probe.end && !begin_now) end_probe();
  if (!begin_now && scheduler.step < probe.next) return;
  if (scheduler.step >= probe.next) probe.next = scheduler.step * 2;
  if (!is_watchable()) return;
  if (tables == nullptr) tables = static_cast<Tables*>(raw::reserve(sizeof(Tables)));
  probe.end = scheduler.step + probe_length;
  scheduler.attention |= attention::probing;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) scheduler.tasks[i]->frame = nullptr;
  look_again(Look::waits);
}

void restart_probes() {
  end_probe();
  if (probe.possible) probe.next = scheduler.step + first_probe;
}

bool goes_round() {
  probe.node = nullptr;
  if (!is_watchable()) {
    end_probe();
    return false;
  }
  const bool changed = probe.tasks != scheduler.task_count || probe.live != scheduler.live_tasks;
  if (changed || probe.unseen != scheduler.unseen || probe.nodes >= most_nodes || probe.edges >= most_edges)
    look_again(Look::waits);
  std::uint64_t id = 0;
  if (!identify(id)) {
    probe.possible = false;
    end_probe();
    return false;
  }
  const bool came_as_before = probe.last_move == 0 || link(probe.last_move, id);
  if (!came_as_before && probe.look != Look::waits) {
    end_probe();
    return false;
  }
  Node& node = node_for(id);
  if (node.id == id && probe.open == 0 && probe.last_move != 0) {
    if (probe.look == Look::memory) return true;
    look_again(probe.look == Look::waits ? Look::stacks : Look::memory);
    return goes_round();
  }
  if (node.id == id) probe.patience = probe.left;
  if (node.id == 0) {
    node = {id, 0, 0};
    ++probe.nodes;
    probe.open += static_cast<std::uint64_t>(std::popcount(moves()));
  }
  probe.node = &node;
  return false;
}

// Each move out of a state in turn, those first that have not been tried: so all of them are soon, and nobody is kept
// waiting. A task that has yielded has its turn, too.
model::ChoiceEntry probing_choice() {
  const std::uint64_t all = moves();
  if (probe.node == nullptr) return scheduler.enabled[0]->id;
  std::uint64_t left = all & ~probe.node->tried;
  if (left == 0) left = all & ~((probe.node->last << 1) - 1);  // those behind the last one
  if (left == 0) left = all;
  const std::uint64_t bit = left & (~left + 1);
  for (std::uint32_t i = 0; i < scheduler.enabled_count; ++i)
    if (bit_of(*scheduler.enabled[i]) == bit) return scheduler.enabled[i]->id;
  return model::clock_choice;
}

void note_move(model::ChoiceEntry entry) {
  if (probe.end == 0 || probe.node == nullptr) return;
  if (is_seen_by_the_kernel_alone(entry)) return look_again(Look::waits);
  const std::uint64_t bit =
      entry == model::clock_choice ? std::uint64_t{1} << clock_bit : bit_of(*scheduler.tasks[entry]);
  if (!(probe.node->tried & bit)) {
    probe.node->tried |= bit;
    --probe.open;
  }
  probe.node->last = bit;
  probe.last_move = probe.node->id ^ (bit * 0xff51afd7ed558ccdULL);
  if (probe.look != Look::waits && (--probe.left == 0 || --probe.patience == 0)) end_probe();
}

void note_frame(const void* frame) {
  constexpr std::ptrdiff_t saved_registers = 5 * 8;  // rbx and r12 to r15, which a prologue saves below rbp
  scheduler.current->frame = static_cast<const char*>(frame) - saved_registers;
}

void remember_state() {
  if (!remembering || scheduler.step + remembered <= scheduler.replay_length) return;
  if (remembered_since == 0) remembered_since = scheduler.step + 1;
  tables->states[scheduler.step % remembered] = state_of_waits();
}

bool find_repetition(std::uint64_t& since_step) {
  if (!remembering) return false;
  const std::uint64_t now = state_of_waits();
  for (std::uint64_t step = remembered_since > 0 ? remembered_since - 1 : scheduler.step; step < scheduler.step; ++step)
    if (tables->states[step % remembered] == now) {
      since_step = step;
      return true;
    }
  return false;
}

namespace {

bool only_looks(Operation operation) {
  switch (operation) {
    case Operation::load:
    case Operation::yield:
    case Operation::sleep:
    case Operation::read_clock:
    case Operation::plain_spin:
    case Operation::proceed:
    case Operation::fence:
      return true;
    default:
      return false;
  }
}

}  // namespace

void watch_progress(Task& next) {
  Task& task = *scheduler.current;
  if (task.watched != Operation::none) ++(only_looks(task.watched) || task.in_vain ? task.vain_steps : task.good_steps);
  task.watched = Operation::none;
  next.watched = next.pending.operation;
  next.in_vain = false;
}

const Task* starved_task() {
  constexpr std::uint64_t enough = 50;
  const Task* starved = nullptr;
  bool others_get_on = false;
  for (std::uint32_t i = 0; i < scheduler.task_count; ++i) {
    const Task& task = *scheduler.tasks[i];
    if (task.good_steps >= enough) others_get_on = true;
    if (task.good_steps == 0 && task.vain_steps >= enough && starved == nullptr) starved = &task;
  }
  return others_get_on ? starved : nullptr;
}

}  // namespace wedge::runtime
