// Interceptors of mutexes, rwlocks, condition variables, barriers, spin locks and semaphores: each passes through
// unless a controlled execution runs.
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <time.h>

#include <type_traits>

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/objects/condition.h"
#include "harness/runtime/objects/lock_order.h"
#include "harness/runtime/objects/misuse.h"
#include "harness/runtime/objects/mutex.h"
#include "harness/runtime/objects/rwlock.h"
#include "harness/runtime/objects/wakeable.h"

using namespace wedge::runtime;

// A controlled call, or the real one.
#define WEDGE_INTERCEPT(name, parameters, arguments, call) \
  WEDGE_REAL(name);                                        \
  WEDGE_EXPORT int name parameters {                       \
    if (passes_through()) [[unlikely]]                     \
      return real_##name arguments;                        \
    return call;                                           \
  }                                                        \
  static_assert(true)

namespace {

// Functions of the sem_ family report through errno.
int by_errno(int error) {
  if (error == 0) return 0;
  errno = error;
  return -1;
}

template <typename Call>
int timed(clockid_t clock, const timespec* when, Call call) {
  Deadline deadline(clock, when);
  return deadline.error() != 0 ? deadline.error() : call(deadline.virtual_ns());
}

// A mutex that can be had at once does not look at the time; only a wrong clock is found before.
template <typename Try, typename Call>
int timed_lazily(clockid_t clock, const timespec* when, Try attempt, Call call) {
  Deadline deadline(clock, when);
  if (deadline.error() == 0) return call(deadline.virtual_ns());
  if (deadline.bad_clock()) return deadline.error();
  const int result = attempt();
  return result == EBUSY ? deadline.error() : result;
}

}  // namespace

// What takes a lock says where it is called from: deadlocks are predicted by places.
#define WEDGE_INTERCEPT_LOCK(name, parameters, arguments, call) \
  WEDGE_INTERCEPT(name, parameters, arguments,                  \
                  (watches_lock_orders ? note_lock_call(__builtin_return_address(0)) : void(), call))

WEDGE_INTERCEPT_LOCK(pthread_mutex_lock, (pthread_mutex_t * m) noexcept, (m), lock_mutex(m));
WEDGE_INTERCEPT(pthread_mutex_trylock, (pthread_mutex_t * m) noexcept, (m), try_lock_mutex(m));
WEDGE_INTERCEPT(pthread_mutex_unlock, (pthread_mutex_t * m) noexcept, (m), unlock_mutex(m));
WEDGE_INTERCEPT(pthread_mutex_destroy, (pthread_mutex_t * m) noexcept, (m), destroy_mutex(m));
WEDGE_INTERCEPT(pthread_mutex_consistent, (pthread_mutex_t * m) noexcept, (m), make_mutex_consistent(m));
WEDGE_INTERCEPT(pthread_mutex_timedlock, (pthread_mutex_t * m, const timespec* t) noexcept, (m, t),
                timed_lazily(
                    CLOCK_REALTIME, t, [&] { return try_lock_mutex(m); },
                    [&](std::uint64_t d) { return lock_mutex(m, d); }));
WEDGE_INTERCEPT(pthread_mutex_clocklock, (pthread_mutex_t * m, clockid_t c, const timespec* t) noexcept, (m, c, t),
                timed_lazily(
                    c, t, [&] { return try_lock_mutex(m); }, [&](std::uint64_t d) { return lock_mutex(m, d); }));

WEDGE_INTERCEPT_LOCK(pthread_rwlock_rdlock, (pthread_rwlock_t * l) noexcept, (l), read_lock(l));
WEDGE_INTERCEPT_LOCK(pthread_rwlock_wrlock, (pthread_rwlock_t * l) noexcept, (l), write_lock(l));
WEDGE_INTERCEPT(pthread_rwlock_tryrdlock, (pthread_rwlock_t * l) noexcept, (l), try_read_lock(l));
WEDGE_INTERCEPT(pthread_rwlock_trywrlock, (pthread_rwlock_t * l) noexcept, (l), try_write_lock(l));
WEDGE_INTERCEPT(pthread_rwlock_unlock, (pthread_rwlock_t * l) noexcept, (l), unlock_rwlock(l));
WEDGE_INTERCEPT(pthread_rwlock_destroy, (pthread_rwlock_t * l) noexcept, (l), destroy_rwlock(l));
WEDGE_INTERCEPT(pthread_rwlock_timedrdlock, (pthread_rwlock_t * l, const timespec* t) noexcept, (l, t),
                timed(CLOCK_REALTIME, t, [&](std::uint64_t d) { return read_lock(l, d); }));
WEDGE_INTERCEPT(pthread_rwlock_timedwrlock, (pthread_rwlock_t * l, const timespec* t) noexcept, (l, t),
                timed(CLOCK_REALTIME, t, [&](std::uint64_t d) { return write_lock(l, d); }));
WEDGE_INTERCEPT(pthread_rwlock_clockrdlock, (pthread_rwlock_t * l, clockid_t c, const timespec* t) noexcept, (l, c, t),
                timed(c, t, [&](std::uint64_t d) { return read_lock(l, d); }));
