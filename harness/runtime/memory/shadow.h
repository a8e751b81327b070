// The shadow memory: which accesses to each byte may still race with one to come.
//
// Eight aligned bytes of the program are a granule. It keeps cells: who accessed which of its bytes, when, how and from
// where. An access that happened before another one, and that conflicts with nothing but what that one conflicts with,
// is forgotten for the bytes they share; so a granule has two cells nearly always (a write, and reads since), has room
// for two, and keeps further ones in a list. Nothing that could race is ever dropped: the first race on each byte is
// found exactly. (After it, as always with such detectors, later ones on that byte may be hidden by the first.)
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/runtime/memory/shadow_table.h"

namespace wedge::runtime::memory {

// Of two accesses that are not ordered: do they race?
constexpr bool conflict(std::uint8_t one, std::uint8_t other) {
  return ((one | other) & kind::writes) != 0 && (one & other & kind::atomic) == 0;
}
// An access as the shadow memory sees it: at most the bytes of one granule.
struct Access {
  std::uint16_t task;
  Epoch epoch;
  const Clock* clock;
  std::uint8_t kind;
  bool frees;  // the memory is given back
  std::uint64_t place;
  // Makes of the code address what the cell is to keep; null: the address itself. Called only for what is kept or
  // races.
  std::uint64_t (*remember)(std::uint64_t place) = nullptr;
};

// Called for each earlier access that races with the one at hand. `address` is the first byte that they share.
using OnRace = void (*)(const Cell& earlier, const Access& later, std::uintptr_t address, std::uint32_t bytes);

void begin_shadow(bool empty_it);
// What is to be kept of the access is made at most once; afterwards it is the access's place.
void note_access(std::uintptr_t address, std::size_t size, Access& access, OnRace on_race);
// Looks for races with what is noted, and notes nothing: the memory is given back.
void check_access(std::uintptr_t address, std::size_t size, const Access& access, OnRace on_race);
void forget_range(std::uintptr_t address, std::size_t size);
// There is an atomic at `address` whose clock must be forgotten with the memory.
void note_atomic(const void* address);

}  // namespace wedge::runtime::memory
