// Writes races into the control block, and knows which places the campaign knows already.
#include "harness/runtime/memory/races.h"

#include <cstring>

#include "harness/runtime/memory/address_table.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/heap_blocks.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/memory/memory_name.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/event_log.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"
#include "harness/runtime/trace/stacks.h"

namespace wedge::runtime::memory {

bool any_point = false;

namespace {

using model::RaceRecord;
using model::RaceSide;

// All about an access that was made while events are logged.
struct Note {
  const void* pc;
  std::uint64_t step;
  std::uint32_t stack;
  std::uint32_t locks;
  std::uint32_t lock[4];
};

constexpr std::uint64_t is_note = std::uint64_t{1} << 63;
constexpr std::uint32_t most_notes = 1u << 24;
constexpr std::uint32_t most_objects_searched = 256;
Note* notes = nullptr;
std::uint32_t note_count = 0;

// Code addresses; 0: not loaded.
struct Pair {
  std::uintptr_t one;
  std::uintptr_t other;
};
Pair known_pairs[model::max_known_races];
std::uint32_t known_pair_count = 0;

struct Point {
  bool is_point;
};
AddressTable<Point> points;  // by return address
bool all_points = false;

struct Benign {
  std::uintptr_t begin;
  std::uintptr_t end;
  char reason[sizeof RaceRecord::reason];
};
constexpr std::uint32_t most_benign = 256;
Benign benign[most_benign];
std::uint32_t benign_count = 0;

bool logging() { return (scheduler.attention & attention::logging) != 0; }

bool is_lock(const Object& object) {
  return object.kind == ObjectKind::mutex || object.kind == ObjectKind::spin_lock || object.kind == ObjectKind::rwlock;
}

bool holds(const Object& object, const Task& task) {
  if (object.owner == &task) return true;
  for (std::uint32_t i = 0; i < object.holder_count && i < 8; ++i)
    if (object.holders[i] == task.id) return true;
  return false;
}

void note_locks(Note& note, const Task& task) {
  const std::uint32_t count = object_count() < most_objects_searched ? object_count() : most_objects_searched;
  for (std::uint32_t i = 1; i < count; ++i) {
    const Object& object = object_numbered(i);
    if (!is_lock(object) || !holds(object, task)) continue;
    if (note.locks < 4) note.lock[note.locks] = log_number_of(object);
    ++note.locks;
  }
}

Note note_of(std::uint64_t place) {
  if ((place & is_note) != 0) return notes[place & ~is_note];
  return {reinterpret_cast<const void*>(place), 0, 0, 0, {}};
}

std::uintptr_t code_of(const Note& note) { return reinterpret_cast<std::uintptr_t>(note.pc) - 1; }

bool is_known_pair(std::uintptr_t one, std::uintptr_t other) {
  for (std::uint32_t i = 0; i < known_pair_count; ++i) {
    const Pair& pair = known_pairs[i];
    if ((pair.one == one && pair.other == other) || (pair.one == other && pair.other == one)) return true;
  }
  return false;
}

RaceSide side_of(const Note& note, std::uint16_t task, std::uint8_t kind) {
  RaceSide side{};
  side.place = frame_at(code_of(note));
  side.task = task;
  side.writes = (kind & kind::writes) != 0;
  side.atomic = (kind & kind::atomic) != 0;
  side.locks = static_cast<std::uint8_t>(note.locks < 255 ? note.locks : 255);
  side.stack = note.stack;
  std::memcpy(side.lock, note.lock, sizeof side.lock);
  side.step = note.step;
  return side;
}

bool same_place(const model::FrameRecord& one, const model::FrameRecord& other) {
  return one.module == other.module && one.offset == other.offset;
}

bool same_pair(const RaceRecord& record, const model::FrameRecord& one, const model::FrameRecord& other) {
  return (same_place(record.earlier.place, one) && same_place(record.later.place, other)) ||
         (same_place(record.earlier.place, other) && same_place(record.later.place, one));
}

const RaceRecord* find(const RaceRecord* records, std::uint32_t count, const RaceRecord& record) {
  for (std::uint32_t i = 0; i < count; ++i)
    if (same_pair(records[i], record.earlier.place, record.later.place)) return &records[i];
  return nullptr;
}

void name_memory(RaceRecord& record, std::uintptr_t address) {
  const MemoryName name = name_of_memory(address);
  record.memory = name.kind;
  record.owner = name.owner;
  record.module = name.module;
  record.offset = name.offset;
  if (name.block == nullptr) return;
  record.block_kind = name.block->kind;
  record.block_size = name.block->size;
  record.block_stack = heap::stack_of(name.block->allocated);
}

void ask_whether_benign(RaceRecord& record, std::uintptr_t address, std::uint32_t bytes) {
  for (std::uint32_t i = 0; i < benign_count && !record.benign; ++i) {
    if (address + bytes <= benign[i].begin || address >= benign[i].end) continue;
    record.benign = true;
    std::memcpy(record.reason, benign[i].reason, sizeof record.reason);
  }
}

// For the supervisor, which learns of all races of a request at once.
void remember(const RaceRecord& record) {
  if (record.known || control->seen_races >= model::max_seen_races) return;
  if (find(control->seen_race, control->seen_races, record) != nullptr) return;
  control->seen_race[control->seen_races++] = record;
  control->result.modules = write_modules();
}

std::uintptr_t address_of(const model::PlaceRecord& place) { return address_in_module(place.module, place.offset); }

const RaceRecord* first_news() {
  const bool benign_too = control->request.races_end == model::RacesEnd::benign;
  for (std::uint32_t i = 0; i < control->result.races; ++i)
    if (!control->races[i].known && (!control->races[i].benign || benign_too)) return &control->races[i];
  return nullptr;
}

}  // namespace

void begin_races(const model::Request& request) {
  if (notes == nullptr) notes = static_cast<Note*>(raw::reserve(most_notes * sizeof(Note)));
  note_count = 0;
  benign_count = 0;
  control->result.races = 0;
  all_points = (request.flags & model::request_flags::all_points) != 0;
  points.forget_all();
  const std::uint32_t wanted = request.known_races;
  known_pair_count = wanted < model::max_known_races ? wanted : model::max_known_races;
  for (std::uint32_t i = 0; i < known_pair_count; ++i) {
    known_pairs[i] = {address_of(request.known_race[i].one), address_of(request.known_race[i].other)};
    points.at(known_pairs[i].one + 1).is_point = true;
    points.at(known_pairs[i].other + 1).is_point = true;
  }
  any_point = all_points || known_pair_count > 0;
}

bool is_point(const void* pc) { return all_points || points.find(reinterpret_cast<std::uintptr_t>(pc)) != nullptr; }

namespace {

std::uint64_t note_access_at(std::uint64_t code) {
  if (note_count == most_notes) return code;
  const auto* pc = reinterpret_cast<const void*>(code);
  Note& note = notes[note_count];
  note = {pc, scheduler.step, record_shadow_stack(*scheduler.current, pc), 0, {}};
  note_locks(note, *scheduler.current);
  return is_note | note_count++;
}

}  // namespace

Remember remember_accesses() { return logging() ? note_access_at : nullptr; }

void on_race(const Cell& earlier, const Access& later, std::uintptr_t address, std::uint32_t bytes) {
  if (control->result.races >= model::max_races) return;
  RaceRecord record{};
  record.earlier = side_of(note_of(earlier.place), earlier.task, earlier.flags & (kind::writes | kind::atomic));
  const std::uint64_t place = later.remember != nullptr ? later.remember(later.place) : later.place;
  record.later = side_of(note_of(place), later.task, later.kind);
  record.later.frees = later.frees;
  record.later.step = scheduler.step;
  record.execution = control->progress.execution;
  record.bytes = bytes;
  if (find(control->races, control->result.races, record) != nullptr) return;
  name_memory(record, address);
  record.known = is_known_pair(code_of(note_of(earlier.place)), code_of(note_of(place)));
  ask_whether_benign(record, address, bytes);
  control->races[control->result.races++] = record;
  remember(record);
}

void declare_benign(const void* address, std::size_t size, const char* reason, std::size_t reason_length) {
  if (!watching || benign_count == most_benign) return;
  Benign& entry = benign[benign_count++];
  entry.begin = reinterpret_cast<std::uintptr_t>(address);
  entry.end = entry.begin + size;
  const std::size_t length = reason_length < sizeof entry.reason - 1 ? reason_length : sizeof entry.reason - 1;
  std::memcpy(entry.reason, reason, length);
  entry.reason[length] = '\0';
}

void report_race_if_any() {
  if (!watching || control->request.races_end == model::RacesEnd::nothing) return;
  const RaceRecord* race = first_news();
  if (race == nullptr) return;
  control->result.task = race->later.task;
  fail(Outcome::race, "two tasks use the same memory, at least one of them writes, and nothing orders them");
}

}  // namespace wedge::runtime::memory
