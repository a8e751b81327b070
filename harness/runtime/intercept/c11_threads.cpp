// Interceptors of the threads of C11 (<threads.h>). glibc builds them on pthreads inside itself, where nothing can be
// intercepted, so the same is done here on our pthread functions; the types have the same layout.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <threads.h>
#include <time.h>

#include <cstdint>
#include <type_traits>

#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace {

// glibc's own translation.
int by_result(int error) {
  switch (error) {
    case 0:
      return thrd_success;
    case ENOMEM:
      return thrd_nomem;
    case ETIMEDOUT:
      return thrd_timedout;
    case EBUSY:
      return thrd_busy;
    default:
      return thrd_error;
  }
}

static_assert(sizeof(mtx_t) == sizeof(pthread_mutex_t));
static_assert(sizeof(cnd_t) == sizeof(pthread_cond_t));
static_assert(sizeof(once_flag) == sizeof(pthread_once_t));

pthread_mutex_t* native(mtx_t* mutex) { return reinterpret_cast<pthread_mutex_t*>(mutex); }
pthread_cond_t* native(cnd_t* condition) { return reinterpret_cast<pthread_cond_t*>(condition); }

// A function that returns int leaves it where one that returns a pointer does; glibc relies on that, too.
using NativeStart = void* (*)(void*);

int result_of(void* value) { return static_cast<int>(reinterpret_cast<std::uintptr_t>(value)); }

int create(thrd_t* thread, thrd_start_t function, void* argument) {
  return pthread_create(thread, nullptr, reinterpret_cast<NativeStart>(reinterpret_cast<void*>(function)), argument);
}

int join(thrd_t thread, int* result) {
  void* value = nullptr;
  const int error = pthread_join(thread, &value);
  if (result != nullptr) *result = result_of(value);
  return error;
}

int sleep_for(const timespec* span, timespec* left) {
  constexpr int failed = -2;  // -1 means interrupted
  return clock_nanosleep(CLOCK_REALTIME, 0, span, left) == 0 ? 0 : failed;
}

}  // namespace

using wedge::runtime::controlled;
using wedge::runtime::passes_through;

#define WEDGE_INTERCEPT(name, parameters, arguments, call)                                                \
  WEDGE_REAL(name);                                                                                       \
  WEDGE_EXPORT int name parameters { return passes_through() ? real_##name arguments : by_result(call); } \
  static_assert(true)

WEDGE_REAL(thrd_create);

WEDGE_EXPORT int thrd_create(thrd_t* thread, thrd_start_t function, void* argument) {
  const bool ours = controlled || wedge::runtime::is_free();
  return ours ? by_result(create(thread, function, argument)) : real_thrd_create(thread, function, argument);
}

WEDGE_INTERCEPT(thrd_join, (thrd_t t, int* r), (t, r), join(t, r));
WEDGE_INTERCEPT(thrd_detach, (thrd_t t), (t), pthread_detach(t));
WEDGE_INTERCEPT(mtx_lock, (mtx_t * m), (m), pthread_mutex_lock(native(m)));
WEDGE_INTERCEPT(mtx_trylock, (mtx_t * m), (m), pthread_mutex_trylock(native(m)));
WEDGE_INTERCEPT(mtx_unlock, (mtx_t * m), (m), pthread_mutex_unlock(native(m)));
WEDGE_INTERCEPT(mtx_timedlock, (mtx_t* __restrict m, const timespec* __restrict t), (m, t),
                pthread_mutex_timedlock(native(m), t));
WEDGE_INTERCEPT(cnd_signal, (cnd_t * c), (c), pthread_cond_signal(native(c)));
WEDGE_INTERCEPT(cnd_broadcast, (cnd_t * c), (c), pthread_cond_broadcast(native(c)));
WEDGE_INTERCEPT(cnd_wait, (cnd_t * c, mtx_t* m), (c, m), pthread_cond_wait(native(c), native(m)));
WEDGE_INTERCEPT(cnd_timedwait, (cnd_t* __restrict c, mtx_t* __restrict m, const timespec* __restrict t), (c, m, t),
                pthread_cond_timedwait(native(c), native(m), t));
WEDGE_INTERCEPT(tss_create, (tss_t * k, tss_dtor_t d), (k, d), pthread_key_create(k, d));
WEDGE_INTERCEPT(tss_set, (tss_t k, void* v), (k, v), pthread_setspecific(k, v));

WEDGE_REAL(thrd_exit);
WEDGE_REAL(thrd_sleep);
WEDGE_REAL(thrd_yield);
WEDGE_REAL(call_once);
WEDGE_REAL(mtx_destroy);
WEDGE_REAL(cnd_destroy);
WEDGE_REAL(tss_delete);

WEDGE_EXPORT void thrd_exit(int result) {
  if (controlled) pthread_exit(reinterpret_cast<void*>(static_cast<std::uintptr_t>(result)));
  real_thrd_exit(result);
  __builtin_unreachable();
}

WEDGE_EXPORT int thrd_sleep(const timespec* span, timespec* left) {
  return passes_through() ? real_thrd_sleep(span, left) : sleep_for(span, left);
}

WEDGE_EXPORT void thrd_yield() {
  if (controlled)
    sched_yield();
  else
    real_thrd_yield();
}

WEDGE_EXPORT void call_once(once_flag* flag, void (*function)()) {
  if (controlled)
    pthread_once(reinterpret_cast<pthread_once_t*>(flag), function);
  else
    real_call_once(flag, function);
}

WEDGE_EXPORT void mtx_destroy(mtx_t* mutex) {
  if (controlled)
    pthread_mutex_destroy(native(mutex));
  else
    real_mtx_destroy(mutex);
}

WEDGE_EXPORT void cnd_destroy(cnd_t* condition) {
  if (controlled)
    pthread_cond_destroy(native(condition));
  else
    real_cnd_destroy(condition);
}

WEDGE_EXPORT void tss_delete(tss_t key) {
  if (controlled)
    pthread_key_delete(key);
  else
    real_tss_delete(key);
}
