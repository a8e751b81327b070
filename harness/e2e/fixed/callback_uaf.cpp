// A dispatcher keeps the subscriber it calls alive by sharing its ownership: unregistering cannot free it meanwhile.
#include <atomic>
#include <cassert>
#include <memory>
#include <mutex>
#include <thread>

namespace {

struct Subscriber {
  std::atomic<bool> alive{true};
  std::atomic<int> calls{0};
  ~Subscriber() { alive = false; }
};

std::mutex mutex;
std::shared_ptr<Subscriber> current = std::make_shared<Subscriber>();

void dispatch() {
  for (int i = 0; i < 2; ++i) {
    std::shared_ptr<Subscriber> subscriber;
    {
      const std::lock_guard lock(mutex);
      subscriber = current;
    }
    if (subscriber == nullptr) return;
    assert(subscriber->alive);
    ++subscriber->calls;
  }
}

void unregister() {
  std::shared_ptr<Subscriber> removed;
  const std::lock_guard lock(mutex);
  removed.swap(current);
}

}  // namespace

int main() {
  std::thread dispatcher(dispatch);
  std::thread unregisterer(unregister);
  dispatcher.join();
  unregisterer.join();
}
