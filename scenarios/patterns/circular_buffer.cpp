// Sender and receiver take turns by a flag, and count the rounds instead of the entries: who looks too early is one
// off.
//   Source    circular_buffer of SCTBench, with the flag outside the lock
//   Symptom   the receiver gets an entry, but not the one whose turn it is
//   Left out  overflow; there is room for all rounds
//
//   sender                           receiver
//                                    1  round 0: nothing sent yet, goes on to round 1
//   2  sends entry 0, sent_ = true
//                                    3  round 1: gets entry 0: the assertion fails
#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Expected { by_round, by_entry };

constexpr auto relaxed = std::memory_order_relaxed;
constexpr int rounds = 7;

class CircularBuffer {
 public:
  void send_in_turn() {
    if (sent_.load(relaxed)) return;
    const std::scoped_lock lock(mutex_);
    buffer_[in_] = static_cast<int>(in_);
    in_ = (in_ + 1) % buffer_.size();
    sent_.store(true, relaxed);  // 2
  }

  // Whether there was something to receive.
  bool receive_in_turn(int expected) {
    if (!sent_.load(relaxed)) return false;  // 1
    const std::scoped_lock lock(mutex_);
    const int received = buffer_[out_];
    out_ = (out_ + 1) % buffer_.size();
    assert(received == expected);  // 3
    sent_.store(false, relaxed);
    return true;
  }

 private:
  std::mutex mutex_;
  std::array<int, 10> buffer_{};
  std::size_t in_ = 0;
  std::size_t out_ = 0;
  std::atomic<bool> sent_{false};
};

void send_and_receive(Expected expected) {
  CircularBuffer buffer;
  std::thread sender([&] {
    for (int i = 0; i < rounds; ++i) buffer.send_in_turn();
  });
  std::thread receiver([&] {
    int received = 0;
    for (int i = 0; i < rounds; ++i)
      if (buffer.receive_in_turn(expected == Expected::by_round ? i : received)) ++received;
  });
  sender.join();
  receiver.join();
}

const wedge::Scenario scenario{
    .id = "patterns/circular-buffer",
    .title = "rounds counted in place of entries",
    .source = "SCTBench: circular_buffer",
    .variants =
        {
            {"as-found", [] { send_and_receive(Expected::by_round); },
             wedge::expect(wedge::Outcome::panic, "assertion `received == expected' failed")},
            {"fix/by-entry", [] { send_and_receive(Expected::by_entry); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
