// The blocks that an execution has allocated, from the allocation to the end of their time in quarantine.
//
// Called by the running task only. Nothing here allocates, locks or looks further than at the block in question.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/model/control_block.h"
#include "harness/runtime/memory/heap_marks.h"

namespace wedge::runtime::heap {

using model::BlockKind;

// Who did something to a block, when and where. `stack` is known while events are logged, else 0 and `pc` must do.
struct Deed {
  const void* pc = nullptr;
  std::uint64_t step = 0;
  std::uint32_t stack = 0;
  std::uint16_t task = model::no_task;
};

struct Block {
  std::uintptr_t address = 0;
  std::size_t size = 0;
  Deed allocated;
  Deed freed;
  BlockKind kind = BlockKind::malloc;
  bool is_deleted = false;  // operator delete has it, and will free it
  bool is_freed = false;
  bool is_reached = false;  // during the search for leaks
  std::uint32_t next = 0;   // of unused numbers, of the quarantine, or of those reached and not yet looked into
};

// What is kept from being used again. Older blocks go back to the allocator when there is more.
inline constexpr std::size_t quarantine_bytes = std::size_t{16} << 20;
inline constexpr std::uint32_t quarantine_blocks = 16 * 1024;
// Only the beginning of a very large block is marked, so that a mark for each granule stays affordable.
inline constexpr std::size_t marked_bytes = std::size_t{1} << 20;

void reserve_blocks();

// Begins to watch a block. It stays unknown if it begins off a granule or if there are too many.
void add_block(void* address, std::size_t size, BlockKind kind, const Deed& allocated);

Block& block_numbered(std::uint32_t number);
std::uint32_t block_end();  // numbers used so far are below it; 0 is nobody
std::uint32_t unfreed_blocks();

// The block of which the address is a part, freed or not; null if there is none.
Block* block_around(std::uintptr_t address);

// Takes a block into quarantine, and lets older ones go: `give_back` is called with each.
// Requires: block is not freed.
void bury(Block& block, const Deed& freed, void (*give_back)(void*));

// Lets everything go that is in quarantine, and forgets all others, which live on unwatched.
void forget_blocks(void (*give_back)(void*));

}  // namespace wedge::runtime::heap
