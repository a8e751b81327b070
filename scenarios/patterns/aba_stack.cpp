// A node is owned twice: between a look at the top of a stack and the exchange, the top has gone, and come back.
//   Source    textbook: the stack of R. K. Treiber without a tag
//   Symptom   two tasks work on one node
//   Left out  the memory of the nodes; they are numbers, and never freed
//
//   one                              other
//   1  sees A on top, and B below it
//                                    2  pops A, pops B, and keeps B
//                                    3  pushes A
//   4  A is on top: puts B there
//   5  B is on the stack, and the other one still has it
#include <array>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Top { alone, with_a_tag };

constexpr std::uint32_t nodes = 3;
constexpr std::uint32_t none = nodes;

class Stack {
 public:
  explicit Stack(Top top) : tag_(top == Top::with_a_tag ? 1 : 0) {
    for (std::uint32_t i = 0; i < nodes; ++i) next_[i] = i + 1;
  }

  std::uint32_t pop() {
    std::uint64_t seen = top_;  // 1
    for (;;) {
      const std::uint32_t node = node_of(seen);
      if (node == none) return none;
      if (top_.compare_exchange_strong(seen, successor(seen, next_[node]))) return node;  // 1, 2, 4
    }
  }

  void push(std::uint32_t node) {
    std::uint64_t seen = top_;
    do {
      next_[node] = node_of(seen);
    } while (!top_.compare_exchange_strong(seen, successor(seen, node)));  // 3
  }

 private:
  static std::uint32_t node_of(std::uint64_t top) { return static_cast<std::uint32_t>(top); }
  std::uint64_t successor(std::uint64_t top, std::uint32_t node) const { return ((top >> 32) + tag_) << 32 | node; }

  std::uint64_t tag_;
  std::atomic<std::uint64_t> top_{0};
  std::array<std::atomic<std::uint32_t>, nodes> next_{};
};

void pop_and_push(Top top) {
  Stack stack(top);
  std::array<bool, nodes + 1> owned{};  // the last one for a pop that got none
  std::uint32_t mine = none;
  std::uint32_t others = none;
  std::thread one([&] { mine = stack.pop(); });
  std::thread other([&] {
    const std::uint32_t first = stack.pop();
    others = stack.pop();
    if (first != none) stack.push(first);
  });
  one.join();
  other.join();
  owned[mine] = owned[others] = true;
  for (std::uint32_t node = stack.pop(); node != none; node = stack.pop()) assert(!owned[node]);  // 5
}

const wedge::Scenario scenario{
    .id = "patterns/aba-stack",
    .title = "a top of a stack that went away and came back",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { pop_and_push(Top::alone); },
             wedge::expect(wedge::Outcome::panic, "assertion `!owned[node]' failed")},
            {"fix/with-a-tag", [] { pop_and_push(Top::with_a_tag); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
