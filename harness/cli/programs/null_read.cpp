// A reader takes a pointer that another thread has not set yet.
#include <mutex>
#include <thread>

namespace {

std::mutex mutex;
int value = 1;
int* volatile shared = nullptr;  // volatile, or a compiler may see that it can only be the one

int read_shared() {
  std::lock_guard lock(mutex);
  return *shared;
}

}  // namespace

int main() {
  std::thread writer([] {
    std::lock_guard lock(mutex);
    shared = &value;
  });
  const int got = read_shared();
  writer.join();
  return got == value ? 0 : 1;
}
