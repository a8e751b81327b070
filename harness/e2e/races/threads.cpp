// A thread sees what was done before it was started, and whoever joins it sees what it did.
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

int value;

void started_and_joined() {
  value = 1;
  std::thread thread([] { value = 2; });
  thread.join();
  value = 3;
}
const races::Program correct("started-and-joined", started_and_joined);

void written_after_the_start() {
  races::Turn turn;
  std::thread thread([&] {
    value = 1;  // race: written-after-the-start
    turn.pass();
  });
  turn.await();
  value = 2;  // race: written-after-the-start
  thread.join();
}
const races::Program started("written-after-the-start", written_after_the_start);

// That a thread has ended is not enough: somebody must have joined it.
void ended_but_detached() {
  static races::Turn turn;
  std::thread([] {
    value = 1;  // race: ended-but-detached
    turn.pass();
  }).detach();
  turn.await();
  value = 2;  // race: ended-but-detached
}
const races::Program detached("ended-but-detached", ended_but_detached);

// Joined by a task that we have joined.
void joined_by_another() {
  std::thread outer([] {
    std::thread inner([] { value = 1; });
    inner.join();
  });
  outer.join();
  value = 2;
}
const races::Program nested("joined-by-another", joined_by_another);

void siblings() {
  races::Turn turn;
  std::thread one([&] {
    value = 1;  // race: siblings
    turn.pass();
  });
  std::thread other([&] {
    turn.await();
    value = 2;  // race: siblings
  });
  one.join();
  other.join();
}
const races::Program both("siblings", siblings);

void one_joined_before_the_next_starts() {
  std::thread([] { value = 1; }).join();
  std::thread([] { value = 2; }).join();
}
const races::Program in_turn("one-joined-before-the-next-starts", one_joined_before_the_next_starts);

}  // namespace
