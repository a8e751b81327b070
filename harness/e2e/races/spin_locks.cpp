// A lock made of an atomic excludes with any order, but hands nothing over with a relaxed one.
#include <pthread.h>
#include <sched.h>
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

template <std::memory_order take, std::memory_order give>
class SpinLock {
 public:
  void lock() {
    while (taken_.exchange(true, take)) sched_yield();
  }
  void unlock() { taken_.store(false, give); }

 private:
  std::atomic<bool> taken_{false};
};

int value;

void acquire_and_release() {
  SpinLock<std::memory_order_acquire, std::memory_order_release> lock;
  races::Turn turn;
  std::thread thread([&] {
    lock.lock();
    value = 1;
    lock.unlock();
    turn.pass();
  });
  turn.await();
  lock.lock();
  value = 2;
  lock.unlock();
  thread.join();
}
const races::Program correct("spin-lock", acquire_and_release);

void relaxed() {
  SpinLock<std::memory_order_relaxed, std::memory_order_relaxed> lock;
  races::Turn turn;
  std::thread thread([&] {
    lock.lock();
    value = 1;  // race: relaxed-spin-lock
    lock.unlock();
    turn.pass();
  });
  turn.await();
  lock.lock();
  value = 2;  // race: relaxed-spin-lock
  lock.unlock();
  thread.join();
}
const races::Program weak("relaxed-spin-lock", relaxed);

void of_posix() {
  static pthread_spinlock_t lock;
  pthread_spin_init(&lock, PTHREAD_PROCESS_PRIVATE);
  races::Turn turn;
  std::thread thread([&] {
    pthread_spin_lock(&lock);
    value = 1;
    pthread_spin_unlock(&lock);
    turn.pass();
  });
  turn.await();
  pthread_spin_lock(&lock);
  value = 2;
  pthread_spin_unlock(&lock);
  thread.join();
}
const races::Program posix("posix-spin-lock", of_posix);

}  // namespace
