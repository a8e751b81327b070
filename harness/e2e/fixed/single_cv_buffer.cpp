// A buffer of one place with a condition variable for "full" and another for "empty": every wakeup reaches one who can
// use it.
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

constexpr int capacity = 1;
std::mutex mutex;
std::condition_variable not_full;
std::condition_variable not_empty;
int used = 0;

void put() {
  std::unique_lock lock(mutex);
  while (used == capacity) not_full.wait(lock);
  ++used;
  not_empty.notify_one();
}

void get() {
  std::unique_lock lock(mutex);
  while (used == 0) not_empty.wait(lock);
  --used;
  not_full.notify_one();
}

void produce() {
  put();
  put();
}

void consume() {
  get();
  get();
}

}  // namespace

int main() {
  std::thread one(consume);
  std::thread two(consume);
  std::thread three(produce);
  std::thread four(produce);
  one.join();
  two.join();
  three.join();
  four.join();
}
