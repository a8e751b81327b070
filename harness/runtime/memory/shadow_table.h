// How the shadow memory is laid out, open to its fastest question: most accesses repeat one that is noted already.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/runtime/memory/clock.h"

namespace wedge::runtime::memory {

namespace kind {
inline constexpr std::uint8_t writes = 1;
inline constexpr std::uint8_t atomic = 2;
inline constexpr std::uint8_t plain_read = 0;
inline constexpr std::uint8_t plain_write = writes;
inline constexpr std::uint8_t atomic_read = atomic;
inline constexpr std::uint8_t atomic_write = atomic | writes;
inline constexpr std::uint8_t bits = writes | atomic;
}  // namespace kind

struct Cell {
  Epoch epoch;
  std::uint16_t task;
  std::uint8_t bytes;   // one bit for each byte of the granule; 0: the cell is empty
  std::uint8_t flags;   // its kind in the lowest two bits; more of a granule's first cell
  std::uint64_t place;  // code address, or number of a noted access
};

// Whatever conflicts with `older` conflicts with `newer`, too.
constexpr bool covers(std::uint8_t newer, std::uint8_t older) {
  return (newer & kind::writes) >= (older & kind::writes) && (newer & kind::atomic) <= (older & kind::atomic);
}

struct Granule {
  Cell cells[2];
};

// A leaf is the shadow of two megabytes. It has a bit for each page that was used in this execution, so that a stack of
// eight megabytes of which little was used is forgotten at once.
inline constexpr unsigned int leaf_bits = 21;
inline constexpr unsigned int page_bits = 12;
inline constexpr std::size_t granules_per_leaf = std::size_t{1} << (leaf_bits - 3);
inline constexpr std::size_t words_per_leaf = (std::size_t{1} << (leaf_bits - page_bits)) / 64;
inline constexpr std::uintptr_t address_limit = std::uintptr_t{1} << 47;

struct Leaf {
  Granule granules[granules_per_leaf];
  std::uint64_t used[words_per_leaf];  // one bit for each page
  Epoch used_in;                       // long_past + 1 of the execution that these bits are of
};

extern Leaf** leaves;  // by address / two megabytes; null: none was made yet

inline std::size_t granule_in_leaf(std::uintptr_t address) { return (address >> 3) & (granules_per_leaf - 1); }

// Whether noting the access would change nothing: the same task has done as much there since its last release.
[[gnu::always_inline]] inline bool is_noted(std::uintptr_t address, std::size_t size, std::uint16_t task, Epoch epoch,
                                            std::uint8_t kind) {
  const unsigned int first = address & 7;
  if (first + size > 8 || address >= address_limit) return false;
  const Leaf* leaf = leaves[address >> leaf_bits];
  if (leaf == nullptr) return false;
  const unsigned int bytes = ((1u << size) - 1) << first;
  for (const Cell& cell : leaf->granules[granule_in_leaf(address)].cells)
    if (cell.epoch == epoch && cell.task == task && (cell.bytes & bytes) == bytes && covers(cell.flags, kind))
      return true;
  return false;
}

}  // namespace wedge::runtime::memory
