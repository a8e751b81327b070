// What tasks synchronise on. An object is found again by a handle stored in the user's own pthread object (so that one
// constructed anew at the same address is a new object), or by its address where there is no room for a handle.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime {

struct Task;

namespace memory {
class Clock;
}

struct Object {
  model::ObjectKind kind = model::ObjectKind::none;
  std::uint8_t flavour = 0;
  bool robust = false;
  bool inconsistent = false;  // robust mutex: its owner died
  bool not_recoverable = false;
  bool destroyed = false;           // noted only while misuse is reported
  bool holders_incomplete = false;  // there have been more than `holders` has room for
  std::uint32_t number = 0;         // in order of first use, from 1
  const void* address = nullptr;
  Task* owner = nullptr;    // mutex, spin lock, once, rwlock writer
  std::uint32_t depth = 0;  // recursive mutex: times locked; rwlock: read locks held
  std::uint32_t waiters = 0;
  Task* first_waiter = nullptr;  // in order of arrival
  Task* last_waiter = nullptr;
  std::uint32_t writers_waiting = 0;
  std::int64_t value = 0;  // barrier: arrived
  std::uint64_t owner_since = 0;
  std::uint64_t first_step = 0;
  std::uint64_t last_signal_step = 0;
  std::uint32_t last_woken_count = 0;
  std::uint16_t last_signaller = model::no_task;
  std::uint16_t last_woken = model::no_task;
  std::uint32_t owner_stack = 0;
  std::uint32_t signal_stack = 0;
  std::uint64_t destroyed_step = 0;
  std::uint32_t destroy_stack = 0;
  std::uint16_t destroyed_by = model::no_task;
  std::uint32_t holder_count = 0;  // rwlock readers, semaphore units taken
  std::uint16_t holders[8] = {};
  memory::Clock* clock = nullptr;          // what it hands from who releases it to who acquires it
  memory::Clock* readers_clock = nullptr;  // rwlock: the same from readers to the next writer
};

// Number 0 is nobody. Valid until the next execution begins.
Object& object_numbered(std::uint32_t number);
std::uint32_t object_count();  // numbers used, 0 included
void forget_objects();

// The object behind the handle at `place` (8 bytes inside the user's object), made on first use.
Object& object_at_handle(void* place, model::ObjectKind kind);
// The object with that address, made on first use. Kinds with the same address are told apart.
Object& object_at_address(const void* address, model::ObjectKind kind);
// A new object in place of the one that was there.
Object& renew_object_at_address(const void* address, model::ObjectKind kind);
Object* find_object_at_handle(void* place, model::ObjectKind kind);
Object* find_object_at_address(const void* address, model::ObjectKind kind);

// Bookkeeping for reports.
void note_owner(Object& object, Task* owner);
void note_holder(Object& object, const Task& task);
void drop_holder(Object& object, const Task& task);
void note_signal(Object& object, const Task* woken, std::uint32_t woken_count);

}  // namespace wedge::runtime
