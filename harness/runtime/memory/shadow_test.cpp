// Clocks and shadow memory by themselves: what is ordered is no race, what is not is one, byte by byte.
#include "harness/runtime/memory/shadow.h"

#include <gtest/gtest.h>

#include <set>
#include <tuple>
#include <vector>

#include "harness/runtime/memory/order.h"

namespace wedge::runtime::memory {

namespace {
std::set<const void*> forgotten_atomics;
}

// The table of atomics is not part of this test.
void forget_atomic(const void* address) { forgotten_atomics.insert(address); }

namespace {

struct Seen {
  std::uint16_t earlier;
  std::uint16_t later;
  std::uintptr_t address;
  std::uint32_t bytes;
  bool operator==(const Seen&) const = default;
};
std::vector<Seen> seen;

void note_race(const Cell& earlier, const Access& later, std::uintptr_t address, std::uint32_t bytes) {
  seen.push_back({earlier.task, later.task, address, bytes});
}

// Tasks that know nothing of each other, unless a test says so.
class Shadow : public testing::Test {
 protected:
  static constexpr std::uintptr_t memory = 0x7f0000001000;
  static constexpr std::uint16_t tasks = 40;

  void SetUp() override { begin(); }

  void begin() {
    Epoch highest = long_past;
    for (const Epoch epoch : epochs_) highest = std::max(highest, epoch);
    EXPECT_TRUE(advance_long_past(highest));
    begin_clocks();
    begin_shadow(false);
    seen.clear();
    forgotten_atomics.clear();
    for (std::uint16_t task = 0; task < tasks; ++task) {
      clocks_[task] = Clock();
      epochs_[task] = long_past + 1;
      clocks_[task].set(task, epochs_[task]);
    }
  }

  // What `from` has done until now has happened before what `to` does from now on.
  void order(std::uint16_t from, std::uint16_t to) {
    clocks_[to].join(clocks_[from]);
    clocks_[from].set(from, ++epochs_[from]);
  }

  void access(std::uint16_t task, std::uint8_t kind, std::uintptr_t address, std::size_t size) {
    Access access{task, epochs_[task], &clocks_[task], kind, false, task, nullptr};
    note_access(address, size, access, note_race);
  }
  void read(std::uint16_t task, std::uintptr_t address, std::size_t size = 4) {
    access(task, kind::plain_read, address, size);
  }
  void write(std::uint16_t task, std::uintptr_t address, std::size_t size = 4) {
    access(task, kind::plain_write, address, size);
  }

