// Busy livelock: a thread spins on a flag that nobody is left to set.
#include <atomic>

#include "corpus.h"

namespace {

std::atomic<bool> done{false};

[[gnu::noinline]] void spin() {
  while (!done.load()) continue;
}

}  // namespace

int main() {
  call_thread("spinner");
  announce();
  spin();
}
