// What counts as lost, with roots that the tests make up: three words of "variables" and one of "other memory".
#include <cstdarg>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/heap_blocks.h"
#include "harness/runtime/memory/heap_roots.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"
#include "harness/runtime/trace/stacks.h"

namespace wedge::runtime {

Mode mode;
model::ControlBlock* control = nullptr;

void fail(Outcome outcome, const char*, ...) { throw outcome; }
std::uint32_t record_place(const void* return_address) {
  return static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(return_address));
}

namespace heap {

bool watching = true;

namespace {

std::uintptr_t variables[3];
std::uintptr_t own_stack;
std::uintptr_t other;
bool other_is_known = true;

void visit_word(VisitRange visit, const std::uintptr_t& word) {
  const auto at = reinterpret_cast<std::uintptr_t>(&word);
  visit(at, at + sizeof word);
}

}  // namespace

void visit_variables(VisitRange visit) {
  for (const std::uintptr_t& word : variables) visit_word(visit, word);
}
void visit_own_stack(VisitRange visit) { visit_word(visit, own_stack); }
bool visit_other_memory(VisitRange visit) {
  if (other_is_known) visit_word(visit, other);
  return other_is_known;
}

namespace {

class Leaks : public testing::Test {
 protected:
  void SetUp() override {
    if (control == nullptr) control = static_cast<model::ControlBlock*>(raw::reserve(sizeof(model::ControlBlock)));
    control->result.memory = {};
    reserve_blocks();
    for (std::uintptr_t& word : variables) word = 0;
    own_stack = other = 0;
    other_is_known = true;
  }
  void TearDown() override {
    forget_blocks([](void*) {});
    for (void* block : blocks_) std::free(block);
  }
  // Allocated at a code place of that number, by task 1.
  std::uintptr_t* block(std::size_t words, std::uint32_t place = 1) {
    auto* made = static_cast<std::uintptr_t*>(std::calloc(words, sizeof(std::uintptr_t)));
    blocks_.push_back(made);
    add_block(made, words * sizeof(std::uintptr_t), BlockKind::malloc, {nullptr, 0, place, 1});
    return made;
  }
  static std::uintptr_t to(const void* block) { return reinterpret_cast<std::uintptr_t>(block); }
  // How many are lost.
  static std::uint64_t lost(bool caller_goes_on = false) {
    try {
      check_leaks(caller_goes_on);
    } catch (Outcome outcome) {
      EXPECT_EQ(outcome, Outcome::leak);
      return control->result.memory.leaked_blocks;
    }
    return 0;
  }

  std::vector<void*> blocks_;
};

TEST_F(Leaks, a_block_without_a_pointer_to_it_is_lost) {
  block(3);
  EXPECT_EQ(lost(), 1U);
  EXPECT_EQ(control->result.memory.leaked_bytes, 24U);
}

TEST_F(Leaks, a_block_that_a_variable_points_to_is_not) {
  variables[2] = to(block(3));
  EXPECT_EQ(lost(), 0U);
}

TEST_F(Leaks, a_pointer_into_the_middle_or_with_bits_packed_around_it_is_one) {
  variables[0] = to(block(3) + 2) + 1;
  variables[1] = to(block(3)) | (std::uintptr_t{0xbeef} << 48);
  variables[2] = (to(block(3)) << 16) | 0xbeef;
  EXPECT_EQ(lost(), 0U);
}

TEST_F(Leaks, what_a_reachable_block_points_to_is_reachable) {
  std::uintptr_t* head = block(2);
  variables[0] = to(head);
  for (int i = 0; i < 1000; ++i) {
    std::uintptr_t* next = block(2);
    head[1] = to(next);
    head = next;
  }
  EXPECT_EQ(lost(), 0U);
}

TEST_F(Leaks, blocks_that_only_point_to_each_other_are_lost) {
  std::uintptr_t* one = block(2);
  std::uintptr_t* two = block(2);
  one[0] = to(two);
  two[0] = to(one);
  variables[0] = to(block(1));
  EXPECT_EQ(lost(), 2U);
}

TEST_F(Leaks, the_callers_stack_counts_while_the_caller_goes_on) {
  own_stack = to(block(1));
  EXPECT_EQ(lost(true), 0U);
  EXPECT_EQ(lost(false), 1U);
}

TEST_F(Leaks, other_memory_counts_and_without_it_nothing_is_certain) {
  other = to(block(1));
  EXPECT_EQ(lost(), 0U);
  other = 0;
  EXPECT_EQ(lost(), 1U);
  other_is_known = false;
  EXPECT_EQ(lost(), 0U);
}

TEST_F(Leaks, freed_blocks_are_neither_lost_nor_do_they_hold_others) {
  std::uintptr_t* freed = block(2);
  freed[1] = to(block(2));
  variables[0] = to(freed);
  bury(*block_around(to(freed)), {}, [](void*) {});
  EXPECT_EQ(lost(), 1U);
}

TEST_F(Leaks, the_places_that_lost_most_come_first) {
  for (std::uint32_t place = 1; place <= 20; ++place) block(place == 7 ? 50 : 1, place);
  block(30, 9);
  EXPECT_EQ(lost(), 21U);
  const model::MemoryRecord& record = control->result.memory;
  ASSERT_EQ(record.leak_count, model::max_leaks);
  EXPECT_EQ(record.leaks[0].stack, 7U);
  EXPECT_EQ(record.leaks[1].stack, 9U);
  EXPECT_EQ(record.leaks[1].blocks, 2U);
  EXPECT_EQ(record.leaks[1].bytes, 31U * 8);
  EXPECT_EQ(record.leaks[2].stack, 1U);
  EXPECT_EQ(record.leaks[3].stack, 2U);
  EXPECT_EQ(control->result.task, 1);
}

}  // namespace
}  // namespace heap
}  // namespace wedge::runtime
