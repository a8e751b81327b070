// Lost wakeup: the notification is sent between the waiter's look at the flag and its wait.
//
//   flusher                           main
//   1  sees stopping == false
//                                     2  stopping = true
//                                     3  notify_one(): nobody is waiting
//   4  wait(): sleeps for ever
//                                     5  join(): blocks for ever
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "corpus.h"

namespace {

std::mutex mutex;
std::condition_variable wakeup;
std::atomic<bool> stopping{false};
std::atomic<bool> has_looked{false};
std::atomic<bool> has_notified{false};

void flush() {
  call_thread("flusher");
  std::unique_lock lock(mutex);
  while (!stopping) {  // 1
    has_looked = true;
    while (!has_notified) sched_yield();
    wakeup.wait(lock);  // 4
  }
}

}  // namespace

int main() {
  call_thread("stopper");
  std::thread flusher(flush);
  while (!has_looked) sched_yield();
  stopping = true;      // 2
  wakeup.notify_one();  // 3
  has_notified = true;
  flusher.join();  // 5
}
