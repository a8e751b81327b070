// Which block a piece of memory belongs to, and whether that block is gone: one mark for every 16 bytes, found by two
// loads, because every access of instrumented code asks.
//
// A block begins on a multiple of 16 bytes and shares none of its granules, as every allocator in use sees to for
// requests of 16 bytes and more.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::runtime::heap {

// 0: nothing is known. Otherwise the number of a block, with `gone` once that is freed.
using Mark = std::uint32_t;
inline constexpr Mark gone = Mark{1} << 31;
inline constexpr Mark dead_stack = ~Mark{0};  // where a task had its locals before it ended

inline constexpr unsigned granule_bits = 4;
inline constexpr unsigned region_bits = 20;
inline constexpr std::size_t granule = std::size_t{1} << granule_bits;
inline constexpr std::size_t granules_in_region = std::size_t{1} << (region_bits - granule_bits);
inline constexpr std::size_t region_count = std::size_t{1} << (47 - region_bits);  // all that a process can address

extern Mark** regions;  // by address; null where nothing was ever marked

void reserve_marks();

// Requires: reserve_marks() was called.
[[gnu::always_inline]] inline Mark mark_at(std::uintptr_t address) {
  const std::size_t region = address >> region_bits;
  if (region >= region_count) [[unlikely]]
    return 0;
  const Mark* marks = regions[region];
  return marks == nullptr ? 0 : marks[(address >> granule_bits) & (granules_in_region - 1)];
}

// Every granule that the bytes touch. Requires: size > 0.
void set_marks(std::uintptr_t address, std::size_t size, Mark mark);

}  // namespace wedge::runtime::heap
