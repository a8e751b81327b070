// volatile is no synchronisation.
#include <sched.h>
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

volatile int flag;

void written_by_both() {
  races::Turn turn;
  std::thread thread([&] {
    flag = 1;  // race: volatile-written-by-both
    turn.pass();
  });
  turn.await();
  flag = 2;  // race: volatile-written-by-both
  thread.join();
}
const races::Program both("volatile-written-by-both", written_by_both);

void waited_for() {
  races::Turn turn;
  std::thread thread([&] {
    flag = 1;  // race: volatile-waited-for
    turn.pass();
  });
  turn.await();
  while (flag == 0) sched_yield();  // race: volatile-waited-for
  thread.join();
}
const races::Program waited("volatile-waited-for", waited_for);

void volatile_atomic() {
  static volatile std::atomic<int> atomic_flag{0};
  int value = 0;
  std::thread thread([&] {
    value = 1;
    atomic_flag.store(1);
  });
  while (atomic_flag.load() == 0) sched_yield();
  value = 2;
  thread.join();
}
const races::Program correct("volatile-atomic", volatile_atomic);

}  // namespace
