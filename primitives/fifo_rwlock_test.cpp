// The rules of the lock, one by one. Polled, so that "would wait" needs neither threads nor time.
#include "primitives/fifo_rwlock.h"

#include <gtest/gtest.h>

#include <shared_mutex>
#include <thread>
#include <vector>

namespace primitives {
namespace {

using Acquisition = FifoRwLock::Acquisition;
constexpr auto shared = FifoRwLock::Mode::shared;
constexpr auto exclusive = FifoRwLock::Mode::exclusive;

class FifoRwLockTest : public testing::Test {
 protected:
  bool polls(Acquisition& acquisition) { return acquisition.poll(waker_); }

  FifoRwLock lock_{"the table"};
  Waker waker_ = std::make_shared<Parker>();
};

TEST_F(FifoRwLockTest, readers_share_and_a_writer_does_not) {
  lock_.lock_shared();
  EXPECT_TRUE(lock_.try_lock_shared());
  EXPECT_FALSE(lock_.try_lock());
  lock_.unlock_shared();
  EXPECT_FALSE(lock_.try_lock());
  lock_.unlock_shared();
  EXPECT_TRUE(lock_.try_lock());
  EXPECT_FALSE(lock_.try_lock());
  EXPECT_FALSE(lock_.try_lock_shared());
  lock_.unlock();
}

TEST_F(FifoRwLockTest, writers_are_granted_it_in_the_order_of_arrival) {
  lock_.lock();
  Acquisition first(lock_, exclusive);
  Acquisition second(lock_, exclusive);
  EXPECT_FALSE(polls(first));
  EXPECT_FALSE(polls(second));
  lock_.unlock();
  EXPECT_FALSE(polls(second));
  EXPECT_TRUE(polls(first));
  lock_.unlock();
  first.keep();
  EXPECT_TRUE(polls(second));
}

TEST_F(FifoRwLockTest, a_reader_behind_a_waiting_writer_waits_though_readers_hold_it) {
  lock_.lock_shared();
  Acquisition writer(lock_, exclusive);
  Acquisition reader(lock_, shared);
  EXPECT_FALSE(polls(writer));
  EXPECT_FALSE(polls(reader));
  EXPECT_FALSE(lock_.try_lock_shared());
  lock_.unlock_shared();
  EXPECT_FALSE(polls(reader));
  EXPECT_TRUE(polls(writer));
}

TEST_F(FifoRwLockTest, readers_next_to_each_other_in_the_queue_are_granted_it_together) {
  lock_.lock();
  Acquisition first(lock_, shared);
  Acquisition second(lock_, shared);
  Acquisition writer(lock_, exclusive);
  Acquisition third(lock_, shared);
  for (Acquisition* each : {&first, &second, &writer, &third}) EXPECT_FALSE(polls(*each));
  lock_.unlock();
  EXPECT_TRUE(polls(first));
  EXPECT_TRUE(polls(second));
  EXPECT_FALSE(polls(writer));
  EXPECT_FALSE(polls(third));
}

TEST_F(FifoRwLockTest, is_handed_over_so_that_nobody_gets_in_between) {
  lock_.lock();
  Acquisition next(lock_, exclusive);
  EXPECT_FALSE(polls(next));
  lock_.unlock();
  // The next one has not run yet, and has it.
  EXPECT_FALSE(lock_.try_lock());
  EXPECT_FALSE(lock_.try_lock_shared());
  EXPECT_TRUE(polls(next));
}

TEST_F(FifoRwLockTest, whoever_holds_it_and_asks_again_waits) {
  lock_.lock();
  Acquisition reads(lock_, shared);
  Acquisition writes(lock_, exclusive);
  EXPECT_FALSE(polls(reads));
  EXPECT_FALSE(polls(writes));
  lock_.unlock();
}

TEST_F(FifoRwLockTest, without_order_whoever_comes_while_it_is_free_has_it_and_it_still_is_not_reentrant) {
  FifoRwLock lock("the table", {.in_order = false});
  lock.lock();
  Acquisition first(lock, exclusive);
  Acquisition second(lock, shared);
  EXPECT_FALSE(polls(first));
  EXPECT_FALSE(polls(second));
  EXPECT_FALSE(lock.try_lock_shared());
  lock.unlock();
  EXPECT_TRUE(lock.try_lock_shared()) << "it was handed over";
  EXPECT_TRUE(polls(second)) << "a reader passes the writer that came before";
  lock.unlock_shared();
  EXPECT_FALSE(polls(first));
  second.keep();
  lock.unlock_shared();
  EXPECT_TRUE(polls(first));
}

TEST_F(FifoRwLockTest, without_order_giving_it_back_wakes_all_who_wait) {
  FifoRwLock lock("the table", {.in_order = false});
  lock.lock();
  int value = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([&] {
      const std::unique_lock writing(lock);
      ++value;
    });
  lock.unlock();
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(value, 4);
}

TEST_F(FifoRwLockTest, a_reentrant_one_is_granted_again_to_the_task_that_holds_it_for_writing_and_to_no_other) {
  FifoRwLock lock("the table", {.reentrant = true});
  name_this_task("the loop");
  lock.lock();
  EXPECT_TRUE(lock.try_lock_shared());
  EXPECT_TRUE(lock.try_lock());
  name_this_task("a client");
  EXPECT_FALSE(lock.try_lock_shared());
  name_this_task("the loop");
  lock.unlock();
  lock.unlock_shared();
  lock.unlock();
  EXPECT_EQ(lock.describe_at_rest(), "free");
}

TEST_F(FifoRwLockTest, a_second_reader_of_the_same_task_waits_only_behind_a_writer) {
  lock_.lock_shared();
  EXPECT_TRUE(lock_.try_lock_shared());
  lock_.unlock_shared();
  Acquisition writer(lock_, exclusive);
  Acquisition again(lock_, shared);
  EXPECT_FALSE(polls(writer));
  EXPECT_FALSE(polls(again));
  lock_.unlock_shared();
}

TEST_F(FifoRwLockTest, a_wait_that_is_given_up_leaves_the_queue) {
  lock_.lock_shared();
  Acquisition reader(lock_, shared);
  {
    Acquisition writer(lock_, exclusive);
    EXPECT_FALSE(polls(writer));
    EXPECT_FALSE(polls(reader));
  }
  EXPECT_TRUE(polls(reader)) << "only the writer that has left stood before it";
}

TEST_F(FifoRwLockTest, what_was_granted_and_never_taken_goes_to_the_next) {
  lock_.lock();
  Acquisition last(lock_, exclusive);
  {
    Acquisition given_up(lock_, exclusive);
    EXPECT_FALSE(polls(given_up));
    EXPECT_FALSE(polls(last));
    lock_.unlock();
  }
  EXPECT_TRUE(polls(last));
}

TEST_F(FifoRwLockTest, a_grant_wakes_who_waits) {
  lock_.lock();
  Acquisition writer(lock_, exclusive);
  EXPECT_FALSE(polls(writer));
  lock_.unlock();
  waker_->park();  // returns at once
}

TEST_F(FifoRwLockTest, locks_for_the_guards_of_the_library) {
  int value = 0;
  const auto count = [&] {
    for (int i = 0; i < 200; ++i) {
      {
        const std::unique_lock writes(lock_);
        ++value;
      }
      const std::shared_lock reads(lock_);
      EXPECT_GT(value, 0);
    }
  };
  std::thread other(count);
  count();
  other.join();
  EXPECT_EQ(value, 400);
}

TEST_F(FifoRwLockTest, says_who_holds_it_and_who_waits) {
  name_this_task("the loop");
  EXPECT_EQ(lock_.describe_at_rest(), "free");
  lock_.lock();
  EXPECT_EQ(lock_.describe_at_rest(), "held for writing by the loop");
  EXPECT_EQ(lock_.self_wait_at_rest(), "");
  name_this_task("a client");
  Acquisition client(lock_, exclusive);
  EXPECT_FALSE(polls(client));
  EXPECT_EQ(lock_.self_wait_at_rest(), "");
  name_this_task("the loop");
  Acquisition again(lock_, shared);
  EXPECT_FALSE(polls(again));
  EXPECT_EQ(lock_.describe_at_rest(),
            "held for writing by the loop; waiting, in this order: a client to write, the loop to read");
  EXPECT_EQ(lock_.self_wait_at_rest(), "the loop waits to read the table, which it holds itself for writing");
  lock_.unlock();
  name_this_task("a client");
  lock_.unlock();
  client.keep();
  EXPECT_EQ(lock_.describe_at_rest(), "held for reading by the loop");
}

TEST_F(FifoRwLockTest, knows_which_of_several_readers_gave_it_back) {
  name_this_task("a client");
  lock_.lock_shared();
  name_this_task("the loop");
  lock_.lock_shared();
  EXPECT_EQ(lock_.describe_at_rest(), "held for reading by a client, the loop");
  lock_.unlock_shared();
  EXPECT_EQ(lock_.describe_at_rest(), "held for reading by a client");
  lock_.unlock_shared();  // on behalf of the client
  EXPECT_EQ(lock_.describe_at_rest(), "free");
}

}  // namespace
}  // namespace primitives
