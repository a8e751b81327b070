// Conformance of pthread barriers and spin locks.
#include <pthread.h>

#include <array>
#include <cerrno>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "barriers";

class Barrier {
 public:
  explicit Barrier(unsigned count) { pthread_barrier_init(&it, nullptr, count); }
  Barrier(const Barrier&) = delete;
  Barrier& operator=(const Barrier&) = delete;
  ~Barrier() { pthread_barrier_destroy(&it); }
  int wait() { return pthread_barrier_wait(&it); }
  pthread_barrier_t it{};
};

std::string name_of_wait(int result) {
  return result == PTHREAD_BARRIER_SERIAL_THREAD ? "serial" : name_of_error(result);
}

CASE(init_refuses_nobody) {
  pthread_barrier_t barrier;
  record_error("zero", pthread_barrier_init(&barrier, nullptr, 0));
  record_error("one", pthread_barrier_init(&barrier, nullptr, 1));
  record_error("destroy", pthread_barrier_destroy(&barrier));
}

CASE(barrier_for_one_never_waits) {
  Barrier barrier(1);
  for (int i = 0; i < 3; ++i) record("wait", name_of_wait(barrier.wait()));
}

CASE(exactly_one_is_serial_in_every_round) {
  constexpr int count = 3;
  constexpr int rounds = 4;
  Barrier barrier(count);
  std::array<std::atomic<int>, rounds> serial{};
  std::array<std::atomic<int>, rounds> others{};
  std::thread threads[count];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (std::size_t round = 0; round < rounds; ++round) {
        const int result = barrier.wait();
        ++(result == PTHREAD_BARRIER_SERIAL_THREAD ? serial : others)[round];
      }
    });
  for (auto& thread : threads) thread.join();
  for (std::size_t round = 0; round < rounds; ++round) {
    record("serial", serial[round].load());
    record("others", others[round].load());
  }
}

CASE(nobody_passes_before_all_have_come) {
  constexpr int count = 4;
  Barrier barrier(count);
  std::atomic<int> arrived{0};
  std::atomic<int> early{0};
  std::thread threads[count];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int round = 1; round <= 3; ++round) {
        ++arrived;
        barrier.wait();
        early += arrived < round * count;
        barrier.wait();
      }
    });
  for (auto& thread : threads) thread.join();
  record("early", early.load());
}

CASE(barrier_may_be_destroyed_by_the_one_that_is_serial) {
  for (int round = 0; round < 5; ++round) {
    auto* const barrier = new pthread_barrier_t;
    pthread_barrier_init(barrier, nullptr, 2);
    const auto wait_and_destroy = [barrier] {
      // NOLINTNEXTLINE(bugprone-posix-return): the serial thread's is -1
      if (pthread_barrier_wait(barrier) != PTHREAD_BARRIER_SERIAL_THREAD) return;
      pthread_barrier_destroy(barrier);
      delete barrier;
    };
    std::thread first(wait_and_destroy);
    std::thread second(wait_and_destroy);
    first.join();
    second.join();
  }
  record("done", true);
}

CASE(more_threads_than_the_count_pass_in_groups) {
  Barrier barrier(2);
  std::atomic<int> serial{0};
  std::thread threads[6];
  for (auto& thread : threads) thread = std::thread([&] { serial += barrier.wait() == PTHREAD_BARRIER_SERIAL_THREAD; });
  for (auto& thread : threads) thread.join();
  record("serial", serial.load());
}

CASE(barrier_attributes_keep_what_is_set) {
  pthread_barrierattr_t attributes;
  record_error("init", pthread_barrierattr_init(&attributes));
  record_error("shared", pthread_barrierattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED));
  int value = -1;
  pthread_barrierattr_getpshared(&attributes, &value);
  record("kept", value == PTHREAD_PROCESS_SHARED);
  record_error("bad sharing", pthread_barrierattr_setpshared(&attributes, 77));
  pthread_barrier_t barrier;
  record_error("barrier", pthread_barrier_init(&barrier, &attributes, 1));
  record("wait", name_of_wait(pthread_barrier_wait(&barrier)));
  record_error("destroy", pthread_barrier_destroy(&barrier));
  record_error("destroy attributes", pthread_barrierattr_destroy(&attributes));
}

