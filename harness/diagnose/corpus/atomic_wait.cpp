// Missing producer: std::atomic::wait for a change that never comes.
#include <atomic>

#include "corpus.h"

int main() {
  call_thread("watcher");
  static std::atomic<int> generation{0};
  generation.wait(0);
}
