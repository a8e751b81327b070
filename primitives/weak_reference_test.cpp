// Death is seen at once, the destructor comes late, and a counter that is used again fools nobody.
#include "primitives/weak_reference.h"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <thread>
#include <type_traits>

namespace primitives {
namespace {

struct Thing {
  explicit Thing(int& the_destroyed) : destroyed(the_destroyed) {}
  ~Thing() { ++destroyed; }
  int& destroyed;
  int part = 7;
};

Own<Thing> own(WeakDomain& domain, int& destroyed) {
  return {domain, std::make_unique<Thing>(destroyed), "the destructor of the thing"};
}

TEST(WeakReference, finds_what_is_alive) {
  int destroyed = 0;
  WeakDomain domain;
  const Own<Thing> owner = own(domain, destroyed);
  const Ref<Thing> reference = owner.refer();
  EXPECT_EQ(reference.get(domain.collector().pin()), &*owner);
}

TEST(WeakReference, death_is_seen_at_once_and_the_destructor_comes_late) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  const Ref<Thing> reference = owner.refer();
  const Ticket ticket = owner.drop();
  EXPECT_FALSE(reference.is_alive());
  EXPECT_EQ(reference.get(domain.collector().pin()), nullptr);
  EXPECT_EQ(destroyed, 0);
  EXPECT_EQ(domain.collector().whereabouts(ticket).what, "the destructor of the thing");
  for (int i = 0; i < 2; ++i) domain.collector().pin().flush();
  EXPECT_EQ(destroyed, 1);
}

TEST(WeakReference, is_never_destroyed_immediately_even_alone) {
  int destroyed = 0;
  WeakDomain domain;
  for (int i = 0; i < 64; ++i) own(domain, destroyed);
  EXPECT_EQ(destroyed, 0);
}

TEST(WeakReference, copies_keep_nothing_alive) {
  static_assert(std::is_trivially_copyable_v<Ref<Thing>>);
  static_assert(sizeof(Ref<Thing>) == 24);
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  const std::vector<Ref<Thing>> references(100, owner.refer());
  owner.drop();
  for (int i = 0; i < 2; ++i) domain.collector().pin().flush();
  EXPECT_EQ(destroyed, 1);
}

TEST(WeakReference, what_a_guard_has_seen_stays_until_it_ends) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  {
    const Guard guard = domain.collector().pin();
    const Thing* seen = owner.refer().get(guard);
    std::thread([&, dropped = std::move(owner)]() mutable {
      dropped.drop();
      for (int i = 0; i < 100; ++i) domain.collector().pin().flush();
    }).join();
    EXPECT_EQ(destroyed, 0);
    EXPECT_EQ(seen->part, 7);
  }
  for (int i = 0; i < 2; ++i) domain.collector().pin().flush();
  EXPECT_EQ(destroyed, 1);
}

TEST(WeakReference, a_part_dies_with_the_whole) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  const auto part = [](Thing& thing) -> int& { return thing.part; };
  const Ref<int> alive = owner.refer().map(domain.collector().pin(), part);
  EXPECT_EQ(*alive.get(domain.collector().pin()), 7);
  const Ref<Thing> whole = owner.refer();
  owner.drop();
  EXPECT_FALSE(alive.is_alive());
  EXPECT_FALSE(whole.map(domain.collector().pin(), part).is_alive());
}

TEST(WeakReference, who_looks_without_a_guard_sees_the_same_and_pins_nothing) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  const Ref<Thing> reference = owner.refer();
  const auto part = [](Thing& thing) -> int& { return thing.part; };
  std::thread([&] {
    EXPECT_EQ(reference.get_unpinned(), &*owner);
    EXPECT_EQ(*reference.map_unpinned(part).get_unpinned(), 7);
    EXPECT_EQ(domain.collector().pins_of_this_thread(), 0U);
  }).join();
  owner.drop();
  EXPECT_EQ(reference.get_unpinned(), nullptr);
  EXPECT_FALSE(reference.map_unpinned(part).is_alive());
}

TEST(WeakReference, a_counter_that_is_used_again_does_not_revive_old_references) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> first = own(domain, destroyed);
  const Ref<Thing> old = first.refer();
  first.drop();
  const Own<Thing> second = own(domain, destroyed);  // takes the same counter
  EXPECT_FALSE(old.is_alive());
  EXPECT_TRUE(second.refer().is_alive());
}

TEST(WeakReference, a_cure_gets_the_dead_object_before_the_guard_ends) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  const Ref<Thing> reference = owner.refer();
  int seen = 0;
  owner.drop([&](Guard&, Thing& thing) {
    EXPECT_FALSE(reference.is_alive());
    EXPECT_TRUE(domain.collector().this_thread_is_pinned());
    seen = thing.part;
  });
  EXPECT_EQ(seen, 7);
}

TEST(WeakReference, moving_an_owner_drops_what_the_other_had) {
  int destroyed = 0;
  WeakDomain domain;
  Own<Thing> owner = own(domain, destroyed);
  const Ref<Thing> first = owner.refer();
  owner = own(domain, destroyed);
  EXPECT_FALSE(first.is_alive());
  EXPECT_TRUE(owner.refer().is_alive());
}

}  // namespace
}  // namespace primitives
