// Busy livelock: a thread spins on a flag that nobody is left to set.
#include <atomic>

#include "corpus.h"

// Visible to others: a compiler that knew that nobody sets it could leave out the loop.
std::atomic<bool> done{false};

namespace {

[[gnu::noinline]] void spin() {
  while (!done.load()) continue;
}

}  // namespace

int main() {
  call_thread("spinner");
  announce();
  spin();
}
