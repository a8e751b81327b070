// Two threads lock two mutexes in opposite order: now and then each waits for the other.
#include <mutex>
#include <thread>

namespace {

std::mutex left;
std::mutex right;

void lock_both(std::mutex& first, std::mutex& second) {
  std::lock_guard one(first);
  std::lock_guard two(second);
}

}  // namespace

int main() {
  std::thread thread([] { lock_both(left, right); });
  lock_both(right, left);
  thread.join();
}
