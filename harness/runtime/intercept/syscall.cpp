// Interceptor of syscall(): futexes as the C++ library uses them, and the other calls that would see the real thread or
// clock.
#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdarg>

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/identity.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/syscall_forward.h"
#include "harness/runtime/intercept/time.h"
#include "harness/runtime/objects/wakeable.h"
#include "harness/runtime/raw.h"

namespace wedge::runtime {

namespace {

long by_errno(long result) {
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

long futex(long word_address, int operation, std::uint32_t value, long timeout_or_count, long second,
           std::uint32_t third) {
  auto* word = reinterpret_cast<std::uint32_t*>(word_address);
  const auto* timeout = reinterpret_cast<const timespec*>(timeout_or_count);
  if (word_address % sizeof(std::uint32_t) != 0) return -EINVAL;
  if (word == nullptr) return -EFAULT;
  const int command = operation & FUTEX_CMD_MASK;
  const clockid_t clock = (operation & FUTEX_CLOCK_REALTIME) != 0 ? CLOCK_REALTIME : CLOCK_MONOTONIC;
  if ((command == FUTEX_WAIT || command == FUTEX_WAIT_BITSET) && timeout != nullptr &&
      (!is_sane(*timeout) || timeout->tv_sec < 0))
    return -EINVAL;
  switch (command) {
    case FUTEX_WAIT:
      return wait_futex(word, value, FUTEX_BITSET_MATCH_ANY,
                        timeout != nullptr ? relative_deadline(*timeout) : no_deadline);
    case FUTEX_WAIT_BITSET:
      return wait_futex(word, value, third, timeout != nullptr ? absolute_deadline(clock, *timeout) : no_deadline);
    case FUTEX_WAKE:
      return wake_futex(word, value, FUTEX_BITSET_MATCH_ANY);
    case FUTEX_WAKE_BITSET:
      return wake_futex(word, value, third);
    case FUTEX_REQUEUE:
    case FUTEX_CMP_REQUEUE: {
      auto* target = reinterpret_cast<std::uint32_t*>(second);
      point(Operation::futex_requeue, object_at_address(word, ObjectKind::futex));
      if (static_cast<std::int32_t>(value) < 0 || static_cast<std::int32_t>(timeout_or_count) < 0) return -EINVAL;
      if (command == FUTEX_CMP_REQUEUE && __atomic_load_n(word, __ATOMIC_SEQ_CST) != third) return -EAGAIN;
      return requeue_futex(word, value, static_cast<std::uint32_t>(timeout_or_count), target);
    }
    case FUTEX_WAKE_OP:
    case FUTEX_LOCK_PI:
    case FUTEX_UNLOCK_PI:
    case FUTEX_TRYLOCK_PI:
    case FUTEX_WAIT_REQUEUE_PI:
    case FUTEX_CMP_REQUEUE_PI:
    case FUTEX_FD:
      unsupported("syscall(SYS_futex)", "of the futex operations only wait, wake and requeue are");
    default:
      return -ENOSYS;
  }
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_EXPORT long syscall(long number, ...) noexcept {
  std::va_list list;
  va_start(list, number);
  long a[6];
  for (long& argument : a) argument = va_arg(list, long);
  va_end(list);
  if (passes_through()) return by_errno(raw::call(number, a[0], a[1], a[2], a[3], a[4], a[5]));
  switch (number) {
    case SYS_futex:
      return by_errno(futex(a[0], static_cast<int>(a[1]), static_cast<std::uint32_t>(a[2]), a[3], a[4],
                            static_cast<std::uint32_t>(a[5])));
    case SYS_gettid:
      return virtual_tid();
    case SYS_getpid:
      return virtual_pid();
    case SYS_sched_yield:
      return sched_yield();
    case SYS_clock_gettime:
      return clock_gettime(static_cast<clockid_t>(a[0]), reinterpret_cast<timespec*>(a[1]));
    case SYS_nanosleep:
      return nanosleep(reinterpret_cast<const timespec*>(a[0]), reinterpret_cast<timespec*>(a[1]));
    case SYS_getrandom:
      return getrandom(reinterpret_cast<void*>(a[0]), static_cast<std::size_t>(a[1]), static_cast<unsigned int>(a[2]));
    case SYS_fork:
    case SYS_vfork:
    case SYS_clone:
    case SYS_clone3:
    case SYS_execve:
    case SYS_execveat:
      unsupported("syscall() of a process-creating call", "Wedge controls one process");
    case SYS_exit:
      unsupported("syscall(SYS_exit)", "it would end the kernel thread that all tasks run on");
    case SYS_io_uring_enter:
      unsupported("io_uring", "its completions do not pass through calls that can be intercepted");
    default: {
      long result = 0;
      if (forward_call(number, a, result)) return result;
      return by_errno(raw::call(number, a[0], a[1], a[2], a[3], a[4], a[5]));
    }
  }
}
