// Every way to wait is ended by what should end it: must pass under every schedule.
//   Left out  timeouts; pass/time.cpp has them
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <atomic>
#include <barrier>
#include <cassert>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <semaphore>
#include <thread>

#include <wedge/scenario.h>

namespace {

void condition_for_one() {
  std::mutex mutex;
  std::condition_variable changed;
  bool ready = false;
  std::thread waiter([&] {
    std::unique_lock lock(mutex);
    while (!ready) changed.wait(lock);
  });
  {
    const std::scoped_lock lock(mutex);
    ready = true;
    changed.notify_one();
  }
  waiter.join();
}

void condition_for_all() {
  std::mutex mutex;
  std::condition_variable changed;
  bool open = false;
  const auto wait = [&] {
    std::unique_lock lock(mutex);
    changed.wait(lock, [&] { return open; });
  };
  std::thread one(wait);
  std::thread other(wait);
  {
    const std::scoped_lock lock(mutex);
    open = true;
  }
  changed.notify_all();
  one.join();
  other.join();
}

void atomic_wait() {
  std::atomic<int> turn{0};
  std::thread other([&] {
    turn.wait(0);
    assert(turn == 1);
    turn = 2;
    turn.notify_one();
  });
  turn = 1;
  turn.notify_one();
  turn.wait(1);
  assert(turn == 2);
  other.join();
}

void latch_and_barrier() {
  std::latch started(3);
  std::atomic<int> phases{0};
  std::barrier meet(3, [&]() noexcept { ++phases; });
  const auto work = [&] {
    started.arrive_and_wait();
    meet.arrive_and_wait();
    assert(phases >= 1);
    meet.arrive_and_wait();
    assert(phases == 2);
  };
  std::thread one(work);
  std::thread other(work);
  work();
  one.join();
  other.join();
}

void cxx_semaphore() {
  std::counting_semaphore<2> slots(2);
  std::atomic<int> inside{0};
  const auto enter = [&] {
    slots.acquire();
    assert(++inside <= 2);
    --inside;
    slots.release();
  };
  std::thread one(enter);
  std::thread other(enter);
  enter();
  one.join();
  other.join();
}

void posix_semaphore() {
  sem_t units;
  sem_init(&units, 0, 0);
  std::thread taker([&] {
    sem_wait(&units);
    sem_wait(&units);
  });
  sem_post(&units);
  sem_post(&units);
  taker.join();
  sem_destroy(&units);
}

void posix_barrier() {
  pthread_barrier_t barrier;
  pthread_barrier_init(&barrier, nullptr, 3);
  std::atomic<int> arrived{0};
  std::atomic<int> serial{0};
  const auto meet = [&] {
    ++arrived;
    if (pthread_barrier_wait(&barrier) == PTHREAD_BARRIER_SERIAL_THREAD) ++serial;
    assert(arrived == 3);
  };
  std::thread one(meet);
  std::thread other(meet);
  meet();
  one.join();
  other.join();
  assert(serial == 1);
  pthread_barrier_destroy(&barrier);
}

// FUTEX_WAKE wakes no more than it is told to. Both sleep before the first wake, or had no reason to sleep.
void futex_wakes_one() {
  std::atomic<int> word{0};
  const auto wait = [&] {
    while (word == 0) syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, 0, nullptr, nullptr, 0);
  };
  std::thread one(wait);
  std::thread other(wait);
  assert(syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0) <= 1);
  word = 1;
  syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 2, nullptr, nullptr, 0);
  one.join();
  other.join();
}

const wedge::Scenario scenario{
    .id = "canaries/pass/waiting",
    .title = "every wait is ended by what should end it",
    .source = "",
    .variants =
        {
            {"condition-for-one", condition_for_one, wedge::expect(wedge::Outcome::pass)},
            {"condition-for-all", condition_for_all, wedge::expect(wedge::Outcome::pass)},
            {"atomic-wait", atomic_wait, wedge::expect(wedge::Outcome::pass)},
            {"latch-and-barrier", latch_and_barrier, wedge::expect(wedge::Outcome::pass)},
            {"cxx-semaphore", cxx_semaphore, wedge::expect(wedge::Outcome::pass)},
            {"posix-semaphore", posix_semaphore, wedge::expect(wedge::Outcome::pass)},
            {"posix-barrier", posix_barrier, wedge::expect(wedge::Outcome::pass)},
            {"futex-wakes-one", futex_wakes_one, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
