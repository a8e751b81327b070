// Which buffer is taken, who waits, and what clearing does to buffers that are in use.
#include "primitives/buffer_pool.h"

#include <gtest/gtest.h>

#include <thread>

#include <cuda_runtime_api.h>

namespace primitives {
namespace {

using namespace std::chrono_literals;

TEST(BufferPool, takes_the_first_free_buffer_of_that_name_and_size) {
  BufferPool pool;
  PinnedBuffer& first = pool.acquire("states", 12);
  PinnedBuffer& second = pool.acquire("states", 12);
  EXPECT_NE(&first, &second);
  EXPECT_NE(first.data, second.data);
  pool.release(second);
  pool.release(first);
  EXPECT_EQ(&pool.acquire("states", 12), &first);
  EXPECT_EQ(pool.size(), 2U);
}

TEST(BufferPool, takes_no_buffer_of_another_name_or_size) {
  BufferPool pool;
  PinnedBuffer& first = pool.acquire("states", 12);
  pool.release(first);
  EXPECT_NE(&pool.acquire("observables", 12), &first);
  EXPECT_NE(&pool.acquire("states", 8), &first);
  EXPECT_FALSE(first.in_use);
}

TEST(BufferPool, without_a_bound_grows_with_what_is_never_released) {
  BufferPool pool;
  for (int i = 0; i < 10; ++i) pool.acquire("states", 12);
  EXPECT_EQ(pool.in_use(), 10U);
  EXPECT_EQ(pool.size(), 10U);
}

TEST(BufferPool, at_its_bound_waits_for_a_release) {
  BufferPool pool(1);
  PinnedBuffer& first = pool.acquire("states", 12);
  std::thread releases([&] { pool.release(first); });
  EXPECT_EQ(&pool.acquire("states", 12), &first);
  releases.join();
}

TEST(BufferPool, at_its_bound_gives_up_after_the_limit) {
  BufferPool pool(1);
  pool.acquire("states", 12);
  EXPECT_EQ(pool.acquire_within("states", 12, 1ms), nullptr);
  EXPECT_TRUE(pool.awaited_at_rest().empty());
}

TEST(BufferPool, at_its_bound_makes_room_for_another_kind) {
  BufferPool pool(1);
  pool.release(pool.acquire("states", 12));
  EXPECT_EQ(pool.acquire("observables", 12).name, "observables");
  EXPECT_EQ(pool.size(), 1U);
}

// Whether memory is still pinned is known to cudaHostUnregister and cudaFreeHost alone: a second free is refused.
bool is_freed(void* memory) { return cudaFreeHost(memory) != cudaSuccess; }

TEST(BufferPool, clearing_spares_the_buffers_in_use_until_they_are_released) {
  BufferPool pool(BufferPool::unbounded, BufferPool::Clear::spares_used_buffers);
  PinnedBuffer& used = pool.acquire("states", 12);
  PinnedBuffer& unused = pool.acquire("states", 12);
  pool.release(unused);
  void* const kept = used.data;
  void* const gone = unused.data;
  pool.clear();
  EXPECT_EQ(pool.size(), 0U);
  EXPECT_TRUE(is_freed(gone));
  static_cast<int*>(kept)[0] = 1;
  pool.release(used);
  EXPECT_TRUE(is_freed(kept));
}

TEST(BufferPool, clearing_may_free_what_is_in_use) {
  BufferPool pool(BufferPool::unbounded, BufferPool::Clear::frees_all);
  PinnedBuffer& used = pool.acquire("states", 12);
  void* const gone = used.data;
  pool.clear();
  EXPECT_TRUE(is_freed(gone));
  pool.release(used);  // it is told, and has nothing left to do
}

TEST(BufferPool, says_which_buffers_are_in_use) {
  BufferPool pool;
  pool.acquire("states", 12);
  pool.acquire("states", 12);
  pool.release(pool.acquire("observables", 12));
  EXPECT_EQ(pool.describe_at_rest(), "2 of 3 buffers in use: 2 of states");
}

}  // namespace
}  // namespace primitives
