// A futex wakes; what it hands over, the word beside it must order.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

template <std::memory_order set, std::memory_order look>
class Gate {
 public:
  void open() {
    word_.store(1, set);
    syscall(SYS_futex, &word_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
  }
  void await() {
    while (word_.load(look) == 0) syscall(SYS_futex, &word_, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  }

 private:
  std::atomic<int> word_{0};
};

void ordered_word() {
  Gate<std::memory_order_release, std::memory_order_acquire> gate;
  int value = 0;
  std::thread thread([&] {
    value = 1;
    gate.open();
  });
  gate.await();
  value = 2;
  thread.join();
}
const races::Program ordered("futex-with-ordered-word", ordered_word);

// Opened before anybody waits, so that the system call, which might order, does not take place.
void relaxed_word() {
  Gate<std::memory_order_relaxed, std::memory_order_relaxed> gate;
  races::Turn turn;
  int value = 0;
  std::thread thread([&] {
    value = 1;  // race: futex-with-relaxed-word
    gate.open();
    turn.pass();
  });
  turn.await();
  gate.await();
  value = 2;  // race: futex-with-relaxed-word
  thread.join();
}
const races::Program relaxed("futex-with-relaxed-word", relaxed_word);

}  // namespace
