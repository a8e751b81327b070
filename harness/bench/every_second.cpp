// A plain program that fails in every second execution: whoever of two comes first decides.
#include <atomic>
#include <cassert>
#include <thread>

int main() {
  std::atomic<int> first{0};
  auto run = [&](int who) {
    int nobody = 0;
    first.compare_exchange_strong(nobody, who);
  };
  std::thread one(run, 1);
  std::thread two(run, 2);
  one.join();
  two.join();
  assert(first == 1);
}
