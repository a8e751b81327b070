// Numbers objects in order of first use and finds them again, by handle or by address.
#include "harness/runtime/objects/object.h"

#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t capacity = 4u << 20;
Object* objects = nullptr;
std::uint32_t count = 1;
std::uint32_t generation = 0;  // of the execution; part of every handle, so handles of earlier executions are void

struct Handle {
  std::uint32_t generation;
  std::uint32_t number;
};

// Open addressing; entries of older generations count as free, so forgetting everything costs nothing.
struct Entry {
  const void* address;
  std::uint32_t generation;
  std::uint32_t number;
};
Entry* entries = nullptr;
std::uint32_t entry_mask = 0;
std::uint32_t entries_used = 0;

Object& make(model::ObjectKind kind, const void* address) {
  if (objects == nullptr) objects = static_cast<Object*>(raw::reserve(capacity * sizeof(Object)));
  if (count == capacity) unsupported("the four-millionth synchronisation object", "one execution can use no more");
  Object& object = objects[count];
  object = Object{};
  object.kind = kind;
  object.number = count++;
  object.address = address;
  object.first_step = scheduler.step;
  return object;
}

std::uint32_t hash_of(const void* address, model::ObjectKind kind) {
  const std::uint64_t x =
      reinterpret_cast<std::uintptr_t>(address) + static_cast<std::uint64_t>(kind) * 0x100000001b3ULL;
  return static_cast<std::uint32_t>((x * 0x9e3779b97f4a7c15ULL) >> 32);
}

Entry& entry_for(const void* address, model::ObjectKind kind) {
  std::uint32_t i = hash_of(address, kind) & entry_mask;
  while (entries[i].generation == generation &&
         !(entries[i].address == address && objects[entries[i].number].kind == kind))
    i = (i + 1) & entry_mask;
  return entries[i];
}

void grow_entries() {
  Entry* old = entries;
  const std::uint32_t old_size = old == nullptr ? 0 : entry_mask + 1;
  const std::uint32_t size = old_size == 0 ? 1024 : old_size * 4;
  entries = static_cast<Entry*>(raw::reserve(size * sizeof(Entry)));
  entry_mask = size - 1;
  for (std::uint32_t i = 0; i < old_size; ++i)
    if (old[i].generation == generation) entry_for(old[i].address, objects[old[i].number].kind) = old[i];
  if (old != nullptr) raw::release(old, old_size * sizeof(Entry));
}

}  // namespace

Object& object_numbered(std::uint32_t number) { return objects[number]; }
std::uint32_t object_count() { return count; }

void forget_objects() {
  if (objects == nullptr) objects = static_cast<Object*>(raw::reserve(capacity * sizeof(Object)));
  if (entries == nullptr) grow_entries();
  count = 1;
  entries_used = 0;
  ++generation;
}

Object& object_at_handle(void* place, model::ObjectKind kind) {
  heap::check_object(place, kind);
  auto& handle = *static_cast<Handle*>(place);
  if (handle.generation == generation && handle.number < count) [[likely]] {
    Object& object = objects[handle.number];
    if (object.address == place && object.kind == kind) return object;
  }
  Object& object = make(kind, place);
  handle = {generation, object.number};
  return object;
}

Object& object_at_address(const void* address, model::ObjectKind kind) {
  Entry* entry = &entry_for(address, kind);
  if (entry->generation == generation) return objects[entry->number];
  if (entries_used * 2 > entry_mask) {
    grow_entries();
    entry = &entry_for(address, kind);
  }
  Object& object = make(kind, address);
  *entry = {address, generation, object.number};
  ++entries_used;
  return object;
}

Object& renew_object_at_address(const void* address, model::ObjectKind kind) {
  Entry& entry = entry_for(address, kind);
  if (entry.generation != generation) return object_at_address(address, kind);
  Object& object = make(kind, address);
  entry.number = object.number;
  return object;
}

Object* find_object_at_handle(void* place, model::ObjectKind kind) {
  const auto& handle = *static_cast<const Handle*>(place);
  if (handle.generation != generation || handle.number >= count) return nullptr;
  Object& object = objects[handle.number];
  return object.address == place && object.kind == kind ? &object : nullptr;
}

Object* find_object_at_address(const void* address, model::ObjectKind kind) {
  const Entry& entry = entry_for(address, kind);
  return entry.generation == generation ? &objects[entry.number] : nullptr;
}

void note_owner(Object& object, Task* owner) {
  object.owner = owner;
  if (owner == nullptr) return;
  object.owner_since = scheduler.step;
  object.owner_stack = owner->pending.stack;
}

void note_holder(Object& object, const Task& task) {
  if (object.holder_count == 0) object.holders_incomplete = false;
  if (object.holder_count < 8)
    object.holders[object.holder_count] = task.id;
  else
    object.holders_incomplete = true;
  ++object.holder_count;
}

void drop_holder(Object& object, const Task& task) {
  const std::uint32_t known = object.holder_count < 8 ? object.holder_count : 8;
  for (std::uint32_t i = 0; i < known; ++i)
    if (object.holders[i] == task.id) {
      object.holders[i] = object.holders[known - 1];
      break;
    }
  if (object.holder_count > 0) --object.holder_count;
}

void note_signal(Object& object, const Task* woken, std::uint32_t woken_count) {
  object.last_signal_step = scheduler.step;
  object.last_signaller = scheduler.current->id;
  object.last_woken = woken != nullptr ? woken->id : model::no_task;
  object.last_woken_count = woken_count;
  object.signal_stack = scheduler.current->pending.stack;
}

}  // namespace wedge::runtime
