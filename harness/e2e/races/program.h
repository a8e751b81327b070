// How the small racy and race-free programs are written: a name, a body, and an order of events that orders nothing.
//
// Which lines race is written beside them: `// race: NAME` stands at both, or at the one that races with itself. A
// program without such a line is race-free. The order of the two accesses is the same in every schedule, so that a
// verdict does not depend on luck, nor on which of the two tools looks.
#pragma once

#include <sched.h>
#include <atomic>

namespace races {

// One static object per program.
class Program {
 public:
  Program(const char* name, void (*body)()) : name_(name), body_(body), next_(first) { first = this; }
  const char* name() const { return name_; }
  void run() const { body_(); }
  const Program* next() const { return next_; }

  static inline const Program* first = nullptr;

 private:
  const char* name_;
  void (*body_)();
  const Program* next_;
};

// Reads what it is given, whatever the compiler thinks of it.
[[gnu::noinline]] inline void use(int) { __asm__ volatile(""); }

// Relaxed operations synchronise nothing: what comes after await() happens later than what came before pass(), and
// neither the C++ memory model nor a race detector may conclude anything from it.
class Turn {
 public:
  void pass() { passed_.fetch_add(1, std::memory_order_relaxed); }
  void await(int passes = 1) const {
    while (passed_.load(std::memory_order_relaxed) < passes) sched_yield();
  }

 private:
  std::atomic<int> passed_{0};
};

}  // namespace races
