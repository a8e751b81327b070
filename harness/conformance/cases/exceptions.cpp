// Conformance of C++ exceptions in many threads at once: each thread has its own stack of caught exceptions.
#include <pthread.h>

#include <array>
#include <cerrno>
#include <exception>
#include <stdexcept>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "exceptions";

template <class Body>
void in_threads(int count, Body body) {
  std::array<std::thread, 8> threads;
  for (int i = 0; i < count; ++i) threads[static_cast<std::size_t>(i)] = std::thread(body, i);
  for (int i = 0; i < count; ++i) threads[static_cast<std::size_t>(i)].join();
}

CASE(threads_catch_their_own) {
  std::array<std::string, 6> caught;
  in_threads(6, [&](int i) {
    try {
      sched_yield();
      throw std::runtime_error("of thread " + std::to_string(i));
    } catch (const std::runtime_error& error) {
      sched_yield();
      caught[static_cast<std::size_t>(i)] = error.what();
    }
  });
  std::string all;
  for (const auto& each : caught) all += each + ';';
  record("caught", all);
}

CASE(nested_exceptions_stay_apart) {
  std::array<std::string, 4> caught;
  in_threads(4, [&](int i) {
    auto& own = caught[static_cast<std::size_t>(i)];
    try {
      try {
        throw i;
      } catch (int outer) {
        sched_yield();
        try {
          throw std::to_string(outer);
        } catch (const std::string& inner) {
          sched_yield();
          own += inner;
        }
        sched_yield();
        throw;  // the outer one again
      }
    } catch (int again) {
      own += std::to_string(again);
    }
  });
  std::string all;
  for (const auto& each : caught) all += each + ';';
  record("caught", all);
}

CASE(uncaught_exceptions_are_counted_per_thread) {
  std::array<int, 6> during{};
  std::array<int, 6> after{};
  in_threads(6, [&](int i) {
    struct Looking {
      int& seen;
      ~Looking() {
        for (int n = 0; n < 3; ++n) sched_yield();
        seen = std::uncaught_exceptions();
      }
    };
    if (i % 2 == 0) {
      try {
        const Looking looking{during[static_cast<std::size_t>(i)]};
        throw i;
      } catch (int) {
      }
    } else {
      const Looking looking{during[static_cast<std::size_t>(i)]};
    }
    sched_yield();
    after[static_cast<std::size_t>(i)] = std::uncaught_exceptions();
  });
  std::string all;
  for (const int each : during) all += std::to_string(each);
  for (const int each : after) all += std::to_string(each);
  record("counts", all);
}

CASE(current_exception_is_per_thread) {
  std::array<std::string, 6> seen;
  in_threads(6, [&](int i) {
    auto& own = seen[static_cast<std::size_t>(i)];
    own = std::current_exception() == nullptr ? "none " : "some ";
    try {
      throw std::runtime_error(std::to_string(i));
    } catch (...) {
      sched_yield();
      try {
        std::rethrow_exception(std::current_exception());
      } catch (const std::runtime_error& error) {
        own += error.what();
      }
    }
    own += std::current_exception() == nullptr ? " none" : " some";
  });
  std::string all;
  for (const auto& each : seen) all += each + ';';
  record("seen", all);
}

CASE(exception_travels_to_another_thread) {
  std::exception_ptr travelling;
  std::thread([&] {
    try {
      throw std::out_of_range("from the thread");
    } catch (...) {
      travelling = std::current_exception();
    }
  }).join();
  try {
    std::rethrow_exception(travelling);
  } catch (const std::out_of_range& error) {
    record("caught", error.what());
  }
}

CASE(one_exception_is_rethrown_in_many_threads) {
  const auto shared = std::make_exception_ptr(std::runtime_error("shared"));
  std::atomic<int> caught{0};
  in_threads(6, [&](int) {
    try {
      sched_yield();
      std::rethrow_exception(shared);
    } catch (const std::runtime_error& error) {
      sched_yield();
      caught += std::string(error.what()) == "shared";
    }
  });
  record("caught", caught.load());
}

CASE(threads_block_while_they_handle_exceptions) {
  std::mutex mutex;
  int handled = 0;
  in_threads(6, [&](int i) {
    try {
      throw i;
    } catch (int value) {
      const std::lock_guard lock(mutex);
      sched_yield();
      try {
        throw std::string("inner");
      } catch (const std::string&) {
        handled += value == i;
      }
    }
  });
  record("handled", handled);
}

CASE(exception_leaves_a_lock_guard_unlocked) {
  std::mutex mutex;
  int failures = 0;
  in_threads(4, [&](int i) {
    try {
      const std::lock_guard lock(mutex);
      throw i;
    } catch (int value) {
      const std::lock_guard lock(mutex);
      failures += value != i;
    }
  });
  record("failures", failures);
  record("free", mutex.try_lock());
  mutex.unlock();
}

CASE(caught_exceptions_do_not_survive_their_thread) {
  std::string seen;
  for (int round = 0; round < 3; ++round)
    std::thread([&] {
      seen += std::current_exception() == nullptr ? "none " : "some ";
      try {
        throw round;
      } catch (int) {
        pthread_exit(nullptr);  // leaves in the middle of a handler
      }
    }).join();
  record("seen", seen);
}

CASE(deep_unwinding_in_several_threads) {
  std::atomic<int> destroyed{0};
  in_threads(4, [&](int i) {
    struct Counting {
      std::atomic<int>& count;
      ~Counting() {
        ++count;
        sched_yield();
      }
    };
    const std::function<void(int)> descend = [&](int depth) {
      const Counting counting{destroyed};
      if (depth == 0) throw i;
      descend(depth - 1);
    };
    try {
      descend(20);
    } catch (int) {
    }
  });
  record("destroyed", destroyed.load());
}

}  // namespace
}  // namespace conformance
