// What wakes the one who waits for a cell, and what does not.
#include "primitives/async_cell.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>

namespace primitives {
namespace {

using Cell = AsyncCell<int>;

TEST(AsyncCell, take_empties_and_get_does_not) {
  Cell cell(3);
  const auto waker = std::make_shared<Parker>();
  EXPECT_EQ(cell.poll_get(waker), 3);
  EXPECT_EQ(cell.poll_take(waker), 3);
  EXPECT_EQ(cell.poll_take(waker), std::nullopt);
}

TEST(AsyncCell, the_latest_value_wins) {
  Cell cell;
  cell.set(1);
  cell.set(2);
  EXPECT_EQ(cell.poll_take(std::make_shared<Parker>()), 2);
}

TEST(AsyncCell, a_value_wakes_the_waiter) {
  Cell cell;
  std::thread setter([&] { cell.set(5); });
  EXPECT_EQ(block_on([&](const Waker& waker) { return cell.poll_take(waker); }), 5);
  setter.join();
}

TEST(AsyncCell, the_destructor_wakes_the_waiter) {
  auto cell = std::make_unique<Cell>();
  const auto waker = std::make_shared<Parker>();
  EXPECT_EQ(cell->poll_get(waker), std::nullopt);
  EXPECT_TRUE(cell->has_waiter());
  cell.reset();
  waker->park();  // returns at once
}

TEST(AsyncCell, the_death_of_its_owner_does_not_wake_the_waiter) {
  WeakDomain domain;
  Own<Cell> owner(domain, std::make_unique<Cell>());
  Cell* cell = &*owner;
  const Ref<Cell> reference = owner.refer();
  const auto waker = std::make_shared<Parker>();
  EXPECT_FALSE(poll_get(domain.collector(), reference, waker).has_value());
  owner.drop();
  EXPECT_TRUE(cell->has_waiter()) << "still there, and asleep: nobody has told it";
  // But whoever polls learns of it.
  const auto polled = poll_get(domain.collector(), reference, waker);
  ASSERT_TRUE(polled.has_value());
  EXPECT_EQ(*polled, std::nullopt);
  for (int i = 0; i < 2; ++i) domain.collector().pin().flush();
  waker->park();  // the destructor woke it
}

TEST(AsyncCell, a_poll_unpins_when_it_returns) {
  WeakDomain domain;
  const Own<Cell> owner(domain, std::make_unique<Cell>());
  const Ref<Cell> reference = owner.refer();
  EXPECT_FALSE(poll_get(domain.collector(), reference, std::make_shared<Parker>()).has_value());
  EXPECT_FALSE(domain.collector().this_thread_is_pinned());
  EXPECT_TRUE(domain.collector().pinned_threads().empty());
}

TEST(AsyncCell, poll_take_of_a_living_cell_takes) {
  WeakDomain domain;
  const Own<Cell> owner(domain, std::make_unique<Cell>(4));
  const Ref<Cell> reference = owner.refer();
  const auto waker = std::make_shared<Parker>();
  EXPECT_EQ(poll_take(domain.collector(), reference, waker), std::optional(std::optional(4)));
  EXPECT_EQ(poll_take(domain.collector(), reference, waker), std::nullopt);
}

}  // namespace
}  // namespace primitives
