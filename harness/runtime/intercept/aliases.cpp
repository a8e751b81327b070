// Second names under which the C library exports functions that are intercepted elsewhere; old binaries call them.
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "harness/runtime/intercept/real.h"

WEDGE_EXPORT int __pthread_mutex_lock(pthread_mutex_t* mutex) { return pthread_mutex_lock(mutex); }
WEDGE_EXPORT int __pthread_mutex_trylock(pthread_mutex_t* mutex) { return pthread_mutex_trylock(mutex); }
WEDGE_EXPORT int __pthread_mutex_unlock(pthread_mutex_t* mutex) { return pthread_mutex_unlock(mutex); }
WEDGE_EXPORT int __pthread_mutex_destroy(pthread_mutex_t* mutex) { return pthread_mutex_destroy(mutex); }
WEDGE_EXPORT int __pthread_rwlock_rdlock(pthread_rwlock_t* lock) { return pthread_rwlock_rdlock(lock); }
WEDGE_EXPORT int __pthread_rwlock_wrlock(pthread_rwlock_t* lock) { return pthread_rwlock_wrlock(lock); }
WEDGE_EXPORT int __pthread_rwlock_tryrdlock(pthread_rwlock_t* lock) { return pthread_rwlock_tryrdlock(lock); }
WEDGE_EXPORT int __pthread_rwlock_trywrlock(pthread_rwlock_t* lock) { return pthread_rwlock_trywrlock(lock); }
WEDGE_EXPORT int __pthread_rwlock_unlock(pthread_rwlock_t* lock) { return pthread_rwlock_unlock(lock); }
WEDGE_EXPORT int __pthread_rwlock_destroy(pthread_rwlock_t* lock) { return pthread_rwlock_destroy(lock); }
WEDGE_EXPORT int __pthread_once(pthread_once_t* flag, void (*function)()) { return pthread_once(flag, function); }
WEDGE_EXPORT int __pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) {
  return pthread_key_create(key, destructor);
}
WEDGE_EXPORT pid_t __fork() { return fork(); }
WEDGE_EXPORT pid_t __vfork() { return fork(); }
WEDGE_EXPORT pid_t __getpid() { return getpid(); }
WEDGE_EXPORT int __sched_yield() { return sched_yield(); }
WEDGE_EXPORT long __sysconf(int name) { return sysconf(name); }
WEDGE_EXPORT int __dup2(int fd, int target) { return dup2(fd, target); }
WEDGE_EXPORT int __sigsuspend(const sigset_t* mask) { return sigsuspend(mask); }
WEDGE_EXPORT int __gettimeofday(timeval* out, void* zone) { return gettimeofday(out, zone); }
WEDGE_EXPORT int __nanosleep(const timespec* span, timespec* left) { return nanosleep(span, left); }
