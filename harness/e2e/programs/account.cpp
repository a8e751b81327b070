// A balance that two threads change: without a mutex, or with -DLOCKED with one.
#include <mutex>
#include <thread>

namespace {

int balance = 100;
std::mutex mutex;

void withdraw() {
#ifdef LOCKED
  const std::lock_guard lock(mutex);
#endif
  if (balance >= 80) balance -= 80;
}

}  // namespace

int main(int argc, char**) {
  std::thread one(withdraw);
  std::thread two(withdraw);
  one.join();
  two.join();
  if (argc > 1) {
    mutex.lock();
    std::thread([] { mutex.lock(); }).join();
  }
}
