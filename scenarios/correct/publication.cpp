// Plain data that is published by an atomic, in every way the C++ memory model permits: must pass under every schedule.
#include <array>
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

constexpr int answer = 42;

struct Table {
  std::array<int, 4> entries;
};

void flag() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread giver([&] {
    data = answer;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_acquire)) std::this_thread::yield();
  assert(data == answer);
  giver.join();
}

// The waiting is relaxed; only the last look acquires.
void flag_looked_at_twice() {
  int data = 0;
  std::atomic<bool> ready{false};
  std::thread giver([&] {
    data = answer;
    ready.store(true, std::memory_order_release);
  });
  while (!ready.load(std::memory_order_relaxed)) std::this_thread::yield();
  assert(ready.load(std::memory_order_acquire) && data == answer);
  giver.join();
}

void pointer_or_nothing() {
  const Table table{{1, 2, 3, answer}};
  std::atomic<const Table*> published{nullptr};
  std::thread reader([&] {
    if (const Table* seen = published.load(std::memory_order_acquire)) assert(seen->entries[3] == answer);
  });
  published.store(&table, std::memory_order_release);
  reader.join();
}

void double_checked() {
  std::unique_ptr<Table> owner;
  std::atomic<Table*> instance{nullptr};
  std::mutex mutex;
  const auto get = [&] {
    Table* seen = instance.load(std::memory_order_acquire);
    if (seen == nullptr) {
      const std::scoped_lock lock(mutex);
      seen = instance.load(std::memory_order_relaxed);
      if (seen == nullptr) {
        owner = std::make_unique<Table>(Table{{0, 0, 0, answer}});
        seen = owner.get();
        instance.store(seen, std::memory_order_release);
      }
    }
    assert(seen->entries[3] == answer);
  };
  std::thread one(get);
  std::thread other(get);
  get();
  one.join();
  other.join();
}

// Whoever reads what a relaxed read-modify-write left still sees what was released before it.
void release_sequence() {
  int data = 0;
  std::atomic<int> state{0};
  std::thread giver([&] {
    data = answer;
    state.store(1, std::memory_order_release);
  });
  std::thread passer([&] {
    int one = 1;
    state.compare_exchange_strong(one, 2, std::memory_order_relaxed);
  });
  if (state.load(std::memory_order_acquire) >= 1) assert(data == answer);
  giver.join();
  passer.join();
}

// The last of several to finish sees what all of them did.
void last_one_collects() {
  std::array<int, 3> parts{};
  std::atomic<int> working{3};
  const auto work = [&](std::size_t mine) {
    parts.at(mine) = answer;
    if (working.fetch_sub(1, std::memory_order_acq_rel) != 1) return;
    for (const int part : parts) assert(part == answer);
  };
  std::thread one(work, 0);
  std::thread other(work, 1);
  work(2);
  one.join();
  other.join();
}

// Handed over by exchange, both ways.
void exchanged() {
  Table mine{{answer, 0, 0, 0}};
  Table others{{answer, 1, 1, 1}};
  std::atomic<Table*> slot{nullptr};
  std::thread other([&] {
    if (Table* taken = slot.exchange(&others, std::memory_order_acq_rel)) taken->entries[1] = taken->entries[0];
  });
  if (Table* taken = slot.exchange(&mine, std::memory_order_acq_rel)) taken->entries[1] = taken->entries[0];
  other.join();
  assert(mine.entries[1] + others.entries[1] >= answer);
}

void atomic_ref_beside_plain_use() {
  int data = 0;
  int flag = 0;  // plain until the thread starts, and after it has ended
  flag = 0;
  std::thread giver([&] {
    data = answer;
    std::atomic_ref(flag).store(1, std::memory_order_release);
  });
  while (std::atomic_ref(flag).load(std::memory_order_acquire) == 0) std::this_thread::yield();
  assert(data == answer);
  giver.join();
  assert(++flag == 2);
}

// One write of a chain, seen by way of a third task: ordered, since release and acquire are transitive.
void by_way_of_a_third() {
  int data = 0;
  std::atomic<bool> first{false};
  std::atomic<bool> second{false};
  std::thread giver([&] {
    data = answer;
    first.store(true, std::memory_order_release);
  });
  std::thread passer([&] {
    while (!first.load(std::memory_order_acquire)) std::this_thread::yield();
    second.store(true, std::memory_order_release);
  });
  while (!second.load(std::memory_order_acquire)) std::this_thread::yield();
  assert(data == answer);
  giver.join();
  passer.join();
}

const wedge::Scenario scenario{
    .id = "correct/publication",
    .title = "plain data published by release and acquire",
    .source = "",
    .variants =
        {
            {"flag", flag, wedge::expect(wedge::Outcome::pass)},
            {"flag-looked-at-twice", flag_looked_at_twice, wedge::expect(wedge::Outcome::pass)},
            {"pointer-or-nothing", pointer_or_nothing, wedge::expect(wedge::Outcome::pass)},
            {"double-checked", double_checked, wedge::expect(wedge::Outcome::pass)},
            {"release-sequence", release_sequence, wedge::expect(wedge::Outcome::pass)},
            {"last-one-collects", last_one_collects, wedge::expect(wedge::Outcome::pass)},
            {"exchanged", exchanged, wedge::expect(wedge::Outcome::pass)},
            {"atomic-ref-beside-plain-use", atomic_ref_beside_plain_use, wedge::expect(wedge::Outcome::pass)},
            {"by-way-of-a-third", by_way_of_a_third, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
