// Deadlock: two threads take the same two std::mutex in opposite order.
#include <barrier>
#include <mutex>
#include <thread>

#include "corpus.h"

namespace {

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