  Clock clocks_[tasks];
  static inline Epoch epochs_[tasks] = {};  // as in a process, they are never used again
};

TEST_F(Shadow, unordered_writes_race) {
  write(0, memory);
  write(1, memory);
  EXPECT_EQ(seen, (std::vector<Seen>{{0, 1, memory, 4}}));
}

TEST_F(Shadow, ordered_writes_do_not) {
  write(0, memory);
  order(0, 1);
  write(1, memory);
  EXPECT_TRUE(seen.empty());
}

TEST_F(Shadow, what_follows_a_release_is_not_covered_by_it) {
  order(0, 1);
  write(0, memory);
  write(1, memory);
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(Shadow, order_goes_through_a_third_task) {
  write(0, memory);
  order(0, 1);
  order(1, 2);
  write(2, memory);
  EXPECT_TRUE(seen.empty());
}

TEST_F(Shadow, reads_race_with_writes_only) {
  for (std::uint16_t task = 0; task < tasks - 1; ++task) read(task, memory);
  EXPECT_TRUE(seen.empty());
  write(tasks - 1, memory);
  EXPECT_EQ(seen.size(), tasks - 1U);
}

// Each of many readers is remembered, however many there are between.
TEST_F(Shadow, the_one_reader_that_is_not_ordered_is_found) {
  for (std::uint16_t unordered = 0; unordered < tasks - 1; ++unordered) {
    begin();
    for (std::uint16_t task = 0; task < tasks - 1; ++task) read(task, memory);
    for (std::uint16_t task = 0; task < tasks - 1; ++task)
      if (task != unordered) order(task, tasks - 1);
    write(tasks - 1, memory);
    EXPECT_EQ(seen, (std::vector<Seen>{{unordered, tasks - 1, memory, 4}}));
  }
}

TEST_F(Shadow, neighbouring_bytes_do_not_race_and_shared_ones_do) {
  for (std::uintptr_t one = 0; one < 12; ++one)
    for (std::size_t one_size : {1U, 2U, 4U, 8U, 16U, 40U})
      for (std::uintptr_t other = 0; other < 12; ++other)
        for (std::size_t other_size : {1U, 2U, 4U, 8U, 16U, 40U}) {
          begin();
          write(0, memory + one, one_size);
          write(1, memory + other, other_size);
          const bool overlap = one < other + other_size && other < one + one_size;
          EXPECT_EQ(!seen.empty(), overlap) << one << "+" << one_size << " and " << other << "+" << other_size;
          std::uint32_t bytes = 0;
          for (const Seen& race : seen) bytes += race.bytes;
          const std::uintptr_t begin = std::max(one, other);
          const std::uintptr_t end = std::min(one + one_size, other + other_size);
          EXPECT_EQ(bytes, overlap ? end - begin : 0);
        }
}

TEST_F(Shadow, each_byte_keeps_its_own_history) {
  for (std::uint16_t task = 0; task < 8; ++task) write(task, memory + task, 1);
  EXPECT_TRUE(seen.empty());
  for (std::uint16_t task = 0; task < 8; ++task)
    if (task != 5) order(task, 8);
  write(8, memory, 8);
  EXPECT_EQ(seen, (std::vector<Seen>{{5, 8, memory + 5, 1}}));
}

TEST_F(Shadow, atomics_race_with_plain_accesses_alone) {
  const std::uint8_t kinds[] = {kind::plain_read, kind::plain_write, kind::atomic_read, kind::atomic_write};
  for (const std::uint8_t one : kinds)
    for (const std::uint8_t other : kinds) {
      begin();
      access(0, one, memory, 4);
      access(1, other, memory, 4);
      const bool writes = ((one | other) & kind::writes) != 0;
      const bool both_atomic = (one & other & kind::atomic) != 0;
      EXPECT_EQ(!seen.empty(), writes && !both_atomic) << int{one} << " " << int{other};
    }
}

// A later access hides an earlier one of the same task only if it conflicts with as much.
TEST_F(Shadow, weaker_access_does_not_hide_a_stronger_one) {
  const std::uint8_t kinds[] = {kind::plain_read, kind::plain_write, kind::atomic_read, kind::atomic_write};
  for (const std::uint8_t first : kinds)
    for (const std::uint8_t second : kinds)
      for (const std::uint8_t other : kinds) {
        begin();
        access(0, first, memory, 4);
        access(0, second, memory, 4);
        access(1, other, memory, 4);
        EXPECT_EQ(!seen.empty(), conflict(first, other) || conflict(second, other))
            << int{first} << " " << int{second} << " " << int{other};
      }
}

TEST_F(Shadow, forgotten_memory_races_with_nothing) {
  write(0, memory, 64);
  forget_range(memory + 8, 16);
  write(1, memory + 8, 16);
  EXPECT_TRUE(seen.empty());
  write(1, memory + 24, 4);
  EXPECT_EQ(seen.size(), 1U);
}

TEST_F(Shadow, forgets_a_part_of_a_granule_and_keeps_the_rest) {
  write(0, memory, 8);
  forget_range(memory + 2, 3);
  write(1, memory + 2, 3);
  EXPECT_TRUE(seen.empty());
  write(1, memory + 1, 1);
  write(1, memory + 5, 1);
  EXPECT_EQ(seen.size(), 2U);
}

TEST_F(Shadow, forgets_atomics_with_their_memory) {
  note_atomic(reinterpret_cast<const void*>(memory + 4));
  forget_range(memory, 4);
  EXPECT_TRUE(forgotten_atomics.empty() || !forgotten_atomics.contains(reinterpret_cast<const void*>(memory + 4)));
  forget_range(memory, 8);
  EXPECT_TRUE(forgotten_atomics.contains(reinterpret_cast<const void*>(memory + 4)));
}

TEST_F(Shadow, memory_given_back_races_with_what_others_did_to_it) {
  write(0, memory + 100, 4);
  order(0, 1);
  const auto give_back = [&](std::uint16_t task) {
    check_access(memory, 4096, {task, epochs_[task], &clocks_[task], kind::plain_write, true, task, nullptr},
                 note_race);
  };
  give_back(1);
  EXPECT_TRUE(seen.empty());
  give_back(2);
  EXPECT_EQ(seen, (std::vector<Seen>{{0, 2, memory + 100, 4}}));
}

TEST_F(Shadow, earlier_executions_are_long_past) {
  for (std::uint16_t task = 0; task < tasks; ++task) read(task, memory);
  begin();
  write(0, memory);
  EXPECT_TRUE(seen.empty());
  write(1, memory);
  EXPECT_EQ(seen, (std::vector<Seen>{{0, 1, memory, 4}}));
}

TEST(Clocks, grow_with_the_tasks_they_know_and_keep_what_they_knew) {
  begin_clocks();
  Clock& small = *make_clock();
  small.set(3, long_past + 5);
  Clock& large = *make_clock();
  large.set(16383, long_past + 7);
  small.join(large);
  EXPECT_EQ(small.of(3), long_past + 5);
  EXPECT_EQ(small.of(16383), long_past + 7);
  EXPECT_EQ(small.of(100), long_past);
  EXPECT_TRUE(small.knows_all_of(large));
  EXPECT_FALSE(large.knows_all_of(small));
  small.assign(large);
  EXPECT_EQ(small.of(3), long_past);
}

TEST(Clocks, give_back_storage_that_others_get) {
  begin_clocks();
  Clock one;
  one.set(0, long_past + 1);
  one.give_back();
  EXPECT_EQ(one.of(0), long_past);
  Clock other;
  other.set(5, long_past + 2);
  EXPECT_EQ(other.of(0), long_past);
  EXPECT_EQ(other.of(5), long_past + 2);
}

}  // namespace
}  // namespace wedge::runtime::memory
