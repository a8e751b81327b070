// Conformance of the C11 threads of glibc, whose functions reach the pthread ones inside the library.
#include <threads.h>

#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "c11_threads";

std::string name_of_status(int status) {
  switch (status) {
    case thrd_success:
      return "success";
    case thrd_busy:
      return "busy";
    case thrd_error:
      return "error";
    case thrd_nomem:
      return "nomem";
    case thrd_timedout:
      return "timedout";
    default:
      return std::to_string(status);
  }
}

// What another C11 thread gets.
int elsewhere(int (*call)(void*), void* argument) {
  thrd_t thread{};
  int result = -1;
  if (thrd_create(&thread, call, argument) == thrd_success) thrd_join(thread, &result);
  return result;
}

CASE(threads_return_their_result) {
  int number = 41;
  thrd_t thread{};
  record("create", name_of_status(thrd_create(
                       &thread, [](void* argument) { return *static_cast<int*>(argument) + 1; }, &number)));
  int result = -1;
  record("join", name_of_status(thrd_join(thread, &result)));
  const auto exit_with = [](void*) -> int { thrd_exit(7); };
  record("exit", elsewhere(exit_with, nullptr));
}

CASE(current_and_equal_tell_threads_apart) {
  static thrd_t main = thrd_current();
  record("itself", thrd_equal(main, thrd_current()) != 0);
  record("another", elsewhere([](void*) { return thrd_equal(main, thrd_current()) != 0 ? 1 : 0; }, nullptr));
}

CASE(mutexes_of_each_type) {
  struct Type {
    int type;
    const char* name;
  };
  for (const auto& [type, name] : {Type{mtx_plain, "plain"}, Type{mtx_recursive, "recursive"}}) {
    mtx_t mutex{};
    record("init", name_of_status(mtx_init(&mutex, type)));
    record("lock", name_of_status(mtx_lock(&mutex)));
    record("elsewhere",
           name_of_status(elsewhere([](void* held) { return mtx_trylock(static_cast<mtx_t*>(held)); }, &mutex)));
    const int again = mtx_trylock(&mutex);
    record(name, name_of_status(again));
    if (again == thrd_success) mtx_unlock(&mutex);
    record("unlock", name_of_status(mtx_unlock(&mutex)));
    mtx_destroy(&mutex);
  }
}

CASE(timed_mutex_times_out) {
  mtx_t mutex{};
  mtx_init(&mutex, mtx_timed);
  mtx_lock(&mutex);
  record("timedlock", name_of_status(elsewhere(
                          [](void* held) {
                            const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
                            return mtx_timedlock(static_cast<mtx_t*>(held), &deadline);
                          },
                          &mutex)));
  mtx_unlock(&mutex);
  mtx_destroy(&mutex);
}

struct Room {
  Room() {
    mtx_init(&mutex, mtx_plain);
    cnd_init(&changed);
  }
  ~Room() {
    cnd_destroy(&changed);
    mtx_destroy(&mutex);
  }
  mtx_t mutex{};
  cnd_t changed{};
  bool ready = false;
};

CASE(conditions_wait_and_wake) {
  Room room;
  thrd_t thread{};
  thrd_create(
      &thread,
      [](void* argument) {
        auto& own = *static_cast<Room*>(argument);
        mtx_lock(&own.mutex);
        while (!own.ready) cnd_wait(&own.changed, &own.mutex);
        mtx_unlock(&own.mutex);
        return 3;
      },
      &room);
  mtx_lock(&room.mutex);
  room.ready = true;
  record("signal", name_of_status(cnd_signal(&room.changed)));
  record("broadcast", name_of_status(cnd_broadcast(&room.changed)));
  mtx_unlock(&room.mutex);
  int result = -1;
  thrd_join(thread, &result);
  record("result", result);
  mtx_lock(&room.mutex);
  const timespec deadline = in_ms(CLOCK_REALTIME, short_wait_ms);
  int status = thrd_success;
  while (status == thrd_success) status = cnd_timedwait(&room.changed, &room.mutex, &deadline);
  record("timedwait", name_of_status(status));
  mtx_unlock(&room.mutex);
}

CASE(call_once_and_thread_specific_storage) {
  static once_flag once = ONCE_FLAG_INIT;
  static std::atomic<int> calls{0};
  static std::atomic<int> destroyed{0};
  static tss_t key;
  record("create", name_of_status(tss_create(&key, [](void*) { ++destroyed; })));
  for (int i = 0; i < 2; ++i)
    elsewhere(
        [](void* value) {
          call_once(&once, [] { ++calls; });
          return tss_set(key, value) == thrd_success && tss_get(key) == value ? 1 : 0;
        },
        &once);
  record("calls", calls.load());
  record("destroyed", destroyed.load());
  record("main", tss_get(key) == nullptr);
  tss_delete(key);
}

CASE(sleep_and_yield) {
  const timespec duration = from_ms(short_wait_ms);
  const Stopwatch watch;
  record("sleep", thrd_sleep(&duration, nullptr));
  record("waited", watch.at_least_ms(short_wait_ms));
  thrd_yield();
}

CASE_ONE_OF(two_threads_run_in_either_order) {
  static Events* events = nullptr;
  Events own;
  events = &own;
  thrd_t first{};
  thrd_t second{};
  const auto tell = [](void* name) {
    events->add(static_cast<const char*>(name));
    return 0;
  };
  thrd_create(&first, tell, const_cast<char*>("first"));
  thrd_create(&second, tell, const_cast<char*>("second"));
  thrd_join(first, nullptr);
  thrd_join(second, nullptr);
  record_one_of("order", events->text(), {"first,second", "second,first"});
}

}  // namespace
}  // namespace conformance
