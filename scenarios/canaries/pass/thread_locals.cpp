// thread_local variables are fresh in every task of every execution, and are destroyed with it.
//
// Bodies run thousands of times in one process, on contexts that are used again: if the state of an earlier task showed
// through, an assertion here would fail.
//   Left out  variables of libraries that are opened at run time; harness/e2e has them
#include <pthread.h>
#include <atomic>
#include <cassert>
#include <string>
#include <thread>

#include <wedge/scenario.h>

namespace {

thread_local int zeroed;
thread_local int initialised = 17;
thread_local std::string dynamic = "as new";

void use_once() {
  assert(zeroed == 0 && initialised == 17 && dynamic == "as new");
  zeroed = 1;
  initialised = 18;
  dynamic = "used, and too long to be kept inside the string object itself";
}

void fresh_in_every_task() {
  std::thread one(use_once);
  use_once();
  one.join();
  std::thread later(use_once);  // may well get the context of the one that has just been joined
  later.join();
}

std::atomic<int> alive{0};  // 0 again at the end of every execution

struct Counted {
  Counted() { ++alive; }
  ~Counted() { --alive; }
  bool touch() const { return alive > 0; }
};

thread_local Counted counted;

void destroyed_with_the_task() {
  const auto use = [] { assert(counted.touch()); };
  std::thread one(use);
  std::thread other(use);
  one.join();
  other.join();
  assert(alive == 0);
}

void keys_with_destructors() {
  static pthread_key_t key;
  static int destroyed;
  destroyed = 0;
  pthread_key_create(&key, [](void* value) { destroyed += *static_cast<int*>(value); });
  int weight = 5;
  std::thread one([&] {
    assert(pthread_getspecific(key) == nullptr);
    pthread_setspecific(key, &weight);
  });
  one.join();
  assert(destroyed == 5);
  pthread_key_delete(key);
}

void errno_of_its_own() {
  const auto use = [](int value) {
    errno = value;
    std::this_thread::yield();
    assert(errno == value);
  };
  std::thread one(use, 1);
  std::thread other(use, 2);
  use(3);
  one.join();
  other.join();
}

const wedge::Scenario scenario{
    .id = "canaries/pass/thread-locals",
    .title = "thread_local variables, keys and errno belong to one task of one execution",
    .source = "",
    .variants =
        {
            {"fresh-in-every-task", fresh_in_every_task, wedge::expect(wedge::Outcome::pass)},
            {"destroyed-with-the-task", destroyed_with_the_task, wedge::expect(wedge::Outcome::pass)},
            {"keys-with-destructors", keys_with_destructors, wedge::expect(wedge::Outcome::pass)},
            {"errno-of-its-own", errno_of_its_own, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
