// Interceptors of epoll, with its timeouts in virtual time.
#include <errno.h>
#include <sys/epoll.h>

#include <type_traits>

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/descriptor_call.h"

namespace wedge::runtime {

namespace {

int adopt_epoll(int fd) {
  if (controlled) adopt_descriptor(fd, DescriptorKind::epoll);
  return fd;
}

long control_controlled(int set, int operation, int fd, epoll_event* event) {
  descriptor_point(Operation::poll, set);
  const long result = kernel(SYS_epoll_ctl, set, operation, fd, event);
  if (result == 0 && (!is_controlled(fd) || descriptors[fd].sees_outside)) descriptors[set].sees_outside = true;
  return finish_giving(result);
}

long wait_controlled(int set, epoll_event* events, int room, bool waits, std::uint64_t deadline) {
  descriptor_point(Operation::poll, set);
  pollfd entry{set, POLLIN, 0};
  DescriptorWait wait(&entry, 1);
  for (;;) {
    const long found = kernel(SYS_epoll_pwait, entry.fd, events, room, 0, 0, 8);
    if (found == 0 && waits && wait.again(deadline)) continue;
    if (found > 0) take_from_any_channel();
    if (found > 0) return finish_taking(found);  // taking an edge or a one-shot event changes what others find
    log_result(static_cast<std::int32_t>(found));
    return by_errno(found);
  }
}

long wait_controlled(int set, epoll_event* events, int room, int ms) {
  const std::uint64_t deadline = ms < 0 ? no_deadline : scheduler.now_ns + static_cast<std::uint64_t>(ms) * 1'000'000;
  return wait_controlled(set, events, room, ms != 0, deadline);
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(epoll_create);
WEDGE_REAL(epoll_create1);
WEDGE_REAL_AT_POINT(epoll_ctl);
WEDGE_REAL_AT_POINT(epoll_wait);
WEDGE_REAL_AT_POINT(epoll_pwait);
WEDGE_REAL_AT_POINT(epoll_pwait2);

WEDGE_EXPORT int epoll_create(int size) noexcept { return adopt_epoll(real_epoll_create(size)); }
WEDGE_EXPORT int epoll_create1(int flags) noexcept { return adopt_epoll(real_epoll_create1(flags)); }

WEDGE_EXPORT int epoll_ctl(int set, int operation, int fd, epoll_event* event) noexcept {
  if (!is_controlled(set)) return real_epoll_ctl(set, operation, fd, event);
  return static_cast<int>(control_controlled(set, operation, fd, event));
}

WEDGE_EXPORT int epoll_wait(int set, epoll_event* events, int room, int ms) {
  if (!is_controlled(set)) return real_epoll_wait(set, events, room, ms);
  return static_cast<int>(wait_controlled(set, events, room, ms));
}

// The signal mask makes no difference: signals from outside are not part of a controlled execution.
WEDGE_EXPORT int epoll_pwait(int set, epoll_event* events, int room, int ms, const sigset_t* mask) {
  if (!is_controlled(set)) return real_epoll_pwait(set, events, room, ms, mask);
  return static_cast<int>(wait_controlled(set, events, room, ms));
}

WEDGE_EXPORT int epoll_pwait2(int set, epoll_event* events, int room, const timespec* span, const sigset_t* mask) {
  if (!is_controlled(set)) return real_epoll_pwait2(set, events, room, span, mask);
  if (span == nullptr) return epoll_wait(set, events, room, -1);
  if (!is_sane(*span) || span->tv_sec < 0) return static_cast<int>(by_errno(-EINVAL));
  return static_cast<int>(wait_controlled(set, events, room, to_ns(*span) > 0, relative_deadline(*span)));
}
