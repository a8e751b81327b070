// Interceptors of timerfd: timers in virtual time, each with an eventfd that counts its expirations behind the number.
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/timerfd.h>

#include <type_traits>

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/descriptor_call.h"
#include "harness/runtime/objects/timer_descriptors.h"

namespace wedge::runtime {

namespace {

static_assert(int{TFD_NONBLOCK} == int{EFD_NONBLOCK} && int{TFD_CLOEXEC} == int{EFD_CLOEXEC});

bool is_timer(int fd) { return kind_of_descriptor(fd) == DescriptorKind::timer; }

long create_timer(clockid_t clock, int flags) {
  const long checked = kernel(SYS_timerfd_create, clock, flags);  // whatever it refuses, we refuse
  if (checked < 0) return checked;
  kernel(SYS_close, checked);
  const long fd = kernel(SYS_eventfd2, 0, flags);
  if (fd < 0) return fd;
  std::uint32_t timer = 0;
  if (!new_timer(clock, timer)) {
    kernel(SYS_close, fd);
    return -EMFILE;
  }
  adopt_descriptor(static_cast<int>(fd), DescriptorKind::timer);
  descriptors[fd].timer = timer;
  return fd;
}

bool is_valid(const itimerspec& value) {
  return is_sane(value.it_value) && value.it_value.tv_sec >= 0 && is_sane(value.it_interval) &&
         value.it_interval.tv_sec >= 0;
}

long set_controlled(int fd, int flags, const itimerspec& value, itimerspec* old) {
  if ((flags & ~(TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET)) != 0 || !is_valid(value)) return by_errno(-EINVAL);
  descriptor_point(Operation::write, fd);
  if (!is_timer(fd)) return by_errno(-EBADF);  // closed meanwhile
  const std::uint32_t timer = descriptors[fd].timer;
  if (old != nullptr) *old = timer_left(timer);
  std::uint64_t forgotten = 0;
  if (poll_one(fd, POLLIN) != 0) kernel(SYS_read, fd, &forgotten, sizeof forgotten);
  set_timer_descriptor(timer, (flags & TFD_TIMER_ABSTIME) != 0, value);
  return finish_giving(0);
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(timerfd_create);
WEDGE_REAL_AT_POINT(timerfd_settime);
WEDGE_REAL(timerfd_gettime);

WEDGE_EXPORT int timerfd_create(clockid_t clock, int flags) noexcept {
  return controlled ? static_cast<int>(by_errno(create_timer(clock, flags))) : real_timerfd_create(clock, flags);
}

WEDGE_EXPORT int timerfd_settime(int fd, int flags, const itimerspec* value, itimerspec* old) noexcept {
  if (!is_timer(fd)) return real_timerfd_settime(fd, flags, value, old);
  return static_cast<int>(set_controlled(fd, flags, *value, old));
}

WEDGE_EXPORT int timerfd_gettime(int fd, itimerspec* left) noexcept {
  if (!is_timer(fd)) return real_timerfd_gettime(fd, left);
  read_clock();
  if (!is_timer(fd)) return static_cast<int>(by_errno(-EBADF));
  *left = timer_left(descriptors[fd].timer);
  return 0;
}
