// Interceptors of what is not controlled: each ends the execution with one clear sentence instead of a wrong result.
//
// One line for each call: what it returns, its name, its parameters, its arguments, and why it cannot be had.
#include <aio.h>
#include <mqueue.h>
#include <netdb.h>
#include <pthread.h>
#include <pty.h>
#include <sched.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>
#include <type_traits>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/scheduler/scheduler.h"

using namespace wedge::runtime;

namespace {

constexpr const char* one_process = "Wedge controls one process";
constexpr const char* cancels = "a thread may be cancelled in the middle of a call; end it by a flag that it looks at";
constexpr const char* interrupts = "a signal may interrupt the program between any two instructions";
constexpr const char* waits_for_signal = "signals from outside are not part of a controlled execution";
constexpr const char* waits_in_kernel = "waiting in the kernel would stop all tasks";
constexpr const char* own_threads = "the C library does its work in threads of its own";
constexpr const char* virtual_clock = "the program's clock is virtual, and the machine's is not for a test to set";
constexpr int protects_priority = 64;  // in glibc's kind of a mutex; without it the real function refuses
constexpr const char* by_priority = "priorities make no difference to the schedule";

}  // namespace

#define WEDGE_UNCONTROLLED_IF(condition, result, name, parameters, arguments, why) \
  WEDGE_REAL(name);                                                                \
  WEDGE_EXPORT result name parameters {                                            \
    if (controlled && (condition)) unsupported(#name, why);                        \
    return real_##name arguments;                                                  \
  }                                                                                \
  static_assert(true)

#define WEDGE_UNCONTROLLED(result, name, parameters, arguments, why) \
  WEDGE_UNCONTROLLED_IF(true, result, name, parameters, arguments, why)

// Processes
// ---------------------------------------------------------------------------------------------------------------

WEDGE_UNCONTROLLED(pid_t, fork, () noexcept, (), one_process);
WEDGE_UNCONTROLLED(pid_t, _Fork, () noexcept, (), one_process);
WEDGE_UNCONTROLLED(int, system, (const char* c), (c), one_process);
WEDGE_UNCONTROLLED(FILE*, popen, (const char* c, const char* m), (c, m), one_process);
WEDGE_UNCONTROLLED(int, daemon, (int d, int c) noexcept, (d, c), one_process);
WEDGE_UNCONTROLLED(int, posix_spawn,
                   (pid_t* __restrict p, const char* __restrict f, const posix_spawn_file_actions_t* __restrict a,
                    const posix_spawnattr_t* __restrict s, char* const v[__restrict_arr],
                    char* const e[__restrict_arr]),
                   (p, f, a, s, v, e), one_process);
WEDGE_UNCONTROLLED(int, posix_spawnp,
                   (pid_t * p, const char* f, const posix_spawn_file_actions_t* a, const posix_spawnattr_t* s,
                    char* const v[], char* const e[]),
                   (p, f, a, s, v, e), one_process);
WEDGE_UNCONTROLLED(int, execve, (const char* f, char* const v[], char* const e[]) noexcept, (f, v, e), one_process);
WEDGE_UNCONTROLLED(int, execv, (const char* f, char* const v[]) noexcept, (f, v), one_process);
WEDGE_UNCONTROLLED(int, execvp, (const char* f, char* const v[]) noexcept, (f, v), one_process);
WEDGE_UNCONTROLLED(int, execvpe, (const char* f, char* const v[], char* const e[]) noexcept, (f, v, e), one_process);
WEDGE_UNCONTROLLED(int, fexecve, (int f, char* const v[], char* const e[]) noexcept, (f, v, e), one_process);
WEDGE_UNCONTROLLED(int, execveat, (int d, const char* f, char* const v[], char* const e[], int g) noexcept,
                   (d, f, v, e, g), one_process);

WEDGE_UNCONTROLLED(int, forkpty, (int* m, char* n, const termios* t, const winsize* w) noexcept, (m, n, t, w),
                   one_process);

// A frame of ours between the caller and the real vfork would be overwritten by the child; fork does the same, slower.
WEDGE_EXPORT pid_t vfork() noexcept {
  if (controlled) unsupported("vfork", one_process);
  return real_fork();
}

WEDGE_REAL(clone);

WEDGE_EXPORT int clone(int (*function)(void*), void* stack, int flags, void* argument, ...) noexcept {
  if (controlled) unsupported("clone", "threads are made by pthread_create");
  std::va_list list;
  va_start(list, argument);
  auto* parent = va_arg(list, pid_t*);
  auto* tls = va_arg(list, void*);
  auto* child = va_arg(list, pid_t*);
  va_end(list);
  return real_clone(function, stack, flags, argument, parent, tls, child);
}

namespace {

// The arguments of execl and its kin, as execv wants them.
constexpr int most_arguments = 4096;

char* const* collect(char** to, const char* first, std::va_list& list) {
  to[0] = const_cast<char*>(first);
  for (int i = 0; to[i] != nullptr && i + 1 < most_arguments; ++i) to[i + 1] = va_arg(list, char*);
  to[most_arguments - 1] = nullptr;
  return to;
}

}  // namespace

#define WEDGE_UNCONTROLLED_EXECL(name, call)                                 \
  WEDGE_EXPORT int name(const char* file, const char* first, ...) noexcept { \
    if (controlled) unsupported(#name, one_process);                         \
    char* room[most_arguments];                                              \
    std::va_list list;                                                       \
    va_start(list, first);                                                   \
    char* const* arguments = collect(room, first, list);                     \
    const int result = call;                                                 \
    va_end(list);                                                            \
    return result;                                                           \
  }                                                                          \
  static_assert(true)

WEDGE_UNCONTROLLED_EXECL(execl, real_execv(file, arguments));
WEDGE_UNCONTROLLED_EXECL(execlp, real_execvp(file, arguments));
WEDGE_UNCONTROLLED_EXECL(execle, real_execve(file, arguments, va_arg(list, char* const*)));

// Threads
// -----------------------------------------------------------------------------------------------------------------

WEDGE_UNCONTROLLED(int, pthread_cancel, (pthread_t t), (t), cancels);
WEDGE_UNCONTROLLED_IF((m->__data.__kind & protects_priority) != 0, int, pthread_mutex_setprioceiling,
                      (pthread_mutex_t* __restrict m, int c, int* __restrict o) noexcept, (m, c, o), by_priority);

// Signals
// -----------------------------------------------------------------------------------------------------------------

WEDGE_UNCONTROLLED_IF(s != 0, unsigned int, alarm, (unsigned int s) noexcept, (s), interrupts);
WEDGE_UNCONTROLLED_IF(v != 0, useconds_t, ualarm, (useconds_t v, useconds_t i) noexcept, (v, i), interrupts);
WEDGE_UNCONTROLLED(int, setitimer,
                   (__itimer_which_t w, const itimerval* __restrict n, itimerval* __restrict o) noexcept, (w, n, o),
                   interrupts);
WEDGE_UNCONTROLLED(int, timer_create, (clockid_t c, sigevent* __restrict e, timer_t* __restrict t) noexcept, (c, e, t),
                   interrupts);
WEDGE_UNCONTROLLED(int, signalfd, (int f, const sigset_t* m, int g) noexcept, (f, m, g), waits_for_signal);
WEDGE_UNCONTROLLED(int, sigwait, (const sigset_t* __restrict s, int* __restrict o), (s, o), waits_for_signal);
WEDGE_UNCONTROLLED(int, sigwaitinfo, (const sigset_t* __restrict s, siginfo_t* __restrict o), (s, o), waits_for_signal);
WEDGE_UNCONTROLLED(int, sigtimedwait,
                   (const sigset_t* __restrict s, siginfo_t* __restrict o, const timespec* __restrict t), (s, o, t),
                   waits_for_signal);
WEDGE_UNCONTROLLED(int, sigsuspend, (const sigset_t* s), (s), waits_for_signal);
WEDGE_UNCONTROLLED(int, pause, (), (), waits_for_signal);

// Clocks
// ------------------------------------------------------------------------------------------------------------------

WEDGE_UNCONTROLLED(int, clock_settime, (clockid_t c, const timespec* t) noexcept, (c, t), virtual_clock);
WEDGE_UNCONTROLLED(int, settimeofday, (const timeval* t, const struct timezone* z) noexcept, (t, z), virtual_clock);
WEDGE_UNCONTROLLED(int, adjtime, (const timeval* t, timeval* o) noexcept, (t, o), virtual_clock);

// Queues and semaphores of System V and POSIX, between processes
// ----------------------------------------------------------

WEDGE_UNCONTROLLED_IF((f & IPC_NOWAIT) == 0, ssize_t, msgrcv, (int q, void* m, std::size_t n, long t, int f),
                      (q, m, n, t, f), waits_in_kernel);
WEDGE_UNCONTROLLED_IF((f & IPC_NOWAIT) == 0, int, msgsnd, (int q, const void* m, std::size_t n, int f), (q, m, n, f),
                      waits_in_kernel);
WEDGE_UNCONTROLLED(int, semop, (int s, sembuf* o, std::size_t n) noexcept, (s, o, n), waits_in_kernel);
WEDGE_UNCONTROLLED(int, semtimedop, (int s, sembuf* o, std::size_t n, const timespec* t) noexcept, (s, o, n, t),
                   waits_in_kernel);
WEDGE_UNCONTROLLED(ssize_t, mq_receive, (mqd_t q, char* m, std::size_t n, unsigned int* p), (q, m, n, p),
                   waits_in_kernel);
WEDGE_UNCONTROLLED(ssize_t, mq_timedreceive,
                   (mqd_t q, char* __restrict m, std::size_t n, unsigned int* __restrict p,
                    const timespec* __restrict t),
                   (q, m, n, p, t), waits_in_kernel);
WEDGE_UNCONTROLLED(int, mq_send, (mqd_t q, const char* m, std::size_t n, unsigned int p), (q, m, n, p),
                   waits_in_kernel);
WEDGE_UNCONTROLLED(int, mq_timedsend, (mqd_t q, const char* m, std::size_t n, unsigned int p, const timespec* t),
                   (q, m, n, p, t), waits_in_kernel);
WEDGE_UNCONTROLLED(int, mq_notify, (mqd_t q, const sigevent* e) noexcept, (q, e), own_threads);

// Files
// -------------------------------------------------------------------------------------------------------------------

WEDGE_UNCONTROLLED(int, inotify_init, () noexcept, (),
                   "reading it would stop all tasks; use inotify_init1(IN_NONBLOCK)");
WEDGE_UNCONTROLLED_IF((f & IN_NONBLOCK) == 0, int, inotify_init1, (int f) noexcept, (f),
                      "reading it would stop all tasks; use IN_NONBLOCK");
WEDGE_UNCONTROLLED_IF((f & FAN_NONBLOCK) == 0, int, fanotify_init, (unsigned int f, unsigned int e) noexcept, (f, e),
                      "reading it would stop all tasks; use FAN_NONBLOCK");
WEDGE_UNCONTROLLED(int, aio_read, (aiocb * c) noexcept, (c), own_threads);
WEDGE_UNCONTROLLED(int, aio_write, (aiocb * c) noexcept, (c), own_threads);
WEDGE_UNCONTROLLED(int, aio_fsync, (int o, aiocb* c) noexcept, (o, c), own_threads);
WEDGE_UNCONTROLLED(int, lio_listio, (int m, aiocb* const l[__restrict_arr], int n, sigevent* __restrict e) noexcept,
                   (m, l, n, e), own_threads);
WEDGE_UNCONTROLLED(int, aio_read64, (aiocb64 * c) noexcept, (c), own_threads);
WEDGE_UNCONTROLLED(int, aio_write64, (aiocb64 * c) noexcept, (c), own_threads);
WEDGE_UNCONTROLLED(int, aio_fsync64, (int o, aiocb64* c) noexcept, (o, c), own_threads);
WEDGE_UNCONTROLLED(int, lio_listio64, (int m, aiocb64* const l[__restrict_arr], int n, sigevent* __restrict e) noexcept,
                   (m, l, n, e), own_threads);
WEDGE_UNCONTROLLED(int, getaddrinfo_a, (int m, gaicb* l[__restrict_arr], int n, sigevent* __restrict e), (m, l, n, e),
                   own_threads);
