// A barrier used twice by three tasks: a generation number tells the second round from the first.
#include <condition_variable>
#include <mutex>
#include <thread>

namespace {

constexpr int parties = 3;
std::mutex mutex;
std::condition_variable opened;
int arrived = 0;
unsigned generation = 0;

void wait_for_all() {
  std::unique_lock lock(mutex);
  const unsigned mine = generation;
  if (++arrived == parties) {
    arrived = 0;
    ++generation;
    opened.notify_all();
    return;
  }
  while (generation == mine) opened.wait(lock);
}

void work() {
  wait_for_all();
  wait_for_all();
}

}  // namespace

int main() {
  std::thread one(work);
  std::thread two(work);
  std::thread three(work);
  one.join();
  two.join();
  three.join();
}
