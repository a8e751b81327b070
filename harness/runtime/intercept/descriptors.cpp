// Interceptors of making, duplicating, changing and closing descriptors.
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/sendfile.h>
#include <unistd.h>

#include <cstdarg>
#include <type_traits>

#include "harness/runtime/intercept/descriptor_call.h"

namespace wedge::runtime {

namespace {

int adopt_pipe(int result, const int ends[2]) {
  if (!controlled || result != 0) return result;
  adopt_descriptor(ends[0], DescriptorKind::pipe);
  adopt_descriptor(ends[1], DescriptorKind::pipe);
  join_channels(ends[0], ends[1]);
  return 0;
}

// `copy` is what the kernel made of `fd`.
int adopt_copy(int fd, int copy) {
  if (controlled && copy >= 0) share_descriptor(fd, copy);
  return copy;
}

// close() and dup2() onto an open number: whatever waits for the old file must not notice.
int close_controlled(int fd) {
  descriptor_point(Operation::close, fd);
  if (is_controlled(fd)) give_up_descriptor(fd);
  return static_cast<int>(finish_giving(kernel(SYS_close, fd)));
}

void forget_plain(int fd) {
  if (kind_of_descriptor(fd) == DescriptorKind::random) give_up_descriptor(fd);
}

template <typename Duplicate>
int duplicate_onto(int fd, int target, Duplicate duplicate) {
  if (fd == target || !controlled) return duplicate();
  if (!is_controlled(target)) return adopt_copy(fd, duplicate());
  descriptor_point(Operation::close, target);
  if (file_flags(fd) < 0) return duplicate();  // EBADF, and the target stays open
  if (is_controlled(target)) give_up_descriptor(target);
  const int copy = adopt_copy(fd, duplicate());
  finish_giving(0);
  return copy;
}

void close_several(unsigned int first, unsigned int last) {
  const auto highest = static_cast<unsigned int>(highest_descriptor() + 1);
  for (unsigned int fd = first; fd <= last && fd < highest; ++fd)
    if (kind_of_descriptor(static_cast<int>(fd)) != DescriptorKind::none && !descriptors[fd].held)
      give_up_descriptor(static_cast<int>(fd));
}

long argument_of(std::va_list list) { return va_arg(list, long); }

bool makes_copy(int command) { return command == F_DUPFD || command == F_DUPFD_CLOEXEC; }

bool any_controlled(int one, int other) { return is_controlled(one) || is_controlled(other); }

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL_AT_POINT(pipe);
WEDGE_REAL_AT_POINT(pipe2);
WEDGE_REAL_AT_POINT(eventfd);
WEDGE_REAL(dup);
WEDGE_REAL_AT_POINT(dup2);
WEDGE_REAL(dup3);
WEDGE_REAL_AT_POINT(close);
WEDGE_REAL(close_range);
WEDGE_REAL(closefrom);
WEDGE_REAL(flock);
WEDGE_REAL(splice);
WEDGE_REAL(tee);
WEDGE_REAL(vmsplice);
WEDGE_REAL(sendfile);
WEDGE_REAL(sendfile64);

WEDGE_EXPORT int pipe(int ends[2]) noexcept { return adopt_pipe(real_pipe(ends), ends); }
WEDGE_EXPORT int pipe2(int ends[2], int flags) noexcept { return adopt_pipe(real_pipe2(ends, flags), ends); }
WEDGE_EXPORT int __pipe(int ends[2]) { return pipe(ends); }

WEDGE_EXPORT int eventfd(unsigned int value, int flags) noexcept {
  const int fd = real_eventfd(value, flags);
  if (controlled) adopt_descriptor(fd, DescriptorKind::event_counter);
  return fd;
}

WEDGE_EXPORT int dup(int fd) noexcept { return adopt_copy(fd, real_dup(fd)); }

WEDGE_EXPORT int dup2(int fd, int target) noexcept {
  return duplicate_onto(fd, target, [&] { return real_dup2(fd, target); });
}

WEDGE_EXPORT int dup3(int fd, int target, int flags) noexcept {
  if ((flags & ~O_CLOEXEC) != 0) return real_dup3(fd, target, flags);
  return duplicate_onto(fd, target, [&] { return real_dup3(fd, target, flags); });
}

WEDGE_EXPORT int close(int fd) {
  if (is_controlled(fd)) return close_controlled(fd);
  forget_plain(fd);
  return real_close(fd);
}
WEDGE_EXPORT int __close(int fd) { return close(fd); }

WEDGE_EXPORT int close_range(unsigned int first, unsigned int last, int flags) noexcept {
  if (!controlled || (flags & CLOSE_RANGE_CLOEXEC) != 0 || first > last) return real_close_range(first, last, flags);
  descriptor_point(Operation::close, static_cast<int>(first));
  close_several(first, last);
  return static_cast<int>(finish_giving(kernel(SYS_close_range, first, last, flags)));
}

WEDGE_EXPORT void closefrom(int first) noexcept {
  if (!controlled) return real_closefrom(first);
  close_range(first > 0 ? static_cast<unsigned int>(first) : 0, ~0u, 0);
}

// Both have one further argument at most, which is a number or a pointer.
#define WEDGE_INTERCEPT_FCNTL(name)                                                              \
  WEDGE_REAL(name);                                                                              \
  WEDGE_EXPORT int name(int fd, int command, ...) {                                              \
    std::va_list list;                                                                           \
    va_start(list, command);                                                                     \
    const long argument = argument_of(list);                                                     \
    va_end(list);                                                                                \
    if (controlled && command == F_OFD_SETLKW)                                                   \
      unsupported("fcntl(F_OFD_SETLKW)", "waiting for a file lock would stop all tasks");        \
    const int result = real_##name(fd, command, argument);                                       \
    if (controlled && (command == F_SETFL || command == F_SETPIPE_SZ)) note_descriptor_change(); \
    return makes_copy(command) ? adopt_copy(fd, result) : result;                                \
  }                                                                                              \
  static_assert(true)

WEDGE_INTERCEPT_FCNTL(fcntl);
WEDGE_INTERCEPT_FCNTL(fcntl64);

WEDGE_REAL(ioctl);

// FIONREAD and the like look at what others change; a loop of them must let others run.
WEDGE_EXPORT int ioctl(int fd, unsigned long request, ...) noexcept {
  std::va_list list;
  va_start(list, request);
  const long argument = argument_of(list);
  va_end(list);
  if (!is_controlled(fd)) return real_ioctl(fd, request, argument);
  descriptor_point(Operation::poll, fd, false);
  return static_cast<int>(by_errno(kernel(SYS_ioctl, fd, request, argument)));
}

WEDGE_EXPORT int flock(int fd, int operation) noexcept {
  if (!controlled || (operation & LOCK_NB) != 0) return real_flock(fd, operation);
  const int result = real_flock(fd, operation | LOCK_NB);
  if (result != 0 && errno == EWOULDBLOCK) unsupported("flock", "waiting for a file lock would stop all tasks");
  return result;
}

namespace {
constexpr const char* no_moving = "moving bytes inside the kernel may block; use read and write";
}

WEDGE_EXPORT ssize_t splice(int from, off64_t* from_offset, int to, off64_t* to_offset, std::size_t size,
                            unsigned int flags) {
  if (any_controlled(from, to)) unsupported("splice", no_moving);
  return real_splice(from, from_offset, to, to_offset, size, flags);
}

WEDGE_EXPORT ssize_t tee(int from, int to, std::size_t size, unsigned int flags) {
  if (any_controlled(from, to)) unsupported("tee", no_moving);
  return real_tee(from, to, size, flags);
}

WEDGE_EXPORT ssize_t vmsplice(int fd, const iovec* vectors, std::size_t count, unsigned int flags) {
  if (is_controlled(fd)) unsupported("vmsplice", no_moving);
  return real_vmsplice(fd, vectors, count, flags);
}

WEDGE_EXPORT ssize_t sendfile(int to, int from, off_t* offset, std::size_t size) noexcept {
  if (any_controlled(from, to)) unsupported("sendfile", no_moving);
  return real_sendfile(to, from, offset, size);
}

WEDGE_EXPORT ssize_t sendfile64(int to, int from, off64_t* offset, std::size_t size) noexcept {
  if (any_controlled(from, to)) unsupported("sendfile64", no_moving);
  return real_sendfile64(to, from, offset, size);
}
