// What is heard, and what is not.
#include "primitives/notify.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

namespace primitives {
namespace {

TEST(Notify, what_is_rung_between_notified_and_the_wait_is_heard) {
  Notify bell;
  Notify::Notified notified = bell.notified();
  bell.notify_waiters();
  notified.wait();  // returns at once
}

TEST(Notify, all_who_listen_are_woken) {
  Notify bell;
  std::atomic<int> awake{0};
  Notify::Notified first = bell.notified();
  Notify::Notified second = bell.notified();
  std::thread one([&] { first.wait(), ++awake; });
  std::thread two([&] { second.wait(), ++awake; });
  bell.notify_waiters();
  one.join();
  two.join();
  EXPECT_EQ(awake, 2);
}

TEST(Notify, what_was_rung_before_is_not_kept) {
  Notify bell;
  bell.notify_waiters();
  const Notify::Notified late = bell.notified();
  EXPECT_FALSE(late.has_come());
  bell.notify_waiters();
  EXPECT_TRUE(late.has_come());
}

}  // namespace
}  // namespace primitives
