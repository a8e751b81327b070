// Every task has its own thread_local variables, unless it gives away where they are.
#include <atomic>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

thread_local int local;

void each_its_own() {
  races::Turn turn;
  std::thread thread([&] {
    local = 1;
    turn.pass();
  });
  turn.await();
  local = 2;
  thread.join();
}
const races::Program own("each-its-own", each_its_own);

// The address comes with release and acquire: that the thread's variables were set up is ordered, and no more.
void given_away() {
  races::Turn given;
  races::Turn written;
  std::atomic<int*> place{nullptr};
  std::thread thread([&] {
    place.store(&local, std::memory_order_release);
    given.pass();
    written.await();
    local = 1;  // race: given-away
  });
  given.await();
  *place.load(std::memory_order_acquire) = 2;  // race: given-away
  written.pass();
  thread.join();
}
const races::Program given("given-away", given_away);

struct Counted {
  ~Counted() { ++count; }
  int count = 0;
};
thread_local Counted counted;

void destroyed_with_the_task() {
  races::Turn turn;
  std::thread thread([&] {
    ++counted.count;
    turn.pass();
  });
  turn.await();
  ++counted.count;
  thread.join();
}
const races::Program destroyed("destroyed-with-the-task", destroyed_with_the_task);

}  // namespace
