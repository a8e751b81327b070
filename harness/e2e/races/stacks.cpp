// Variables on a stack are memory like any other, and a stack that is used again is fresh.
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

void local_handed_over() {
  int local = 0;
  races::Turn turn;
  std::thread thread([&] {
    local = 1;  // race: local-handed-over
    turn.pass();
  });
  turn.await();
  local = 2;  // race: local-handed-over
  thread.join();
}
const races::Program handed("local-handed-over", local_handed_over);

void use_stack(int value) {
  int places[64];
  for (int& place : places) place = value;
  static_cast<void>(places[63] == value);
}

// The threads are not ordered, and each may get the stack of one that has ended.
void stacks_one_after_another() {
  races::Turn turn;
  std::thread threads[3];
  for (int i = 0; i < 3; ++i) {
    threads[i] = std::thread([&turn, i] {
      use_stack(i);
      turn.pass();
    });
    turn.await(i + 1);
  }
  for (std::thread& thread : threads) thread.join();
}
const races::Program fresh("stacks-one-after-another", stacks_one_after_another);

// A local of a function that is called again and again, by each for itself.
void calls_in_two_tasks() {
  std::thread thread([] {
    for (int i = 0; i < 3; ++i) use_stack(i);
  });
  for (int i = 0; i < 3; ++i) use_stack(i);
  thread.join();
}
const races::Program own("calls-in-two-tasks", calls_in_two_tasks);

// Of a local that another task fills only the finished one is read.
void filled_by_another() {
  int local = 0;
  std::thread thread([&local] { local = 1; });
  thread.join();
  races::use(local);
}
const races::Program filled("filled-by-another", filled_by_another);

}  // namespace
