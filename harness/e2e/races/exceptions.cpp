// An exception that travels between tasks is counted inside the C++ library, which is not instrumented.
#include <exception>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

struct Failure {
  explicit Failure(int with) : code(with) {}
  Failure(const Failure& other) : code(other.code) {}
  Failure& operator=(const Failure&) = delete;
  ~Failure() { code = 0; }
  int code;
};

void read_and_let_go(std::exception_ptr held) {
  try {
    std::rethrow_exception(std::move(held));
  } catch (const Failure& failure) {
    races::use(failure.code);
  }
}

// The one reads it and lets it go; then the other lets it go, and its destructor writes what was read.
void let_go_in_turn() {
  races::Turn turn;
  std::exception_ptr mine = std::make_exception_ptr(Failure(1));
  std::thread thread([&turn, its = mine]() mutable {
    read_and_let_go(std::move(its));
    turn.pass();
  });
  turn.await();
  mine = nullptr;
  thread.join();
}
const races::Program let_go("exception-let-go-in-turn", let_go_in_turn);

// Here the end of a handler is what lets it go last.
void read_in_turn() {
  races::Turn turn;
  std::exception_ptr mine = std::make_exception_ptr(Failure(1));
  std::thread thread([&turn, its = mine]() mutable {
    read_and_let_go(std::move(its));
    turn.pass();
  });
  try {
    std::rethrow_exception(std::move(mine));
  } catch (const Failure& failure) {
    turn.await();
    races::use(failure.code);
  }
  thread.join();
}
const races::Program read("exception-read-in-turn", read_in_turn);

}  // namespace
