// A condition variable orders by its mutex alone.
#include <condition_variable>
#include <mutex>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

struct Box {
  std::mutex mutex;
  std::condition_variable changed;
  bool full = false;
  int content = 0;
};

void signalled() {
  Box box;
  std::thread thread([&] {
    box.content = 1;
    {
      const std::scoped_lock lock(box.mutex);
      box.full = true;
    }
    box.changed.notify_one();
  });
  {
    std::unique_lock lock(box.mutex);
    box.changed.wait(lock, [&] { return box.full; });
  }
  box.content = 2;
  thread.join();
}
const races::Program correct("condition", signalled);

void written_after_the_signal() {
  Box box;
  races::Turn turn;
  std::thread thread([&] {
    {
      const std::scoped_lock lock(box.mutex);
      box.full = true;
    }
    box.changed.notify_one();
    box.content = 1;  // race: written-after-the-signal
    turn.pass();
  });
  {
    std::unique_lock lock(box.mutex);
    box.changed.wait(lock, [&] { return box.full; });
  }
  turn.await();
  box.content = 2;  // race: written-after-the-signal
  thread.join();
}
const races::Program late("written-after-the-signal", written_after_the_signal);

}  // namespace
