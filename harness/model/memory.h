// What was done wrong with memory, as plain data: a block that was used after it was freed, freed twice, or lost.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace wedge::model {

enum class MemoryFault : std::uint8_t {
  none,
  use_after_free,
  double_free,
  bad_free,         // of an address at which no block begins
  mismatched_free,  // allocated by one family of functions, freed by another
  dead_stack,       // a local variable of a task that has ended is used
  leak,
  count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(MemoryFault::count_)> memory_fault_names{
    "none", "use after free", "double free", "bad free", "mismatched free", "use of a dead stack", "leak",
};

// How a block came to be, or is given back.
enum class BlockKind : std::uint8_t {
  malloc,
  new_object,
  new_array,
  aligned_new,
  aligned_new_array,
  count_,
};

inline constexpr std::array<std::string_view, static_cast<std::size_t>(BlockKind::count_)> block_kind_names{
    "malloc", "new", "new[]", "aligned new", "aligned new[]",
};

// Blocks that were allocated at one place.
struct LeakRecord {
  std::uint32_t stack;
  std::uint16_t task;
  std::uint16_t pad;
  std::uint64_t blocks;
  std::uint64_t bytes;
};

inline constexpr std::uint32_t max_leaks = 8;  // places that are listed, those that lost most

// Of `leak`, only the last members say anything; else only the others do.
struct MemoryRecord {
  MemoryFault fault;
  BlockKind kind;
  BlockKind freed_as;  // mismatched free: by which kind of delete, or by free
  std::uint8_t writes;
  std::uint16_t allocated_by;  // task; no_task: not known, or never
  std::uint16_t freed_by;      // of a dead stack: whose it was
  std::uint64_t size;          // of the block; 0 and allocated_by no_task: there is none
  std::uint64_t offset;        // of what was used or freed, in the block
  std::uint64_t access_size;   // 0: it was an object, or no access
  std::uint64_t allocated_step;
  std::uint64_t freed_step;
  std::uint32_t allocated_stack;
  std::uint32_t freed_stack;  // where it was used is where the execution ended

  std::uint32_t leak_count;
  LeakRecord leaks[max_leaks];
  std::uint64_t leaked_blocks;  // in all
  std::uint64_t leaked_bytes;
};

}  // namespace wedge::model
