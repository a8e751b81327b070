// Marks, blocks and quarantine: what is known about an address, and how long freed blocks are kept.
#include "harness/runtime/memory/heap_blocks.h"

#include <cstdlib>
#include <cstring>
#include <vector>

#include <gtest/gtest.h>

namespace wedge::runtime::heap {
namespace {

std::vector<void*> given_back;
void give_back(void* block) {
  given_back.push_back(block);
  std::free(block);
}

std::uintptr_t address_of(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }

class Heap : public testing::Test {
 protected:
  void SetUp() override {
    reserve_blocks();
    given_back.clear();
  }
  void TearDown() override {
    forget_blocks(give_back);
    for (void* block : kept_) std::free(block);
  }

  static char* buried(std::size_t size) {
    auto* block = static_cast<char*>(std::malloc(size));
    add_block(block, size, BlockKind::malloc, {});
    bury(*block_around(address_of(block)), {}, give_back);
    return block;
  }
  char* added(std::size_t size) {
    auto* block = static_cast<char*>(std::aligned_alloc(16, (size + 15) / 16 * 16));
    add_block(block, size, BlockKind::new_object, Deed{.pc = nullptr, .step = 7, .stack = 3, .task = 2});
    kept_.push_back(block);
    return block;
  }

  std::vector<void*> kept_;
};

TEST_F(Heap, marks_cover_every_granule_that_is_touched_and_no_other) {
  auto* pages = static_cast<char*>(std::aligned_alloc(1u << region_bits, 2u << region_bits));
  kept_.push_back(pages);
  const std::uintptr_t border = address_of(pages) + (1u << region_bits);
  set_marks(border - 20, 40, 5);
  EXPECT_EQ(mark_at(border - 33), 0U);
  EXPECT_EQ(mark_at(border - 32), 5U);
  EXPECT_EQ(mark_at(border), 5U);
  EXPECT_EQ(mark_at(border + 31), 5U);
  EXPECT_EQ(mark_at(border + 32), 0U);
  set_marks(border - 20, 40, 0);
  EXPECT_EQ(mark_at(border), 0U);
}

TEST_F(Heap, nothing_is_known_of_addresses_that_no_process_has) {
  EXPECT_EQ(mark_at(0), 0U);
  EXPECT_EQ(mark_at(~std::uintptr_t{0}), 0U);
  EXPECT_EQ(mark_at(std::uintptr_t{1} << 47), 0U);
}

TEST_F(Heap, a_block_is_found_by_any_address_in_it) {
  const char* block = added(100);
  for (int offset : {0, 1, 99}) {
    const Block* found = block_around(address_of(block + offset));
    ASSERT_NE(found, nullptr) << offset;
    EXPECT_EQ(found->address, address_of(block));
    EXPECT_EQ(found->size, 100U);
    EXPECT_EQ(found->allocated.task, 2);
    EXPECT_FALSE(found->is_freed);
  }
  EXPECT_EQ(block_around(address_of(block) + 112), nullptr);
  EXPECT_EQ(unfreed_blocks(), 1U);
}

TEST_F(Heap, a_very_large_block_is_found_behind_its_marks_as_well) {
  const char* block = added(3 * marked_bytes);
  const char* end = block + 3 * marked_bytes;
  EXPECT_EQ(mark_at(address_of(end - 1)), 0U);
  ASSERT_NE(block_around(address_of(end - 1)), nullptr);
  EXPECT_EQ(block_around(address_of(end - 1))->address, address_of(block));
  EXPECT_EQ(block_around(address_of(end)), nullptr);
}

TEST_F(Heap, what_begins_off_a_granule_is_not_watched) {
  char* block = added(64);
  add_block(block + 40, 8, BlockKind::malloc, {});
  EXPECT_EQ(block_around(address_of(block + 40))->address, address_of(block));
  EXPECT_EQ(unfreed_blocks(), 1U);
}

TEST_F(Heap, a_freed_block_is_marked_scribbled_over_and_kept) {
  const char* block = buried(48);
  EXPECT_TRUE(given_back.empty());
  EXPECT_NE(mark_at(address_of(block + 47)) & gone, 0U);
  EXPECT_TRUE(block_around(address_of(block))->is_freed);
  EXPECT_EQ(static_cast<unsigned char>(block[0]), 0xdf);
  EXPECT_EQ(static_cast<unsigned char>(block[47]), 0xdf);
  EXPECT_EQ(unfreed_blocks(), 0U);
}

TEST_F(Heap, the_quarantine_is_bounded_in_blocks_and_the_oldest_leaves_it_first) {
  std::vector<void*> all;
  for (std::uint32_t i = 0; i < quarantine_blocks; ++i) all.push_back(buried(16));
  EXPECT_TRUE(given_back.empty());
  all.push_back(buried(16));
  ASSERT_EQ(given_back.size(), 1U);
  EXPECT_EQ(given_back[0], all[0]);
  EXPECT_EQ(mark_at(address_of(all[0])), 0U);
  EXPECT_NE(mark_at(address_of(all[1])), 0U);
}

TEST_F(Heap, the_quarantine_is_bounded_in_bytes) {
  void* first = buried(quarantine_bytes / 2);
  buried(quarantine_bytes / 2);
  EXPECT_TRUE(given_back.empty());
  buried(16);
  ASSERT_EQ(given_back.size(), 1U);
  EXPECT_EQ(given_back[0], first);
  buried(quarantine_bytes + 1);
  EXPECT_EQ(given_back.size(), 4U) << "a block larger than the quarantine does not stay, and takes all with it";
}

TEST_F(Heap, what_is_forgotten_is_given_back_if_it_was_freed_and_lives_on_if_not) {
  void* freed = buried(32);
  const char* alive = added(32);
  forget_blocks(give_back);
  ASSERT_EQ(given_back.size(), 1U);
  EXPECT_EQ(given_back[0], freed);
  EXPECT_EQ(block_around(address_of(alive)), nullptr);
  EXPECT_EQ(unfreed_blocks(), 0U);
  EXPECT_EQ(block_end(), 1U);
}

}  // namespace
}  // namespace wedge::runtime::heap
