// The program that README.md shows: two transfers in opposite directions lock the same two accounts.
#include <mutex>
#include <thread>

struct Account {
  std::mutex mutex;
  int balance = 100;
} alice, bob;

void transfer(Account& from, Account& to, int amount) {
  std::lock_guard lock_from(from.mutex);
  std::lock_guard lock_to(to.mutex);
  from.balance -= amount;
  to.balance += amount;
}

int main() {
  std::thread one([] { transfer(alice, bob, 10); });
  std::thread two([] { transfer(bob, alice, 20); });
  one.join();
  two.join();
}
