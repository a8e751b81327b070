// Missing producer: the only producer has ended after a failure, and the consumer waits for its item.
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "corpus.h"

namespace {

class Queue {
 public:
  int pop() {
    std::unique_lock lock(mutex_);
    not_empty_.wait(lock, [this] { return !items_.empty(); });
    const int item = items_.front();
    items_.pop_front();
    return item;
  }

 private:
  std::mutex mutex_;
  std::condition_variable not_empty_;
  std::deque<int> items_;
};

Queue queue;

}  // namespace

int main() {
  call_thread("consumer");
  std::thread([] { /* failed before its first push */ }).join();
  return queue.pop();
}
