// The counters of a shared_ptr are safe; what it points to, and the pointer itself, are not.
#include <memory>
#include <thread>

#include "harness/e2e/races/program.h"

namespace {

struct Content {
  int value = 0;
  ~Content() { value = -1; }
};

void dropped_by_both() {
  auto mine = std::make_shared<Content>();
  races::Turn turn;
  std::thread thread([&turn, its = mine]() mutable {
    races::use(its->value);
    its.reset();
    turn.pass();
  });
  turn.await();
  mine.reset();
  thread.join();
}
const races::Program counters("dropped-by-both", dropped_by_both);

void content_written_by_both() {
  const auto mine = std::make_shared<Content>();
  races::Turn turn;
  std::thread thread([&turn, its = mine] {
    its->value = 1;  // race: content-written-by-both
    turn.pass();
  });
  turn.await();
  mine->value = 2;  // race: content-written-by-both
  thread.join();
}
const races::Program content("content-written-by-both", content_written_by_both);

void looked_at_through_weak() {
  auto mine = std::make_shared<Content>();
  mine->value = 1;
  std::thread thread([weak = std::weak_ptr<Content>(mine)] {
    if (const auto its = weak.lock()) races::use(its->value);
  });
  mine.reset();
  thread.join();
}
const races::Program weak("looked-at-through-weak", looked_at_through_weak);

// Only one task looks at the count: reading it is no synchronisation.
void count_looked_at() {
  auto mine = std::make_shared<Content>();
  races::Turn turn;
  std::thread thread([&turn, its = mine]() mutable {
    its->value = 1;  // race: count-looked-at
    its.reset();
    turn.pass();
  });
  turn.await();
  if (mine.use_count() == 1) mine->value = 2;  // race: count-looked-at
  thread.join();
}
const races::Program count("count-looked-at", count_looked_at);

}  // namespace