CASE_ONE_OF(any_thread_may_be_serial) {
  Barrier barrier(3);
  std::array<int, 3> results{};
  std::thread first([&] { results[1] = barrier.wait(); });
  std::thread second([&] { results[2] = barrier.wait(); });
  results[0] = barrier.wait();
  first.join();
  second.join();
  std::string who;
  for (std::size_t i = 0; i < 3; ++i)
    if (results[i] == PTHREAD_BARRIER_SERIAL_THREAD) who += static_cast<char>('a' + i);
  record_one_of("who", who, {"a", "b", "c"});
}

CASE_ONE_OF(threads_leave_in_any_order) {
  Barrier barrier(2);
  Events events;
  std::thread first([&] {
    barrier.wait();
    events.add("first");
  });
  std::thread second([&] {
    barrier.wait();
    events.add("second");
  });
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

class SpinLock {
 public:
  explicit SpinLock(int sharing = PTHREAD_PROCESS_PRIVATE) { pthread_spin_init(&it, sharing); }
  SpinLock(const SpinLock&) = delete;
  SpinLock& operator=(const SpinLock&) = delete;
  ~SpinLock() {
    if (!is_destroyed_) pthread_spin_destroy(&it);
  }
  int destroy() {
    is_destroyed_ = true;
    return pthread_spin_destroy(&it);
  }
  int lock() { return pthread_spin_lock(&it); }
  int try_lock() { return pthread_spin_trylock(&it); }
  int unlock() { return pthread_spin_unlock(&it); }
  pthread_spinlock_t it{};

 private:
  bool is_destroyed_ = false;
};

CASE(spin_lock_results) {
  for (const int sharing : {PTHREAD_PROCESS_PRIVATE, PTHREAD_PROCESS_SHARED}) {
    SpinLock spin(sharing);
    record_error("lock", spin.lock());
    record_error("elsewhere", in_other_thread([&] { return spin.try_lock(); }));
    record_error("own try", spin.try_lock());
    record_error("unlock", spin.unlock());
    record_error("try", spin.try_lock());
    record_error("unlock again", spin.unlock());
    record_error("destroy", spin.destroy());
  }
}

CASE(spin_lock_waits_for_its_holder) {
  SpinLock spin;
  int value = 0;
  int seen = -1;
  spin.lock();
  std::thread waiter([&] {
    spin.lock();
    seen = value;
    spin.unlock();
  });
  for (int i = 0; i < 5; ++i) sched_yield();
  value = 1;
  spin.unlock();
  waiter.join();
  record("seen", seen);
}

CASE(spin_lock_excludes) {
  SpinLock spin;
  int count = 0;
  std::thread threads[3];
  for (auto& thread : threads)
    thread = std::thread([&] {
      for (int i = 0; i < 10; ++i) {
        spin.lock();
        const int before = count;
        if (i == 5) sched_yield();
        count = before + 1;
        spin.unlock();
      }
    });
  for (auto& thread : threads) thread.join();
  record("count", count);
}

CASE_ONE_OF(two_spinners_get_the_lock_in_either_order) {
  SpinLock spin;
  std::string order;
  spin.lock();
  const auto take = [&](char who) {
    spin.lock();
    order += who;
    spin.unlock();
  };
  std::thread first(take, 'a');
  std::thread second(take, 'b');
  spin.unlock();
  first.join();
  second.join();
  record_one_of("order", order, {"ab", "ba"});
}

CASE_ONE_OF(spin_trylock_races_with_a_holder) {
  SpinLock spin;
  std::thread holder([&] {
    spin.lock();
    sched_yield();
    spin.unlock();
  });
  const int result = spin.try_lock();
  if (result == 0) spin.unlock();
  holder.join();
  record_one_of("trylock", name_of_error(result), {"0", "EBUSY"});
}

}  // namespace
}  // namespace conformance
