// Looking before locking is right only if the look acquires what the maker releases.
#include <atomic>
#include <mutex>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

struct Instance {
  int content = 0;
};
Instance instance;
std::mutex mutex;

template <std::memory_order look, std::memory_order publish>
class Lazy {
 public:
  // `make` runs under the lock, for the first who comes.
  template <typename Make>
  Instance& get(Make make) {
    if (Instance* made = made_.load(look)) return *made;
    const std::scoped_lock lock(mutex);
    if (made_.load(std::memory_order_relaxed) == nullptr) {
      make(instance);
      made_.store(&instance, publish);
    }
    return instance;
  }

 private:
  std::atomic<Instance*> made_{nullptr};
};

const auto make_nothing = [](Instance&) {};

void with_acquire() {
  Lazy<std::memory_order_acquire, std::memory_order_release> lazy;
  races::Turn turn;
  std::thread thread([&] {
    lazy.get([](Instance& made) { made.content = 1; });
    turn.pass();
  });
  turn.await();
  races::use(lazy.get(make_nothing).content);
  thread.join();
}
const races::Program correct("double-checked-with-acquire", with_acquire);

void without_acquire() {
  Lazy<std::memory_order_relaxed, std::memory_order_release> lazy;
  races::Turn turn;
  std::thread thread([&] {
    lazy.get([](Instance& made) {
      made.content = 1;  // race: double-checked-without-acquire
    });
    turn.pass();
  });
  turn.await();
  races::use(lazy.get(make_nothing).content);  // race: double-checked-without-acquire
  thread.join();
}
const races::Program no_acquire("double-checked-without-acquire", without_acquire);

void without_release() {
  Lazy<std::memory_order_acquire, std::memory_order_relaxed> lazy;
  races::Turn turn;
  std::thread thread([&] {
    lazy.get([](Instance& made) {
      made.content = 1;  // race: double-checked-without-release
    });
    turn.pass();
  });
  turn.await();
  races::use(lazy.get(make_nothing).content);  // race: double-checked-without-release
  thread.join();
}
const races::Program no_release("double-checked-without-release", without_release);

}  // namespace
