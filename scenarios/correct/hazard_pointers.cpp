// A Treiber stack whose popped nodes are deleted as soon as no hazard pointer names them: must pass under every
// schedule.
//   Source    Treiber 1986; Michael, "Hazard pointers: safe memory reclamation for lock-free objects", 2004
//   Left out  the list of retired nodes per task, to be scanned in batches: here each node is retired alone, and
//             whoever retires it waits until it may go
//
//   popper                           other popper
//   1  reads the head: node A
//   2  announces A, head is still A
//                                    3  takes A off
//   4  reads A's next
//                                    5  sees A announced, and keeps it
//   6  fails to take A, lets it go
//                                    7  deletes A
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <memory>
#include <thread>

#include <wedge/scenario.h>

namespace {

constexpr std::size_t tasks = 3;

class Stack {
 public:
  ~Stack() { assert(head_.load(std::memory_order_relaxed) == nullptr); }

  void push(int value) {
    Node* node = std::make_unique<Node>(Node{value, head_.load(std::memory_order_relaxed)}).release();
    while (!head_.compare_exchange_weak(node->next, node, std::memory_order_release, std::memory_order_relaxed)) {
    }
  }

  // The value, or `nothing` if the stack is empty.
  int pop(std::size_t me) {
    Node* node = nullptr;
    for (;;) {
      node = announced_head(me);            // 1, 2
      if (node == nullptr) return nothing;  // announced_head() has nothing announced then
      Node* const next = node->next;        // 4
      Node* expected = node;
      if (head_.compare_exchange_strong(expected, next, std::memory_order_acquire, std::memory_order_relaxed))
        break;  // 3, 6
    }
    hazards_.at(me).store(nullptr, std::memory_order_release);
    const int value = node->value;
    while (is_announced(node)) std::this_thread::yield();  // 5
    const std::unique_ptr<Node> ours(node);                // 7
    return value;
  }

  static constexpr int nothing = -1;

 private:
  struct Node {
    int value;
    Node* next;
  };

  // seq_cst on both sides: either we see that the node is no longer the head, or its taker sees our announcement.
  Node* announced_head(std::size_t me) {
    Node* node = head_.load(std::memory_order_relaxed);
    for (;;) {
      hazards_.at(me).store(node, std::memory_order_seq_cst);
      Node* const again = head_.load(std::memory_order_seq_cst);
      if (again == node) return node;
      node = again;
    }
  }
  bool is_announced(const Node* node) const {
    for (const auto& hazard : hazards_)
      if (hazard.load(std::memory_order_seq_cst) == node) return true;
    return false;
  }

  std::atomic<Node*> head_{nullptr};
  std::array<std::atomic<Node*>, tasks> hazards_{};
};

void push_and_pop() {
  Stack stack;
  stack.push(1);
  std::atomic<int> sum{0};
  const auto work = [&](std::size_t me) {
    if (me != 0) stack.push(static_cast<int>(10 * me));
    if (const int value = stack.pop(me); value != Stack::nothing) sum.fetch_add(value, std::memory_order_relaxed);
  };
  std::thread one(work, 1);
  std::thread other(work, 2);
  work(0);
  one.join();
  other.join();
  for (int value = stack.pop(0); value != Stack::nothing; value = stack.pop(0)) sum += value;
  assert(sum == 31);
}

const wedge::Scenario scenario{
    .id = "correct/hazard-pointers",
    .title = "a Treiber stack with hazard pointers",
    .source = "https://doi.org/10.1109/TPDS.2004.8",
    .variants = {{"push-and-pop", push_and_pop, wedge::expect(wedge::Outcome::pass)}},
};
const wedge::Registration registration(scenario);

}  // namespace
