// Lock-free queues with the orders that they need and no more: must pass under every schedule.
//   Source    Michael and Scott 1996; Vyukov's bounded queue for several producers and consumers; Lamport's ring
//   Left out  giving nodes back while others may look at them (hazard_pointers.cpp has that): here they stay until the
//             end
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <memory>
#include <thread>

#include <wedge/scenario.h>

namespace {

// One producer, one consumer: each owns its index and publishes it.
class Ring {
 public:
  bool push(int value) {
    const std::size_t tail = tail_.load(std::memory_order_relaxed);
    if (tail - head_.load(std::memory_order_acquire) == places_.size()) return false;
    places_[tail % places_.size()] = value;
    tail_.store(tail + 1, std::memory_order_release);
    return true;
  }
  bool pop(int& value) {
    const std::size_t head = head_.load(std::memory_order_relaxed);
    if (head == tail_.load(std::memory_order_acquire)) return false;
    value = places_[head % places_.size()];
    head_.store(head + 1, std::memory_order_release);
    return true;
  }

 private:
  std::array<int, 2> places_{};
  std::atomic<std::size_t> head_{0};
  std::atomic<std::size_t> tail_{0};
};

// Several on both sides: each place carries the number of the turn in which it may be used.
class Bounded {
 public:
  Bounded() {
    for (std::size_t i = 0; i < places_.size(); ++i) places_.at(i).turn.store(i, std::memory_order_relaxed);
  }
  bool push(int value) {
    std::size_t tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Place& place = places_[tail % places_.size()];
      const std::size_t turn = place.turn.load(std::memory_order_acquire);
      if (turn == tail && tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_relaxed)) {
        place.value = value;
        place.turn.store(tail + 1, std::memory_order_release);
        return true;
      }
      if (turn < tail) return false;
      if (turn > tail) tail = tail_.load(std::memory_order_relaxed);
    }
  }
  bool pop(int& value) {
    std::size_t head = head_.load(std::memory_order_relaxed);
    for (;;) {
      Place& place = places_[head % places_.size()];
      const std::size_t turn = place.turn.load(std::memory_order_acquire);
      if (turn == head + 1 && head_.compare_exchange_weak(head, head + 1, std::memory_order_relaxed)) {
        value = place.value;
        place.turn.store(head + places_.size(), std::memory_order_release);
        return true;
      }
      if (turn < head + 1) return false;
      if (turn > head + 1) head = head_.load(std::memory_order_relaxed);
    }
  }

 private:
  struct Place {
    std::atomic<std::size_t> turn;
    int value = 0;
  };
  std::array<Place, 2> places_{};
  std::atomic<std::size_t> head_{0};
  std::atomic<std::size_t> tail_{0};
};

class MichaelScott {
 public:
  MichaelScott() : head_(std::make_unique<Node>().release()), tail_(head_.load()), all_(head_.load()) {}
  ~MichaelScott() {
    for (Node* node = all_; node != nullptr;) {
      const std::unique_ptr<Node> gone(node);
      node = node->next.load(std::memory_order_relaxed);
    }
  }
  MichaelScott(const MichaelScott&) = delete;
  MichaelScott& operator=(const MichaelScott&) = delete;

  bool push(int value) {
    Node* const node = std::make_unique<Node>().release();
    node->value = value;
    for (;;) {
      Node* tail = tail_.load(std::memory_order_acquire);
      Node* next = nullptr;
      if (tail->next.compare_exchange_strong(next, node, std::memory_order_release, std::memory_order_acquire)) {
        tail_.compare_exchange_strong(tail, node, std::memory_order_release, std::memory_order_relaxed);
        return true;
      }
      tail_.compare_exchange_strong(tail, next, std::memory_order_release, std::memory_order_relaxed);
    }
  }
  bool pop(int& value) {
    for (;;) {
      Node* head = head_.load(std::memory_order_acquire);
      Node* const next = head->next.load(std::memory_order_acquire);
      if (next == nullptr) return false;
      if (!head_.compare_exchange_strong(head, next, std::memory_order_release, std::memory_order_relaxed)) continue;
      value = next->value;
      return true;
    }
  }

 private:
  struct Node {
    int value = 0;
    std::atomic<Node*> next{nullptr};
  };
  std::atomic<Node*> head_;
  std::atomic<Node*> tail_;
  Node* all_;
};

template <typename Queue>
void take(Queue& queue, int& sum) {
  int value = 0;
  while (!queue.pop(value)) std::this_thread::yield();
  sum += value;
}

template <typename Queue>
void give(Queue& queue, int value) {
  while (!queue.push(value)) std::this_thread::yield();
}

// Three values through two places.
template <typename Queue>
void one_to_one() {
  Queue queue;
  std::thread producer([&] {
    for (int i = 1; i <= 3; ++i) give(queue, i);
  });
  for (int i = 1; i <= 3; ++i) {
    int value = 0;
    take(queue, value);
    assert(value == i);
  }
  producer.join();
}

template <typename Queue>
void two_to_two() {
  Queue queue;
  int one_sum = 0;
  int other_sum = 0;
  std::thread one_giver([&] { give(queue, 1); });
  std::thread other_giver([&] { give(queue, 2); });
  std::thread taker([&] { take(queue, other_sum); });
  take(queue, one_sum);
  one_giver.join();
  other_giver.join();
  taker.join();
  assert(one_sum + other_sum == 3);
}

const wedge::Scenario scenario{
    .id = "correct/queues",
    .title = "lock-free queues: a ring, Vyukov's bounded one, Michael and Scott's list",
    .source = "",
    .variants =
        {
            {"ring", one_to_one<Ring>, wedge::expect(wedge::Outcome::pass)},
            {"bounded-one-to-one", one_to_one<Bounded>, wedge::expect(wedge::Outcome::pass)},
            {"bounded-two-to-two", two_to_two<Bounded>, wedge::expect(wedge::Outcome::pass)},
            {"list-one-to-one", one_to_one<MichaelScott>, wedge::expect(wedge::Outcome::pass)},
            {"list-two-to-two", two_to_two<MichaelScott>, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
