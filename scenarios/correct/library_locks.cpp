// Every lock of the C++ library orders the plain data under it: must pass under every schedule.
//
// ThreadSanitizer does not know pthread_mutex_clocklock() and its like, by which gcc's library waits until a time.
#include <cassert>
#include <chrono>
#include <map>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>

namespace {

using namespace std::chrono_literals;

// Two more tasks do what the caller does.
template <typename Work>
void in_three_tasks(const Work& work) {
  std::thread one(work);
  std::thread other(work);
  work();
  one.join();
  other.join();
}

void mutex() {
  std::mutex mutex;
  std::vector<int> numbers;
  in_three_tasks([&] {
    const std::scoped_lock lock(mutex);
    numbers.push_back(static_cast<int>(numbers.size()));
  });
  assert(numbers.size() == 3 && numbers.back() == 2);
}

void recursive_mutex() {
  std::recursive_mutex mutex;
  int depth = 0;
  in_three_tasks([&] {
    const std::scoped_lock lock(mutex);
    ++depth;
    { const std::scoped_lock again(mutex); }
    assert(depth-- == 1);  // still locked, so nobody else has been here
  });
}

void trying_to_lock() {
  std::mutex mutex;
  int taken = 0;
  in_three_tasks([&] {
    if (!mutex.try_lock()) return;
    ++taken;
    mutex.unlock();
  });
  assert(taken >= 1);
}

void timed_mutex() {
  std::timed_mutex mutex;
  int taken = 0;
  in_three_tasks([&] {
    const std::unique_lock lock(mutex, 50ms);
    if (lock) ++taken;
  });
  assert(taken >= 1);
}

void readers_and_writers() {
  std::shared_mutex mutex;
  std::map<int, std::string> names{{1, "one"}};
  in_three_tasks([&] {
    std::size_t seen = 0;
    {
      const std::shared_lock lock(mutex);
      seen = names.size();
    }
    const std::scoped_lock lock(mutex);
    assert(names.size() >= seen);
    names.emplace(static_cast<int>(names.size()) + 1, "more");
  });
  assert(names.size() == 4);
}

// What a reader read before it unlocked must be ordered before the next writer, though it wrote nothing.
void writer_after_readers() {
  std::shared_mutex mutex;
  int value = 1;
  const auto read = [&] {
    const std::shared_lock lock(mutex);
    assert(value == 1 || value == 2);
  };
  std::thread one(read);
  std::thread other(read);
  {
    const std::scoped_lock lock(mutex);
    value = 2;
  }
  one.join();
  other.join();
}

void shared_timed_mutex() {
  std::shared_timed_mutex mutex;
  int value = 0;
  std::thread reader([&] {
    const std::shared_lock lock(mutex, 20ms);
    if (lock) assert(value == 0 || value == 1);
  });
  if (mutex.try_lock_for(20ms)) {
    value = 1;
    mutex.unlock();
  }
  reader.join();
}

void several_at_once() {
  std::mutex left;
  std::mutex right;
  int moved = 0;
  std::thread other([&] {
    const std::scoped_lock both(right, left);
    ++moved;
  });
  {
    const std::scoped_lock both(left, right);
    ++moved;
  }
  other.join();
  assert(moved == 2);
}

// The lock goes from object to object, and is given up by another scope than the one that took it.
void lock_that_moves() {
  std::mutex mutex;
  int inside = 0;
  in_three_tasks([&] {
    std::unique_lock taken(mutex);
    ++inside;
    std::unique_lock moved = std::move(taken);
    assert(inside == 1);
    --inside;
    moved.unlock();
  });
}

const wedge::Scenario scenario{
    .id = "correct/library-locks",
    .title = "plain data under every kind of lock of the C++ library",
    .source = "",
    .variants =
        {
            {"mutex", mutex, wedge::expect(wedge::Outcome::pass)},
            {"recursive-mutex", recursive_mutex, wedge::expect(wedge::Outcome::pass)},
            {"trying-to-lock", trying_to_lock, wedge::expect(wedge::Outcome::pass)},
            {.name = "timed-mutex",
             .body = timed_mutex,
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::sanitizer},
            {"readers-and-writers", readers_and_writers, wedge::expect(wedge::Outcome::pass)},
            {"writer-after-readers", writer_after_readers, wedge::expect(wedge::Outcome::pass)},
            {.name = "shared-timed-mutex",
             .body = shared_timed_mutex,
             .expectation = wedge::expect(wedge::Outcome::pass),
             .unfit_for = wedge::Unfit::sanitizer},
            {"several-at-once", several_at_once, wedge::expect(wedge::Outcome::pass)},
            {"lock-that-moves", lock_that_moves, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
