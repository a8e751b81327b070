// A mutex orders what is under it, and nothing else.
#include <mutex>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

std::mutex one;
std::mutex other;
int counter;

void same_mutex() {
  std::thread thread([] {
    const std::scoped_lock lock(one);
    ++counter;
  });
  {
    const std::scoped_lock lock(one);
    ++counter;
  }
  thread.join();
}
const races::Program same("same-mutex", same_mutex);

void different_mutexes() {
  races::Turn turn;
  std::thread thread([&] {
    {
      const std::scoped_lock lock(other);
      ++counter;  // race: different-mutexes
    }
    turn.pass();
  });
  turn.await();
  {
    const std::scoped_lock lock(one);
    ++counter;  // race: different-mutexes
  }
  thread.join();
}
const races::Program different("different-mutexes", different_mutexes);

void after_unlock() {
  races::Turn turn;
  std::thread thread([&] {
    { const std::scoped_lock lock(one); }
    counter = 1;  // race: after-unlock
    turn.pass();
  });
  turn.await();
  { const std::scoped_lock lock(one); }
  counter = 2;  // race: after-unlock
  thread.join();
}
const races::Program after("after-unlock", after_unlock);

// Written before the one's section, read after the other's: ordered, since the sections are.
void beside_sections() {
  races::Turn turn;
  std::thread thread([&] {
    counter = 1;
    { const std::scoped_lock lock(one); }
    turn.pass();
  });
  turn.await();
  { const std::scoped_lock lock(one); }
  counter = 2;
  thread.join();
}
const races::Program beside("beside-sections", beside_sections);

// A failed attempt to lock orders nothing.
void failed_attempt() {
  races::Turn turn;
  races::Turn back;
  std::thread thread([&] {
    one.lock();
    counter = 1;  // race: failed-attempt
    turn.pass();
    back.await();
    one.unlock();
  });
  turn.await();
  if (one.try_lock()) one.unlock();
  counter = 2;  // race: failed-attempt
  back.pass();
  thread.join();
}
const races::Program failed("failed-attempt", failed_attempt);

}  // namespace