WEDGE_INTERCEPT(pthread_rwlock_clockwrlock, (pthread_rwlock_t * l, clockid_t c, const timespec* t) noexcept, (l, c, t),
                timed(c, t, [&](std::uint64_t d) { return write_lock(l, d); }));

WEDGE_INTERCEPT(pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t* m), (c, m), wait_condition(c, m));
WEDGE_INTERCEPT(pthread_cond_timedwait, (pthread_cond_t * c, pthread_mutex_t* m, const timespec* t), (c, m, t),
                timed(clock_of_condition(c), t, [&](std::uint64_t d) { return wait_condition(c, m, d); }));
WEDGE_INTERCEPT(pthread_cond_clockwait, (pthread_cond_t * c, pthread_mutex_t* m, clockid_t k, const timespec* t),
                (c, m, k, t), timed(k, t, [&](std::uint64_t d) { return wait_condition(c, m, d); }));
WEDGE_INTERCEPT(pthread_cond_signal, (pthread_cond_t * c) noexcept, (c), signal_condition(c));
WEDGE_INTERCEPT(pthread_cond_broadcast, (pthread_cond_t * c) noexcept, (c), broadcast_condition(c));
WEDGE_INTERCEPT(pthread_cond_destroy, (pthread_cond_t * c) noexcept, (c), destroy_condition(c));

WEDGE_INTERCEPT(pthread_barrier_wait, (pthread_barrier_t * b) noexcept, (b), wait_at_barrier(b));
WEDGE_INTERCEPT(pthread_barrier_destroy, (pthread_barrier_t * b) noexcept, (b), destroy_barrier(b));

WEDGE_INTERCEPT(pthread_spin_lock, (pthread_spinlock_t * l) noexcept, (l), lock_spin(const_cast<int*>(l)));
WEDGE_INTERCEPT(pthread_spin_trylock, (pthread_spinlock_t * l) noexcept, (l), try_lock_spin(const_cast<int*>(l)));
WEDGE_INTERCEPT(pthread_spin_unlock, (pthread_spinlock_t * l) noexcept, (l), unlock_spin(const_cast<int*>(l)));

WEDGE_INTERCEPT(sem_wait, (sem_t * s), (s), by_errno(acquire_semaphore(s)));
WEDGE_INTERCEPT(sem_trywait, (sem_t * s) noexcept, (s), by_errno(try_acquire_semaphore(s)));
WEDGE_INTERCEPT(sem_post, (sem_t * s) noexcept, (s), by_errno(post_semaphore(s)));
WEDGE_INTERCEPT(sem_timedwait, (sem_t * s, const timespec* t), (s, t),
                by_errno(timed(CLOCK_REALTIME, t, [&](std::uint64_t d) { return acquire_semaphore(s, d); })));
WEDGE_INTERCEPT(sem_clockwait, (sem_t * s, clockid_t c, const timespec* t), (s, c, t),
                by_errno(timed(c, t, [&](std::uint64_t d) { return acquire_semaphore(s, d); })));
WEDGE_INTERCEPT(sem_getvalue, (sem_t * s, int* value) noexcept, (s, value), read_semaphore(s, value));

// Made anew by the real function: only whether it is in use is ours to say. They are no points, on no rung.
#define WEDGE_INITIALISE(name, parameters, arguments, begin) \
  WEDGE_REAL(name);                                          \
  WEDGE_EXPORT int name parameters {                         \
    if (controlled) [[unlikely]]                             \
      begin;                                                 \
    return real_##name arguments;                            \
  }                                                          \
  static_assert(true)

WEDGE_INITIALISE(pthread_mutex_init, (pthread_mutex_t * m, const pthread_mutexattr_t* a) noexcept, (m, a),
                 expect_unused(find_object_at_handle(m, ObjectKind::mutex)));
WEDGE_INITIALISE(pthread_rwlock_init, (pthread_rwlock_t * l, const pthread_rwlockattr_t* a) noexcept, (l, a),
                 expect_unused(find_object_at_handle(l, ObjectKind::rwlock)));
WEDGE_INITIALISE(pthread_cond_init, (pthread_cond_t * c, const pthread_condattr_t* a) noexcept, (c, a),
                 expect_unused(find_object_at_handle(c, ObjectKind::condition)));
WEDGE_INITIALISE(pthread_barrier_init, (pthread_barrier_t * b, const pthread_barrierattr_t* a, unsigned int n) noexcept,
                 (b, a, n), expect_unused(find_object_at_handle(b, ObjectKind::barrier)));
WEDGE_INITIALISE(pthread_spin_init, (pthread_spinlock_t * l, int shared) noexcept, (l, shared), begin_spin(l));
WEDGE_INITIALISE(sem_init, (sem_t * s, int shared, unsigned int value) noexcept, (s, shared, value),
                 begin_semaphore(s));

WEDGE_REAL(pthread_spin_destroy);
WEDGE_REAL(sem_destroy);

WEDGE_EXPORT int pthread_spin_destroy(pthread_spinlock_t* lock) noexcept {
  if (controlled) end_spin(lock);
  return real_pthread_spin_destroy(lock);
}

WEDGE_EXPORT int sem_destroy(sem_t* semaphore) noexcept {
  if (controlled) end_semaphore(semaphore);
  return real_sem_destroy(semaphore);
}
