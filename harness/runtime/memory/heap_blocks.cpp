// The table of blocks and the quarantine.
#include "harness/runtime/memory/heap_blocks.h"

#include <cstring>

#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"

namespace wedge::runtime::heap {

namespace {

constexpr std::uint32_t capacity = std::uint32_t{1} << 22;
constexpr int scribble = 0xdf;  // eight of them are no address, so what a freed block pointed to is not held by it

Block* blocks = nullptr;
std::uint32_t end = 1;
std::uint32_t unused = 0;  // first of a list
std::uint32_t unfreed = 0;

// Blocks that are only marked at their beginning.
constexpr std::uint32_t most_large = 4096;
std::uint32_t large_blocks[most_large];
std::uint32_t large = 0;

std::uint32_t oldest = 0;  // of the quarantine
std::uint32_t newest = 0;
std::size_t buried_bytes = 0;
std::uint32_t buried_blocks = 0;

std::size_t marked_size(const Block& block) {
  const std::size_t size = block.size == 0 ? 1 : block.size;
  return size < marked_bytes ? size : marked_bytes;
}

void forget_large(std::uint32_t number) {
  for (std::uint32_t i = 0; i < large; ++i)
    if (large_blocks[i] == number) {
      large_blocks[i] = large_blocks[--large];
      return;
    }
}

void drop(Block& block) {
  const auto number = static_cast<std::uint32_t>(&block - blocks);
  set_marks(block.address, marked_size(block), 0);
  if (block.size > marked_bytes) forget_large(number);
  block.next = unused;
  unused = number;
  block.address = 0;
}

// The oldest block of the quarantine.
void let_go(void (*give_back)(void*)) {
  Block& block = blocks[oldest];
  oldest = block.next;
  if (oldest == 0) newest = 0;
  buried_bytes -= block.size;
  --buried_blocks;
  auto* address = reinterpret_cast<void*>(block.address);
  drop(block);
  give_back(address);
}

}  // namespace

void reserve_blocks() {
  reserve_marks();
  if (blocks == nullptr) blocks = static_cast<Block*>(raw::reserve(capacity * sizeof(Block)));
}

void add_block(void* address, std::size_t size, BlockKind kind, const Deed& allocated) {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  if (at % granule != 0 || (size > marked_bytes && large == most_large)) return;
  std::uint32_t number = unused;
  if (number != 0)
    unused = blocks[number].next;
  else if (end < capacity)
    number = end++;
  else
    return;
  Block& block = blocks[number];
  block = Block{};
  block.address = at;
  block.size = size;
  block.kind = kind;
  block.allocated = allocated;
  set_marks(at, marked_size(block), number);
  if (size > marked_bytes) large_blocks[large++] = number;
  ++unfreed;
}

Block& block_numbered(std::uint32_t number) { return blocks[number]; }
std::uint32_t block_end() { return end; }
std::uint32_t unfreed_blocks() { return unfreed; }

Block* block_around(std::uintptr_t address) {
  const Mark mark = mark_at(address);
  if (mark == dead_stack) return nullptr;
  if (mark != 0) return &blocks[mark & ~gone];
  for (std::uint32_t i = 0; i < large; ++i) {
    Block& block = blocks[large_blocks[i]];
    if (address - block.address < block.size) return &block;
  }
  return nullptr;
}

void bury(Block& block, const Deed& freed, void (*give_back)(void*)) {
  const auto number = static_cast<std::uint32_t>(&block - blocks);
  block.freed = freed;
  block.is_freed = true;
  --unfreed;
  std::memset(reinterpret_cast<void*>(block.address), scribble, block.size);
  if (!mutated(Mutation::forget_freed)) set_marks(block.address, marked_size(block), number | gone);
  block.next = 0;
  (newest == 0 ? oldest : blocks[newest].next) = number;
  newest = number;
  buried_bytes += block.size;
  ++buried_blocks;
  while (buried_blocks > 0 &&
         (buried_bytes > quarantine_bytes || buried_blocks > quarantine_blocks || mutated(Mutation::no_quarantine)))
    let_go(give_back);
}

void forget_blocks(void (*give_back)(void*)) {
  while (oldest != 0) let_go(give_back);
  for (std::uint32_t i = 1; i < end && unfreed > 0; ++i)
    if (blocks[i].address != 0) {
      set_marks(blocks[i].address, marked_size(blocks[i]), 0);
      --unfreed;
    }
  end = 1;
  unused = unfreed = large = 0;
}

}  // namespace wedge::runtime::heap
