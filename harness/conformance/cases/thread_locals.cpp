// Conformance of thread_local: fresh values in every thread, also where a thread's storage has served another before.
#include <pthread.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "thread_local";

thread_local int plain = 17;
thread_local std::array<unsigned char, 16 * 1024> large;
alignas(64) thread_local int aligned = 3;
thread_local std::string text = "fresh";

std::atomic<int> initialised{0};

int count_up() { return ++initialised; }

thread_local int numbered = count_up();

CASE(each_thread_starts_with_the_initial_values) {
  plain = 1;
  text = "changed";
  std::string seen;
  for (int round = 0; round < 4; ++round)
    std::thread([&] {
      seen += std::to_string(plain) + text + ' ';
      plain = 99;
      text += " by a thread";
    }).join();
  record("seen", seen);
  record("main", std::to_string(plain) + text);
  plain = 17;
  text = "fresh";
}

CASE(large_arrays_are_zero_in_every_thread) {
  int dirty = 0;
  for (int round = 0; round < 3; ++round)
    std::thread([&] {
      for (unsigned char& byte : large) {
        dirty += byte != 0;
        byte = 0xAA;
      }
    }).join();
  record("dirty bytes", dirty);
}

CASE(alignment_holds_in_every_thread) {
  std::atomic<bool> holds{true};
  std::thread threads[4];
  Gate gate;
  for (auto& thread : threads)
    thread = std::thread([&] {
      gate.wait();
      if (reinterpret_cast<std::uintptr_t>(&aligned) % 64 != 0 || aligned != 3) holds = false;
    });
  gate.open();
  for (auto& thread : threads) thread.join();
  record("holds", holds.load());
}

CASE(initialisers_run_once_per_thread_that_uses_them) {
  const int before = initialised;
  std::thread([] {}).join();
  record("without use", initialised - before);
  std::thread([] {
    const volatile int first = numbered;
    const volatile int second = numbered;
    static_cast<void>(first);
    static_cast<void>(second);
  }).join();
  record("with use", initialised - before);
}

CASE(living_threads_have_storage_of_their_own) {
  constexpr int count = 6;
  Gate gate;
  std::atomic<int> arrived{0};
  std::array<int*, count> addresses{};
  std::array<int, count> values{};
  std::thread threads[count];
  for (int i = 0; i < count; ++i)
    threads[i] = std::thread([&, i] {
      addresses[i] = &plain;
      plain = i;
      ++arrived;
      gate.wait();
      values[i] = plain;
    });
  poll_until([&] { return arrived == count; });
  gate.open();
  for (auto& thread : threads) thread.join();
  int equal = 0;
  int kept = 0;
  for (int i = 0; i < count; ++i) {
    kept += values[i] == i;
    for (int j = 0; j < i; ++j) equal += addresses[i] == addresses[j];
  }
  record("equal addresses", equal);
  record("kept", kept);
}

// Says its number when it is destroyed.
struct Numbered {
  Numbered(Events& all, const char* own) : events(&all), name(own) {}
  ~Numbered() { events->add(name); }
  Events* events;
  const char* name;
};

CASE(destructors_run_in_reverse_order) {
  static Events events;
  std::thread([] {
    static thread_local Numbered first(events, "first");
    static thread_local Numbered second(events, "second");
    static thread_local Numbered third(events, "third");
  }).join();
  record("events", events.text());
}

CASE(destructors_run_for_each_thread_again) {
  static std::atomic<int> destroyed{0};
  struct Counting {
    int touched = 0;
    ~Counting() { ++destroyed; }
  };
  for (int round = 0; round < 5; ++round)
    std::thread([] {
      static thread_local Counting counting;
      ++counting.touched;
    }).join();
  record("destroyed", destroyed.load());
}

CASE(destructors_run_before_join_returns) {
  static bool finished = false;
  struct Slow {
    int touched = 0;
    ~Slow() {
      for (int i = 0; i < 5; ++i) sched_yield();
      finished = true;
    }
  };
  std::thread([] {
    static thread_local Slow slow;
    ++slow.touched;
  }).join();
  record("finished", finished);
}

CASE(destructors_run_on_pthread_exit_after_unwinding) {
  static Events events;
  std::thread([] {
    static thread_local Numbered local(events, "thread_local");
    const Numbered on_stack(events, "stack");
    pthread_exit(nullptr);
  }).join();
  record("events", events.text());
}

CASE(destructor_may_create_another_thread_local) {
  static Events events;
  struct Creating {
    int touched = 0;
    ~Creating() {
      events.add("creating");
      static thread_local Numbered late(events, "late");
    }
  };
  std::thread([] {
    static thread_local Creating creating;
    ++creating.touched;
  }).join();
  record("events", events.text());
}

CASE(destructor_may_take_a_mutex_and_signal) {
  static std::mutex mutex;
  static bool signalled = false;
  struct Signalling {
    int touched = 0;
    ~Signalling() {
      const std::lock_guard lock(mutex);
      signalled = true;
    }
  };
  std::thread thread([] {
    static thread_local Signalling signalling;
    ++signalling.touched;
  });
  poll_until([] {
    const std::lock_guard lock(mutex);
    return signalled;
  });
  thread.join();
  record("signalled", signalled);
}

CASE(heap_memory_of_thread_locals_is_kept_apart) {
  constexpr int count = 5;
  std::array<long, count> sums{};
  std::thread threads[count];
  for (int i = 0; i < count; ++i)
    threads[i] = std::thread([&, i] {
      // Declared where each thread comes by, or its destructor would be registered for none of them.
      static thread_local std::unique_ptr<std::vector<int>> numbers;
      numbers = std::make_unique<std::vector<int>>();
      for (int n = 0; n < 20; ++n) {
        numbers->push_back(i);
        if (n % 5 == 0) sched_yield();
      }
      for (const int n : *numbers) sums[i] += n;
    });
  for (auto& thread : threads) thread.join();
  long sum = 0;
  for (const long each : sums) sum += each;
  record("sum", sum);
}

CASE(errno_belongs_to_its_thread) {
  errno = ENOENT;
  int seen_first = -1;
  int kept = -1;
  Gate set;
  Gate may_leave;
  std::thread thread([&] {
    seen_first = errno;
    errno = ERANGE;
    set.open();
    may_leave.wait();
    kept = errno;
  });
  set.wait();
  record_error("main", errno == ENOENT ? ENOENT : 0);
  may_leave.open();
  thread.join();
  record_error("first", seen_first);
  record_error("kept", kept);
}

CASE(errno_is_kept_by_successful_calls) {
  errno = EDOM;
  std::mutex mutex;
  mutex.lock();
  mutex.unlock();
  sched_yield();
  std::thread([] {}).join();
  record_error("errno", errno);
}

}  // namespace
}  // namespace conformance
