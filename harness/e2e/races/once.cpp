// One-time initialisation orders those who ask for it, and nobody else.
#include <mutex>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

std::once_flag flag;
int made;

void make() {
  std::call_once(flag, [] { made = 1; });
}

void asked_for() {
  races::Turn turn;
  std::thread thread([&] {
    make();
    turn.pass();
  });
  turn.await();
  make();
  races::use(made);
  thread.join();
}
const races::Program asked("asked-for-once", asked_for);

void not_asked_for() {
  races::Turn turn;
  std::thread thread([&] {
    std::call_once(flag, [] {
      made = 1;  // race: not-asked-for-once
    });
    turn.pass();
  });
  turn.await();
  made = 2;  // race: not-asked-for-once
  thread.join();
}
const races::Program not_asked("not-asked-for-once", not_asked_for);

struct Made {
  Made() { content = 1; }
  int content = 0;
};

Made& local() {
  static Made made_here;
  return made_here;
}

void local_static() {
  races::Turn turn;
  std::thread thread([&] {
    local();
    turn.pass();
  });
  turn.await();
  races::use(local().content);
  thread.join();
}
const races::Program statics("local-static", local_static);

void flag_instead_of_once() {
  static bool done;
  races::Turn turn;
  std::thread thread([&] {
    if (!done) done = true;  // race: flag-instead-of-once
    turn.pass();
  });
  turn.await();
  if (!done) done = true;  // race: flag-instead-of-once
  thread.join();
}
const races::Program lazily("flag-instead-of-once", flag_instead_of_once);

}  // namespace
