// Conformance of one-time initialisation: pthread_once, std::call_once and static local variables.
#include <pthread.h>

#include <mutex>
#include <stdexcept>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "once";

// Lets three threads do the same at once.
template <class Body>
void three_times(Body body) {
  Gate gate;
  std::thread threads[3];
  for (int i = 0; i < 3; ++i)
    threads[i] = std::thread([&, i] {
      gate.wait();
      body(i);
    });
  gate.open();
  for (auto& thread : threads) thread.join();
}

CASE(pthread_once_runs_once) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static std::atomic<int> calls{0};
  std::atomic<int> failures{0};
  std::atomic<int> early{0};
  three_times([&](int) {
    failures += pthread_once(&once, [] {
                  sched_yield();
                  ++calls;
                }) != 0;
    early += calls == 0;
  });
  record("calls", calls.load());
  record("failures", failures.load());
  record("returned before the call had ended", early.load());
  record_error("again", pthread_once(&once, [] { ++calls; }));
  record("calls after", calls.load());
}

CASE(pthread_once_may_nest) {
  static pthread_once_t outer = PTHREAD_ONCE_INIT;
  static pthread_once_t inner = PTHREAD_ONCE_INIT;
  static Events events;
  record_error("once", pthread_once(&outer, [] {
                 pthread_once(&inner, [] { events.add("inner"); });
                 events.add("outer");
               }));
  record("events", events.text());
}

CASE(pthread_once_is_retried_after_an_exception) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static int calls = 0;
  const auto initialise = [] {
    if (++calls == 1) throw std::runtime_error("first");
  };
  try {
    pthread_once(&once, initialise);
  } catch (const std::runtime_error& error) {
    record("thrown", error.what());
  }
  record_error("again", pthread_once(&once, initialise));
  record("calls", calls);
}

CASE(pthread_once_is_retried_after_pthread_exit) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  static int calls = 0;
  const auto initialise = [] {
    if (++calls == 1) pthread_exit(nullptr);
  };
  std::thread([&] { pthread_once(&once, initialise); }).join();
  record_error("again", pthread_once(&once, initialise));
  record("calls", calls);
}

CASE(call_once_runs_once) {
  std::once_flag once;
  std::atomic<int> calls{0};
  std::atomic<int> early{0};
  three_times([&](int) {
    std::call_once(once, [&] {
      sched_yield();
      ++calls;
    });
    early += calls == 0;
  });
  record("calls", calls.load());
  record("early", early.load());
}

CASE(call_once_is_retried_after_an_exception) {
  std::once_flag once;
  std::atomic<int> calls{0};
  std::atomic<int> caught{0};
  three_times([&](int) {
    try {
      std::call_once(once, [&] {
        if (++calls == 1) throw std::runtime_error("first");
      });
    } catch (const std::runtime_error&) {
      ++caught;
    }
  });
  record("calls", calls.load());
  record("caught", caught.load());
}

struct Slow {
  explicit Slow(std::atomic<int>& made) {
    sched_yield();
    ++made;
    value = 7;
  }
  int value = 0;
};

CASE(static_local_is_made_once) {
  static std::atomic<int> made{0};
  std::atomic<int> sum{0};
  three_times([&](int) {
    static const Slow slow(made);
    sum += slow.value;
  });
  record("made", made.load());
  record("sum", sum.load());
}

CASE(static_local_is_retried_after_an_exception) {
  static std::atomic<int> attempts{0};
  struct Failing {
    Failing() {
      sched_yield();
      if (++attempts == 1) throw std::runtime_error("first");
    }
  };
  std::atomic<int> caught{0};
  three_times([&](int) {
    try {
      static const Failing failing;
    } catch (const std::runtime_error&) {
      ++caught;
    }
  });
  record("attempts", attempts.load());
  record("caught", caught.load());
}

CASE(static_locals_may_need_each_other) {
  static std::atomic<int> made{0};
  struct Outer {
    Outer() {
      static const Slow inner(made);
      value = inner.value + 1;
    }
    int value = 0;
  };
  std::atomic<int> sum{0};
  three_times([&](int) {
    static const Outer outer;
    sum += outer.value;
  });
  record("made", made.load());
  record("sum", sum.load());
}

CASE_ONE_OF(any_thread_may_be_the_one) {
  // Of their own for every run of the case: the process may run it but once.
  pthread_once_t once = PTHREAD_ONCE_INIT;
  static thread_local int own = -1;
  static std::atomic<int> by_pthread_once{-1};
  std::once_flag flag;
  std::atomic<int> by_call_once{-1};
  static std::atomic<int> by_static{-1};
  three_times([&](int i) {
    own = i;
    pthread_once(&once, [] { by_pthread_once = own; });
  });
  three_times([&](int i) { std::call_once(flag, [&] { by_call_once = i; }); });
  three_times([&](int i) {
    static const bool made = [i] {
      by_static = i;
      return true;
    }();
    static_cast<void>(made);
  });
  record_one_of("pthread_once", std::to_string(by_pthread_once), {"0", "1", "2"});
  record_one_of("call_once", std::to_string(by_call_once), {"0", "1", "2"});
  record_one_of("static local", std::to_string(by_static), {"0", "1", "2"});
}

}  // namespace
}  // namespace conformance
