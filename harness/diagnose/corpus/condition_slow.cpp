// Not hung: the same consumer with a producer that takes its time. Neither a lost wakeup nor a missing producer.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "corpus.h"

namespace {

std::mutex mutex;
std::condition_variable not_empty;
int items = 0;

void produce() {
  call_thread("producer");
  announce();
  for (;;) {
    nap(15);
    const std::lock_guard lock(mutex);
    ++items;
    not_empty.notify_one();
  }
}

}  // namespace

int main() {
  call_thread("consumer");
  std::thread producer(produce);
  for (;;) {
    std::unique_lock lock(mutex);
    not_empty.wait(lock, [] { return items > 0; });
    --items;
  }
}
