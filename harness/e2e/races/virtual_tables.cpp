// A destructor writes the pointer to the virtual table, a virtual call reads it.
#include <new>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

struct Base {
  virtual ~Base() { races::use(0); }  // race: called-and-destroyed
  virtual int call() { return 1; }
};

struct Derived : Base {
  int call() override { return 2; }
};

// Lives outside the heap, so that nothing is freed here.
alignas(Derived) unsigned char place[sizeof(Derived)];

void called_and_destroyed() {
  Base* object = new (place) Derived;
  races::Turn turn;
  std::thread thread([&] {
    object->call();  // race: called-and-destroyed
    turn.pass();
  });
  turn.await();
  object->~Base();
  thread.join();
}
const races::Program destroyed("called-and-destroyed", called_and_destroyed);

void called_then_joined() {
  Base* object = new (place) Derived;
  std::thread thread([&] { object->call(); });
  thread.join();
  object->~Base();
}
const races::Program joined("called-then-joined", called_then_joined);

void called_by_both() {
  races::Turn turn;
  Base* object = new (place) Derived;
  std::thread thread([&] {
    object->call();
    turn.pass();
  });
  turn.await();
  object->call();
  thread.join();
  object->~Base();
}
const races::Program both("called-by-both", called_by_both);

}  // namespace
