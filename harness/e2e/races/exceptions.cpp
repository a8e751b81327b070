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

// The one reads it and lets it go; then the other lets it go, and its destructor writes what was read.
void let_go_in_turn() {
  races::Turn turn;
  std::exception_ptr mine = std::make_exception_ptr(Failure(1));
  std::thread thread([&turn, its = mine]() mutable {
    try {
      std::rethrow_exception(std::move(its));
    } catch (const Failure& failure) {
      races::use(failure.code);
    }
    turn.pass();
  });
  turn.await();
  mine = nullptr;
  thread.join();
}
const races::Program let_go("exception-let-go-in-turn", let_go_in_turn);

}  // namespace
