// Locks made of atomics, with orders exactly as weak as they may be: must pass under every schedule.
//
// What they protect is plain. A detector that takes a relaxed operation for too much says nothing here, one that takes
// an acquire or a release for too little reports a race.
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <thread>

#include <wedge/scenario.h>

namespace {

class FlagLock {
 public:
  void lock() {
    while (taken_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock() { taken_.clear(std::memory_order_release); }

 private:
  std::atomic_flag taken_;
};

// Looks before it writes, so that waiting does not take the line away from the owner.
class LookingLock {
 public:
  void lock() {
    for (;;) {
      bool free = false;
      if (taken_.compare_exchange_weak(free, true, std::memory_order_acquire, std::memory_order_relaxed)) return;
      while (taken_.load(std::memory_order_relaxed)) std::this_thread::yield();
    }
  }
  void unlock() { taken_.store(false, std::memory_order_release); }

 private:
  std::atomic<bool> taken_{false};
};

class TicketLock {
 public:
  void lock() {
    const unsigned mine = next_.fetch_add(1, std::memory_order_relaxed);
    while (served_.load(std::memory_order_acquire) != mine) std::this_thread::yield();
  }
  void unlock() {
    const unsigned now = served_.load(std::memory_order_relaxed);  // only the owner writes it
    served_.store(now + 1, std::memory_order_release);
  }

 private:
  std::atomic<unsigned> next_{0};
  std::atomic<unsigned> served_{0};
};

// Of Mellor-Crummey and Scott: each waits on a place of its own, which lies on its stack.
class QueueLock {
 public:
  struct Place {
    std::atomic<Place*> next{nullptr};
    std::atomic<bool> waits{true};
  };
  void lock(Place& mine) {
    Place* before = last_.exchange(&mine, std::memory_order_acq_rel);
    if (before == nullptr) return;
    before->next.store(&mine, std::memory_order_release);
    while (mine.waits.load(std::memory_order_acquire)) std::this_thread::yield();
  }
  void unlock(Place& mine) {
    Place* after = mine.next.load(std::memory_order_acquire);
    if (after == nullptr) {
      Place* expected = &mine;
      if (last_.compare_exchange_strong(expected, nullptr, std::memory_order_release, std::memory_order_relaxed))
        return;
      while ((after = mine.next.load(std::memory_order_acquire)) == nullptr) std::this_thread::yield();
    }
    after->waits.store(false, std::memory_order_release);
  }

 private:
  std::atomic<Place*> last_{nullptr};
};

// Readers count themselves; a writer takes the word from 0 to -1.
class CountingRwLock {
 public:
  void lock() {
    int nobody = 0;
    while (!word_.compare_exchange_weak(nobody, -1, std::memory_order_acquire, std::memory_order_relaxed)) {
      nobody = 0;
      std::this_thread::yield();
    }
  }
  void unlock() { word_.store(0, std::memory_order_release); }
  void lock_shared() {
    for (;;) {
      int readers = word_.load(std::memory_order_relaxed);
      if (readers >= 0 &&
          word_.compare_exchange_weak(readers, readers + 1, std::memory_order_acquire, std::memory_order_relaxed))
        return;
      std::this_thread::yield();
    }
  }
  void unlock_shared() { word_.fetch_sub(1, std::memory_order_release); }

 private:
  std::atomic<int> word_{0};
};

template <typename Work>
void in_three_tasks(const Work& work) {
  std::thread one(work);
  std::thread other(work);
  work();
  one.join();
  other.join();
}

template <typename Lock>
void exclude() {
  Lock lock;
  int count = 0;
  in_three_tasks([&] {
    lock.lock();
    ++count;
    lock.unlock();
  });
  assert(count == 3);
}

void queue_lock() {
  QueueLock lock;
  int count = 0;
  in_three_tasks([&] {
    QueueLock::Place place;
    lock.lock(place);
    ++count;
    lock.unlock(place);
  });
  assert(count == 3);
}

void counting_rwlock() {
  CountingRwLock lock;
  std::array<int, 2> pair{};
  in_three_tasks([&] {
    lock.lock_shared();
    assert(pair[0] == pair[1]);
    lock.unlock_shared();
    lock.lock();
    ++pair[0];
    ++pair[1];
    lock.unlock();
  });
  assert(pair[1] == 3);
}

const wedge::Scenario scenario{
    .id = "correct/spin-locks",
    .title = "locks made of atomics with the weakest orders that suffice",
    .source = "",
    .variants =
        {
            {"flag", exclude<FlagLock>, wedge::expect(wedge::Outcome::pass)},
            {"looking-first", exclude<LookingLock>, wedge::expect(wedge::Outcome::pass)},
            {"ticket", exclude<TicketLock>, wedge::expect(wedge::Outcome::pass)},
            {"queue", queue_lock, wedge::expect(wedge::Outcome::pass)},
            {"counting-rwlock", counting_rwlock, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
