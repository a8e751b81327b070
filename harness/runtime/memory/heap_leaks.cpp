// Blocks that nobody freed and nothing points to: lost. What is still reachable is not: variables that live as long as
// the program, and what the C and C++ libraries keep for later.
//
// Every word that could be a pointer counts as one, also into the middle of a block, and also with a counter packed
// above or below it.
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/heap_blocks.h"
#include "harness/runtime/memory/heap_roots.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"
#include "harness/runtime/trace/stacks.h"

namespace wedge::runtime::heap {

namespace {

constexpr unsigned address_bits = 48;
constexpr unsigned packed_bits = 16;
constexpr std::uintptr_t lowest_address = 64 * 1024;

std::uint32_t to_look_into = 0;  // first of a list
std::uint32_t still_missing = 0;

void reach(std::uintptr_t address) {
  if (address < lowest_address) return;
  Block* block = block_around(address);
  if (block == nullptr || block->is_freed || block->is_reached) return;
  block->is_reached = true;
  --still_missing;
  block->next = to_look_into;
  to_look_into = static_cast<std::uint32_t>(block - &block_numbered(0));
}

void reach_from(std::uintptr_t value) {
  reach(value);
  const std::uintptr_t low = value & ((std::uintptr_t{1} << address_bits) - 1);
  if (low != value) reach(low);
  reach(value >> packed_bits);
}

// What is in a watched block counts only once that block is reached itself.
void look_outside_blocks(std::uintptr_t begin, std::uintptr_t end) {
  for (; begin < end; begin += sizeof(std::uintptr_t)) {
    const std::uintptr_t value = *reinterpret_cast<const std::uintptr_t*>(begin);
    if (value >= lowest_address && mark_at(begin) == 0) reach_from(value);
  }
}

void look_into_blocks() {
  while (to_look_into != 0) {
    const Block& block = block_numbered(to_look_into);
    to_look_into = block.next;
    const auto* words = reinterpret_cast<const std::uintptr_t*>(block.address);
    for (std::size_t i = 0; i < block.size / sizeof(std::uintptr_t); ++i) reach_from(words[i]);
  }
}

bool is_lost(const Block& block) { return block.address != 0 && !block.is_freed && !block.is_reached; }

// Lists the places that lost most; of two that lost the same, the one that allocated first.
void list(model::MemoryRecord& record) {
  constexpr std::uint32_t most_places = 256;
  static model::LeakRecord places[most_places];
  std::uint32_t count = 0;
  for (std::uint32_t number = 1; number < block_end(); ++number) {
    const Block& block = block_numbered(number);
    if (!is_lost(block)) continue;
    ++record.leaked_blocks;
    record.leaked_bytes += block.size;
    const std::uint32_t stack = block.allocated.stack != 0 ? block.allocated.stack : record_place(block.allocated.pc);
    std::uint32_t i = 0;
    while (i < count && (places[i].stack != stack || places[i].task != block.allocated.task)) ++i;
    if (i == most_places) continue;
    if (i == count) places[count++] = {stack, block.allocated.task, 0, 0, 0};
    ++places[i].blocks;
    places[i].bytes += block.size;
  }
  for (; record.leak_count < model::max_leaks && record.leak_count < count; ++record.leak_count) {
    std::uint32_t most = 0;
    for (std::uint32_t i = 1; i < count; ++i)
      if (places[most].blocks == 0 || (places[i].blocks > 0 && places[i].bytes > places[most].bytes)) most = i;
    record.leaks[record.leak_count] = places[most];
    places[most].blocks = 0;  // it is listed
  }
}

[[noreturn]] void report() {
  controlled = false;
  model::Result& result = control->result;
  model::MemoryRecord& record = result.memory;
  record = model::MemoryRecord{};
  record.fault = model::MemoryFault::leak;
  record.allocated_by = record.freed_by = model::no_task;
  list(record);
  result.task = record.leaks[0].task;
  result.stack = record.leaks[0].stack;
  const auto blocks = static_cast<unsigned long long>(record.leaked_blocks);
  const auto bytes = static_cast<unsigned long long>(record.leaked_bytes);
  if (blocks == 1)
    fail(Outcome::leak, "a block of %llu byte%s was not freed, and nothing points to it any more", bytes,
         bytes == 1 ? "" : "s");
  fail(Outcome::leak, "%llu blocks of %llu bytes in all were not freed, and nothing points to them any more", blocks,
       bytes);
}

}  // namespace

void check_leaks(bool caller_goes_on) {
  if (!watching || unfreed_blocks() == 0) return;
  for (std::uint32_t i = 1; i < block_end(); ++i) block_numbered(i).is_reached = false;
  to_look_into = 0;
  still_missing = unfreed_blocks();
  visit_variables(look_outside_blocks);
  if (caller_goes_on) visit_own_stack(look_outside_blocks);
  look_into_blocks();
  if (still_missing == 0) return;
  if (!visit_other_memory(look_outside_blocks)) return;
  look_into_blocks();
  if (still_missing > 0) report();
}

}  // namespace wedge::runtime::heap
