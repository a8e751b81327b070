// Not hung: one thread spins on a flag while another calculates what it waits for. No busy livelock.
#include <atomic>
#include <cstdint>
#include <thread>

#include "corpus.h"

namespace {

std::atomic<bool> done{false};
volatile std::uint64_t sum = 0;

void calculate() {
  call_thread("calculator");
  for (std::uint64_t i = 1; i != 0; ++i) sum = sum + i * i;
  done = true;
}

}  // namespace

int main() {
  call_thread("spinner");
  std::thread calculator(calculate);
  announce();
  while (!done.load()) continue;
  calculator.join();
}
