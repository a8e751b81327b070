// Programs make some system calls by number although the C library has a function for each: those go to its
// interceptor.
#include "harness/runtime/intercept/syscall_forward.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#include <cstddef>
#include <utility>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

namespace {

template <typename Result, typename... Parameters, std::size_t... index>
long call(Result (*function)(Parameters...), const long* arguments, std::index_sequence<index...>) {
  return static_cast<long>(function((Parameters)(arguments[index])...));  // NOLINT: numbers and pointers alike
}

template <typename Result, typename... Parameters>
long call(Result (*function)(Parameters...), const long* arguments) {
  return call(function, arguments, std::index_sequence_for<Parameters...>());
}

// The function returns an error number, the system call sets errno.
long sleep_on_clock(const long* arguments) {
  const long error = call(clock_nanosleep, arguments);
  if (error == 0) return 0;
  errno = static_cast<int>(error);
  return -1;
}

// The system call tells how many bytes of the mask it has written.
long get_affinity(const long* arguments) {
  return call(sched_getaffinity, arguments) == 0 ? static_cast<long>(sizeof(long)) : -1;
}

constexpr long futex_waitv = 449;  // newer than the headers of the systems that Wedge is built on

}  // namespace

bool forward_call(long number, const long* a, long& result) {
#define WEDGE_FORWARD(number, function) \
  case number:                          \
    result = call(function, a);         \
    return true
  switch (number) {
    WEDGE_FORWARD(SYS_accept, accept);
    WEDGE_FORWARD(SYS_accept4, accept4);
    WEDGE_FORWARD(SYS_bind, bind);
    WEDGE_FORWARD(SYS_close, close);
    WEDGE_FORWARD(SYS_connect, connect);
    WEDGE_FORWARD(SYS_dup, dup);
    WEDGE_FORWARD(SYS_dup2, dup2);
    WEDGE_FORWARD(SYS_dup3, dup3);
    WEDGE_FORWARD(SYS_epoll_create1, epoll_create1);
    WEDGE_FORWARD(SYS_epoll_ctl, epoll_ctl);
    WEDGE_FORWARD(SYS_epoll_wait, epoll_wait);
    WEDGE_FORWARD(SYS_epoll_pwait, epoll_pwait);
    WEDGE_FORWARD(SYS_eventfd2, eventfd);
    WEDGE_FORWARD(SYS_getcpu, getcpu);
    WEDGE_FORWARD(SYS_kill, kill);
    WEDGE_FORWARD(SYS_listen, listen);
    WEDGE_FORWARD(SYS_pause, pause);
    WEDGE_FORWARD(SYS_pipe, pipe);
    WEDGE_FORWARD(SYS_pipe2, pipe2);
    WEDGE_FORWARD(SYS_poll, poll);
    WEDGE_FORWARD(SYS_ppoll, ppoll);
    WEDGE_FORWARD(SYS_read, read);
    WEDGE_FORWARD(SYS_readv, readv);
    WEDGE_FORWARD(SYS_recvfrom, recvfrom);
    WEDGE_FORWARD(SYS_recvmsg, recvmsg);
    WEDGE_FORWARD(SYS_sched_setaffinity, sched_setaffinity);
    WEDGE_FORWARD(SYS_select, select);
    WEDGE_FORWARD(SYS_sendmsg, sendmsg);
    WEDGE_FORWARD(SYS_sendto, sendto);
    WEDGE_FORWARD(SYS_shutdown, shutdown);
    WEDGE_FORWARD(SYS_socket, socket);
    WEDGE_FORWARD(SYS_socketpair, socketpair);
    WEDGE_FORWARD(SYS_tgkill, tgkill);
    WEDGE_FORWARD(SYS_time, time);
    WEDGE_FORWARD(SYS_timerfd_create, timerfd_create);
    WEDGE_FORWARD(SYS_timerfd_gettime, timerfd_gettime);
    WEDGE_FORWARD(SYS_timerfd_settime, timerfd_settime);
    WEDGE_FORWARD(SYS_write, write);
    WEDGE_FORWARD(SYS_writev, writev);
    case SYS_exit_group:
      _exit(static_cast<int>(a[0]));
    case SYS_clock_nanosleep:
      result = sleep_on_clock(a);
      return true;
    case SYS_gettimeofday:
      result = gettimeofday(reinterpret_cast<timeval*>(a[0]), reinterpret_cast<void*>(a[1]));
      return true;
    case SYS_sched_getaffinity:
      result = get_affinity(a);
      return true;
    case futex_waitv:
      unsupported("syscall(SYS_futex_waitv)", "of the futex operations only wait, wake and requeue are");
    default:
      return false;
  }
#undef WEDGE_FORWARD
}

}  // namespace wedge::runtime
