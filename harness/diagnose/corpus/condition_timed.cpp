// Not hung: a wait with a time limit, in which nothing moves until the limit is over.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "corpus.h"

int main() {
  call_thread("waiter");
  std::mutex mutex;
  std::condition_variable changed;
  std::unique_lock lock(mutex);
  changed.wait_for(lock, std::chrono::seconds(40));
}
