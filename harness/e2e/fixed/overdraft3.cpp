// Withdrawals check and act in one compare-exchange: the balance never goes below zero.
#include <atomic>
#include <cassert>
#include <thread>

namespace {

std::atomic<int> balance{2};

void withdraw() {
  int seen = balance;
  while (seen >= 1 && !balance.compare_exchange_weak(seen, seen - 1)) {
  }
}

void withdraw_twice() {
  withdraw();
  withdraw();
}

}  // namespace

int main() {
  std::thread one(withdraw);
  std::thread two(withdraw);
  std::thread three(withdraw_twice);
  one.join();
  two.join();
  three.join();
  assert(balance >= 0);
}
