// The rules of the collector, with the numbers that were measured on the original (crossbeam-epoch 0.9.18).
#include "primitives/epoch.h"

#include <gtest/gtest.h>

#include <latch>
#include <optional>
#include <thread>

namespace primitives {
namespace {

using Place = Whereabouts::Place;

// Nobody drops anything here: the work only says that it has run.
struct Work {
  bool ran = false;
  Ticket ticket = 0;

  void defer_in(const Guard& guard) {
    ticket = const_cast<Guard&>(guard).defer([this] { ran = true; }, "the work");
  }
};

// As the owner of a weakly referenced object drops it: one pin, one deferred destructor.
void drop(Collector& collector, Work& work) { work.defer_in(collector.pin()); }
void drop_another(Collector& collector) {
  collector.pin().defer([] {});
}
void flush(Collector& collector) { collector.pin().flush(); }

// How many calls of `act` it takes until the work has run, or nothing if `most` are not enough.
template <typename Act>
std::optional<int> calls_until(const Work& work, int most, Act&& act) {
  for (int calls = 1; calls <= most; ++calls) {
    act();
    if (work.ran) return calls;
  }
  return std::nullopt;
}

void in_another_thread(const std::function<void()>& body) { std::thread(body).join(); }

TEST(Epoch, the_first_drop_of_a_thread_is_destroyed_inside_its_257th) {
  Work work;
  Collector collector;
  drop(collector, work);
  EXPECT_EQ(calls_until(work, 1000, [&] { drop_another(collector); }), 256);
}

TEST(Epoch, all_64_of_a_bag_are_destroyed_in_one_burst) {
  Work first;
  Work last;
  Work next;
  Collector collector;
  drop(collector, first);
  for (int i = 2; i < 64; ++i) drop_another(collector);
  drop(collector, last);
  drop(collector, next);
  for (int i = 66; i < 257; ++i) drop_another(collector);
  EXPECT_FALSE(first.ran);
  drop_another(collector);
  EXPECT_TRUE(first.ran);
  EXPECT_TRUE(last.ran);
  EXPECT_FALSE(next.ran) << "the 129th drop advances before it seals the second bag";
  for (int i = 258; i < 385; ++i) drop_another(collector);
  EXPECT_FALSE(next.ran);
  drop_another(collector);
  EXPECT_TRUE(next.ran);
}

TEST(Epoch, a_collection_runs_eight_bags_at_most) {
  Collector collector({.slots_of_a_bag = 1});
  int ran = 0;
  {
    Guard guard = collector.pin();
    for (int i = 0; i < 20; ++i) guard.defer([&] { ++ran; });
  }
  flush(collector);
  EXPECT_EQ(ran, 0);
  flush(collector);
  EXPECT_EQ(ran, 8);
  flush(collector);
  EXPECT_EQ(ran, 16);
}

TEST(Epoch, a_hundred_thousand_bare_pins_release_nothing) {
  Work work;
  Collector collector;
  drop(collector, work);
  EXPECT_EQ(calls_until(work, 100'000, [&] { collector.pin(); }), std::nullopt);
  EXPECT_EQ(collector.whereabouts(work.ticket).place, Place::in_bag);
  EXPECT_GT(collector.epoch(), 700U) << "the epoch moves; only the bag does not";
}

TEST(Epoch, one_flush_is_not_enough_and_two_are) {
  Work work;
  Collector collector;
  drop(collector, work);
  EXPECT_EQ(calls_until(work, 10, [&] { flush(collector); }), 2);
}

// The first drop costs one more, since the very first pin of a thread collects before it.
TEST(Epoch, a_flush_inside_the_guard_of_each_drop_releases_one_late) {
  Collector collector;
  std::vector<Work> works(10);
  std::vector<std::size_t> ran_in_drop(works.size(), 0);
  for (std::size_t i = 0; i < works.size(); ++i) {
    {
      Guard guard = collector.pin();
      works[i].defer_in(guard);
      guard.flush();
    }
    for (std::size_t k = 0; k < works.size(); ++k)
      if (works[k].ran && ran_in_drop[k] == 0) ran_in_drop[k] = i + 1;
  }
  EXPECT_EQ(ran_in_drop, (std::vector<std::size_t>{3, 3, 4, 5, 6, 7, 8, 9, 10, 0}));
}

TEST(Epoch, several_flushes_under_one_guard_do_nothing) {
  Work work;
  Collector collector;
  drop(collector, work);
  {
    Guard guard = collector.pin();
    EXPECT_EQ(calls_until(work, 1000, [&] { guard.flush(); }), std::nullopt);
  }
  EXPECT_EQ(calls_until(work, 10, [&] { flush(collector); }), 1) << "one of the thousand counted";
}

TEST(Epoch, repinning_between_flushes_lets_them_count) {
  Work work;
  Collector collector;
  Guard guard = collector.pin();
  work.defer_in(guard);
  EXPECT_EQ(calls_until(work, 10,
                        [&] {
                          guard.repin();
                          guard.flush();
                        }),
            2);
}

TEST(Epoch, repin_does_nothing_under_an_outer_guard) {
  Work work;
  Collector collector;
  const Guard outer = collector.pin();
  Guard guard = collector.pin();
  work.defer_in(guard);
  EXPECT_EQ(calls_until(work, 100,
                        [&] {
                          guard.repin();
                          guard.flush();
                        }),
            std::nullopt);
}

TEST(Epoch, repin_after_is_unpinned_in_between) {
  Collector collector;
  Guard guard = collector.pin();
  bool pinned = true;
  guard.repin_after([&] { pinned = collector.this_thread_is_pinned(); });
  EXPECT_FALSE(pinned);
  EXPECT_TRUE(collector.this_thread_is_pinned());
}

TEST(Epoch, only_every_128th_outermost_pin_collects) {
  Collector collector;
  std::vector<int> advanced_at;
  for (int pin = 1; pin <= 300; ++pin) {
    const std::uint64_t before = collector.epoch();
    {
      const Guard outer = collector.pin();
      for (int i = 0; i < 5; ++i) collector.pin();  // nested: no pins at all
    }
    if (collector.epoch() != before) advanced_at.push_back(pin);
  }
  EXPECT_EQ(collector.pins_of_this_thread(), 300U);
  EXPECT_EQ(advanced_at, (std::vector<int>{1, 129, 257}));
}

TEST(Epoch, the_65th_defer_hands_the_bag_over) {
  Work first;
  Work last;
  Collector collector;
  drop(collector, first);
  for (int i = 2; i <= 64; ++i) drop_another(collector);
  EXPECT_EQ(collector.whereabouts(first.ticket).place, Place::in_bag);
  drop(collector, last);
  EXPECT_EQ(collector.whereabouts(first.ticket).place, Place::in_queue);
  EXPECT_EQ(collector.whereabouts(last.ticket).slot, 1U);
}

TEST(Epoch, a_bag_is_sealed_with_the_global_epoch_and_not_that_of_the_thread) {
  Work work;
  Collector collector;
  Guard guard = collector.pin();  // at epoch 0; the collection of the first pin has moved the global epoch to 1
  work.defer_in(guard);
  guard.flush();
  EXPECT_EQ(collector.pinned_threads().at(0).epoch, 0U);
  EXPECT_EQ(collector.whereabouts(work.ticket).sealed, 1U);
}

TEST(Epoch, the_bag_of_a_thread_that_has_ended_needs_two_flushes_of_another) {
  Work work;
  Collector collector;
  in_another_thread([&] { drop(collector, work); });
  EXPECT_FALSE(work.ran);
  EXPECT_EQ(collector.whereabouts(work.ticket).place, Place::in_queue);
  EXPECT_EQ(calls_until(work, 10, [&] { flush(collector); }), 2);
}

TEST(Epoch, the_bag_of_a_thread_that_has_ended_needs_129_bare_pins_of_another) {
  Work work;
  Collector collector;
  in_another_thread([&] { drop(collector, work); });
  EXPECT_EQ(calls_until(work, 1000, [&] { collector.pin(); }), 129);
}

// A bag is private: who advances the epoch in another thread reaches what is in the queue, and nothing else.
TEST(Epoch, flushes_of_another_thread_never_release_what_sits_in_the_bag_of_a_living_one) {
  Work work;
  Collector collector;
  drop(collector, work);
  in_another_thread([&] {
    const std::uint64_t before = collector.epoch();
    EXPECT_EQ(calls_until(work, 10'000, [&] { flush(collector); }), std::nullopt);
    EXPECT_EQ(collector.epoch(), before + 10'000) << "nothing holds the epoch back";
  });
  EXPECT_EQ(collector.whereabouts(work.ticket).place, Place::in_bag);
  EXPECT_TRUE(collector.pinned_threads().empty());
  EXPECT_EQ(calls_until(work, 10, [&] { flush(collector); }), 2) << "of its owner";
}

TEST(Epoch, a_thread_that_ends_hands_over_its_bag_even_if_it_is_empty) {
  Work work;
  Collector collector;
  in_another_thread([&] { collector.pin(); });
  in_another_thread([&] { drop(collector, work); });
  EXPECT_EQ(collector.whereabouts(work.ticket).bags_before, 1U);
}

TEST(Epoch, a_pinned_thread_delays_until_it_unpins) {
  Work work;
  Collector collector;
  std::latch pinned(1);
  std::latch enough(1);
  std::thread other([&] {
    const Guard guard = collector.pin();
    pinned.count_down();
    enough.wait();
  });
  pinned.wait();
  drop(collector, work);
  EXPECT_EQ(calls_until(work, 191, [&] { flush(collector); }), std::nullopt);
  EXPECT_EQ(collector.pinned_threads().size(), 1U);
  enough.count_down();
  other.join();
  EXPECT_EQ(calls_until(work, 10, [&] { flush(collector); }), 2) << "none of the 191 has advanced the epoch";
}

// What a flush seals while another thread is pinned at the global epoch may still advance once.
TEST(Epoch, a_pinned_thread_lets_the_epoch_advance_once) {
  Collector collector;
  std::latch pinned(1);
  std::latch enough(1);
  std::thread other([&] {
    collector.pin();
    const Guard guard = collector.pin();
    pinned.count_down();
    enough.wait();
  });
  pinned.wait();
  const std::uint64_t before = collector.epoch();
  for (int i = 0; i < 50; ++i) flush(collector);
  EXPECT_EQ(collector.epoch(), before + 1);
  enough.count_down();
  other.join();
}

TEST(Epoch, taking_a_bag_out_defers_its_node) {
  Work work;
  Work after;
  Collector collector;
  drop(collector, work);
  for (int i = 0; i < 2; ++i) flush(collector);
  ASSERT_TRUE(work.ran);
  drop(collector, after);
  EXPECT_EQ(collector.whereabouts(after.ticket).slot, 2U);
}

TEST(Epoch, what_is_left_runs_at_the_end_of_the_collector_even_if_it_defers_more) {
  Work in_a_bag;
  Work deferred_late;
  {
    Collector collector;
    drop(collector, in_a_bag);
    collector.pin().defer([&] { drop(collector, deferred_late); });
  }
  EXPECT_TRUE(in_a_bag.ran);
  EXPECT_TRUE(deferred_late.ran);
}

TEST(Epoch, collectors_are_independent_and_a_thread_may_outlive_one) {
  std::latch ready(1);
  std::latch gone(1);
  auto first = std::make_unique<Collector>();
  Work work;
  Collector second;
  std::thread other([&] {
    first->pin();
    drop(second, work);
    ready.count_down();
    gone.wait();
  });
  ready.wait();
  EXPECT_EQ(first->epoch(), 1U);
  first.reset();
  gone.count_down();
  other.join();
  EXPECT_EQ(second.whereabouts(work.ticket).place, Place::in_queue);
}

TEST(Epoch, a_report_names_thread_bag_and_slot) {
  Work work;
  Collector collector;
  collector.name_this_thread("UI");
  drop_another(collector);
  drop(collector, work);
  EXPECT_EQ(describe(collector.whereabouts(work.ticket)),
            "the work sits in slot 2 of 64 of the bag of thread UI, which has not handed it over; nobody is pinned; "
            "the global epoch is 1");
  {
    const Guard guard = collector.pin();
    flush(collector);
    EXPECT_EQ(describe(collector.whereabouts(work.ticket)),
              "the work sits in slot 2 of 64 of a bag of thread UI, sealed at epoch 1 and to be run from epoch 3, "
              "behind 0 other bags; thread UI is pinned since epoch 1; the global epoch is 2");
  }
  flush(collector);
  EXPECT_EQ(describe(collector.whereabouts(work.ticket)),
            "it has been taken out to be run; nobody is pinned; the global epoch is 3");
  EXPECT_EQ(describe(collector.whereabouts(99)), "nothing like that was deferred");
}

}  // namespace
}  // namespace primitives
