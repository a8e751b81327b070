// Deadlock: two threads take the same two std::mutex in opposite order.
#include <barrier>
#include <mutex>
#include <thread>

#include "corpus.h"

namespace {

#ifdef UNRELATED_EDIT
// Moves everything below to other lines and addresses: the hang is the same, and so must its fingerprint be.
[[maybe_unused]] int balance(int amount) {
  const auto twice = [](int value) { return value * 2; };
  return twice(amount);
}
int (*volatile keep_balance)(int) = balance;
#endif

std::mutex accounts;
std::mutex journal;
std::barrier both_hold_one(2);

void transfer() {
  call_thread("left");
  const std::lock_guard first(accounts);
  both_hold_one.arrive_and_wait();
  const std::lock_guard second(journal);
}

void audit() {
  call_thread("right");
  const std::lock_guard first(journal);
  both_hold_one.arrive_and_wait();
  const std::lock_guard second(accounts);
}

}  // namespace

int main() {
  std::thread left(transfer);
  std::thread right(audit);
  left.join();
  right.join();
}
