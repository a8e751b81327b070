// Conformance of thread-specific data: pthread_key_create and its destructors.
#include <pthread.h>

#include <cerrno>
#include <climits>
#include <vector>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "keys";

int one;
int two;

struct Key {
  explicit Key(void (*destructor)(void*) = nullptr) { result = pthread_key_create(&it, destructor); }
  ~Key() {
    if (!is_deleted) pthread_key_delete(it);
  }
  int remove() {
    is_deleted = true;
    return pthread_key_delete(it);
  }
  pthread_key_t it{};
  int result = -1;
  bool is_deleted = false;
};

CASE(key_starts_as_null_in_every_thread) {
  const Key key;
  record_error("create", key.result);
  record("main", pthread_getspecific(key.it) == nullptr);
  record_error("set", pthread_setspecific(key.it, &one));
  record("main again", pthread_getspecific(key.it) == &one);
  record("thread", in_other_thread([&] { return pthread_getspecific(key.it) == nullptr; }));
  record("main still", pthread_getspecific(key.it) == &one);
}

CASE(values_belong_to_their_thread) {
  const Key key;
  pthread_setspecific(key.it, &one);
  Gate set;
  Gate may_leave;
  bool kept = false;
  std::thread thread([&] {
    pthread_setspecific(key.it, &two);
    set.open();
    may_leave.wait();
    kept = pthread_getspecific(key.it) == &two;
  });
  set.wait();
  record("main", pthread_getspecific(key.it) == &one);
  pthread_setspecific(key.it, nullptr);
  may_leave.open();
  thread.join();
  record("thread", kept);
}

CASE(destructor_gets_the_value_after_the_key_is_null) {
  static Key* current = nullptr;
  static void* given = nullptr;
  static bool was_null = false;
  Key key([](void* value) {
    given = value;
    was_null = pthread_getspecific(current->it) == nullptr;
  });
  current = &key;
  std::thread([&] { pthread_setspecific(key.it, &one); }).join();
  record("value", given == &one);
  record("null before the call", was_null);
}

CASE(destructor_runs_on_pthread_exit_too) {
  static int calls = 0;
  const Key key([](void*) { ++calls; });
  std::thread([&] {
    pthread_setspecific(key.it, &one);
    pthread_exit(nullptr);
  }).join();
  record("calls", calls);
}

CASE(destructor_is_not_called_for_null) {
  static int calls = 0;
  const Key key([](void*) { ++calls; });
  std::thread([&] {
    pthread_setspecific(key.it, &one);
    pthread_setspecific(key.it, nullptr);
  }).join();
  record("calls", calls);
}

CASE(destructors_repeat_up_to_the_limit) {
  static Key* current = nullptr;
  static int calls = 0;
  Key key([](void* value) {
    ++calls;
    pthread_setspecific(current->it, value);
  });
  current = &key;
  std::thread([&] { pthread_setspecific(key.it, &one); }).join();
  record("calls", calls);
  record("limit", PTHREAD_DESTRUCTOR_ITERATIONS);
}

CASE(destructor_may_set_another_key) {
  static Events events;
  static Key* other = nullptr;
  Key second([](void*) { events.add("second"); });
  other = &second;
  Key first([](void*) {
    events.add("first");
    pthread_setspecific(other->it, &two);
  });
  std::thread([&] { pthread_setspecific(first.it, &one); }).join();
  record("events", events.text());
}

CASE(destructors_of_several_keys_run_in_order_of_creation) {
  static Events events;
  const Key first([](void*) { events.add("first"); });
  const Key second([](void*) { events.add("second"); });
  const Key third([](void*) { events.add("third"); });
  std::thread([&] {
    pthread_setspecific(third.it, &one);
    pthread_setspecific(first.it, &one);
    pthread_setspecific(second.it, &one);
  }).join();
  record("events", events.text());
}

CASE(deleted_key_is_refused_and_calls_nothing) {
  static int calls = 0;
  Key key([](void*) { ++calls; });
  std::thread([&] {
    pthread_setspecific(key.it, &one);
    record_error("delete", key.remove());
  }).join();
  record("calls", calls);
  record_error("set", pthread_setspecific(key.it, &one));
  record("get", pthread_getspecific(key.it) == nullptr);
  record_error("delete again", pthread_key_delete(key.it));
}

CASE(key_reused_after_delete_starts_as_null) {
  Key old;
  pthread_setspecific(old.it, &one);
  old.remove();
  const Key fresh;
  record("value", pthread_getspecific(fresh.it) == nullptr);
}

CASE(nonsense_key_is_refused) {
  record_error("set", pthread_setspecific(PTHREAD_KEYS_MAX + 5, &one));
  record("get", pthread_getspecific(PTHREAD_KEYS_MAX + 5) == nullptr);
  record_error("delete", pthread_key_delete(PTHREAD_KEYS_MAX + 5));
}

CASE(keys_run_out) {
  std::vector<pthread_key_t> keys;
  int result = 0;
  while (result == 0) {
    pthread_key_t key{};
    result = pthread_key_create(&key, nullptr);
    if (result == 0) keys.push_back(key);
  }
  record_error("result", result);
  record("many", keys.size() > PTHREAD_KEYS_MAX / 2);
  int sum = 0;
  std::thread([&] {
    int values[64];
    for (int i = 0; i < 64; ++i) {
      values[i] = i;
      pthread_setspecific(keys[keys.size() - 1 - static_cast<std::size_t>(i)], &values[i]);
    }
    for (int i = 0; i < 64; ++i)
      sum += *static_cast<int*>(pthread_getspecific(keys[keys.size() - 1 - static_cast<std::size_t>(i)]));
  }).join();
  record("sum", sum);
  int failures = 0;
  for (const auto key : keys) failures += pthread_key_delete(key) != 0;
  record("failures", failures);
}

CASE(destructors_run_after_those_of_thread_locals) {
  static Events events;
  struct Local {
    bool touched = false;
    ~Local() { events.add("thread_local"); }
  };
  const Key key([](void*) { events.add("key"); });
  std::thread([&] {
    static thread_local Local local;
    pthread_setspecific(key.it, &one);
    local.touched = true;
  }).join();
  record("events", events.text());
}

CASE(destructor_may_block_until_another_thread_acts) {
  static Gate reached;
  static Gate may_go_on;
  static bool finished = false;
  const Key key([](void*) {
    reached.open();
    may_go_on.wait();
    finished = true;
  });
  std::thread thread([&] { pthread_setspecific(key.it, &one); });
  reached.wait();
  may_go_on.open();
  thread.join();
  record("join waited for it", finished);
}

}  // namespace
}  // namespace conformance
