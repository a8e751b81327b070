// Ends with status 3 if the main thread gets the mutex first.
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
bool done = false;

bool is_done() {
  std::lock_guard lock(mutex);
  return done;
}

}  // namespace

int main() {
  std::thread worker([] {
    std::lock_guard lock(mutex);
    done = true;
  });
  const bool seen = is_done();
  worker.join();
  return seen ? 0 : 3;
}
