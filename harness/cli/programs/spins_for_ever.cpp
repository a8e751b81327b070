// Computes without end and without a single point once it has seen the other thread's work.
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
bool done = false;

bool is_done() {
  std::lock_guard lock(mutex);
  return done;
}

[[noreturn]] void spin() {
  for (;;) asm volatile("");
}

}  // namespace

int main() {
  std::thread worker([] {
    std::lock_guard lock(mutex);
    done = true;
  });
  if (is_done()) spin();
  worker.join();
}
