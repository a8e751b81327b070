// Interceptors of read and write in all their forms, on controlled descriptors of every kind.
#include <errno.h>
#include <limits.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/uio.h>
#include <unistd.h>

#include <type_traits>

#include "harness/runtime/intercept/descriptor_call.h"
#include "harness/runtime/intercept/remainder.h"
#include "harness/runtime/intercept/signals.h"
#include "harness/runtime/intercept/sockets.h"
#include "harness/runtime/scheduler/seeded.h"

namespace wedge::runtime {

namespace {

constexpr std::size_t most_at_once = 0x7ffff000;  // Linux transfers no more in one call

std::size_t size_of(const iovec* vectors, int count) {
  std::size_t size = 0;
  for (int i = 0; i < count; ++i) size += vectors[i].iov_len;
  return size;
}

// The kernel refuses the count, or has nothing to do: it answers without waiting.
bool is_trivial(const iovec* vectors, int count) {
  return count <= 0 || count > IOV_MAX || (count == 1 && vectors->iov_len == 0);
}

long plain_read(int fd, const iovec* vectors, int count) {
  return count == 1 ? kernel(SYS_read, fd, vectors->iov_base, vectors->iov_len) : kernel(SYS_readv, fd, vectors, count);
}

long plain_write(int fd, const iovec* vectors, int count) {
  return count == 1 ? kernel(SYS_write, fd, vectors->iov_base, vectors->iov_len)
                    : kernel(SYS_writev, fd, vectors, count);
}

// Reading
// -----------------------------------------------------------------------------------------------------------------

long read_now(int fd, const iovec* vectors, int count) {
  if ((poll_one(fd, POLLIN) & (POLLIN | POLLHUP)) != 0) return plain_read(fd, vectors, count);
  return without_blocking(fd, [&](int file) { return plain_read(file, vectors, count); });
}

long read_socket(int fd, const iovec* vectors, int count) {
  if (size_of(vectors, count) == 0)
    return 0;  // read() asks a socket for nothing and gets it at once; recv() would wait
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(vectors);
  message.msg_iovlen = static_cast<std::size_t>(count);
  return receive_message(fd, &message, 0);
}

ssize_t read_controlled(int fd, const iovec* vectors, int count) {
  descriptor_point(Operation::read, fd);
  if (kind_of_descriptor(fd) == DescriptorKind::socket) return finish_taking(read_socket(fd, vectors, count));
  BlockingCall call(fd, POLLIN);
  return finish_taking(call.until_done([&](int file) { return read_now(file, vectors, count); }));
}

ssize_t read_random(void* buffer, std::size_t size) {
  const std::size_t part = size < most_at_once ? size : most_at_once;
  fill_random_data(buffer, part);
  return static_cast<ssize_t>(part);
}

ssize_t read_random(const iovec* vectors, int count) {
  for (int i = 0; i < count; ++i) fill_random_data(vectors[i].iov_base, vectors[i].iov_len);
  return static_cast<ssize_t>(size_of(vectors, count));
}

// Writing
// -----------------------------------------------------------------------------------------------------------------

long write_now(int fd, const iovec* vectors, int count) {
  switch (kind_of_descriptor(fd)) {
    case DescriptorKind::timer:
      return -EINVAL;  // the eventfd behind it would take the bytes
    case DescriptorKind::pipe: {
      const short state = poll_one(fd, POLLOUT);
      // The kernel would send SIGPIPE to whichever kernel thread this is; we deliver it to the task.
      if ((state & POLLERR) != 0 && size_of(vectors, count) > 0) return -EPIPE;
      const bool fits = count == 1 && vectors->iov_len <= PIPE_BUF && (state & POLLOUT) != 0;
      if (fits) return plain_write(fd, vectors, count);
      [[fallthrough]];
    }
    default:
      return without_blocking(fd, [&](int file) { return plain_write(file, vectors, count); });
  }
}

// A blocking write of much to a pipe goes on until all of it is written.
long write_rest(BlockingCall& call, const iovec* vectors, int count, long written) {
  Remainder rest(vectors, static_cast<std::size_t>(count), static_cast<std::size_t>(written));
  while (!rest.empty()) {
    const iovec piece = rest.piece();
    note_descriptor_change();
    const long more = write_now(call.descriptor(), &piece, 1);
    if (more == -EAGAIN && call.again()) continue;
    if (more == -EPIPE) deliver_to_self(SIGPIPE);
    if (more < 0) break;
    written += more;
    rest.skip(static_cast<std::size_t>(more));
  }
  return written;
}

long write_file(int fd, const iovec* vectors, int count) {
  BlockingCall call(fd, POLLOUT);
  const long written = call.until_done([&](int file) { return write_now(file, vectors, count); });
  if (written == -EPIPE) deliver_to_self(SIGPIPE);
  if (written < 0 || is_nonblocking(call.descriptor())) return written;
  return write_rest(call, vectors, count, written);
}

long write_socket(int fd, const iovec* vectors, int count) {
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(vectors);
  message.msg_iovlen = static_cast<std::size_t>(count);
  return send_message(fd, &message, 0);
}

ssize_t write_controlled(int fd, const iovec* vectors, int count) {
  descriptor_point(Operation::write, fd);
  return finish_giving(kind_of_descriptor(fd) == DescriptorKind::socket ? write_socket(fd, vectors, count)
                                                                        : write_file(fd, vectors, count));
}

bool is_random(int fd) { return kind_of_descriptor(fd) == DescriptorKind::random; }

void refuse_flags(int fd, const char* call) {
  if (is_controlled(fd)) unsupported(call, "its flags would let it return at other times than read and write do");
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL_AT_POINT(read);
WEDGE_REAL_AT_POINT(write);
WEDGE_REAL_AT_POINT(readv);
WEDGE_REAL_AT_POINT(writev);
WEDGE_REAL(pread);
WEDGE_REAL(pread64);
WEDGE_REAL_AT_POINT(preadv2);
WEDGE_REAL_AT_POINT(pwritev2);
WEDGE_REAL_AT_POINT(eventfd_read);
WEDGE_REAL_AT_POINT(eventfd_write);

WEDGE_EXPORT ssize_t read(int fd, void* buffer, std::size_t size) {
  const iovec vector{buffer, size < most_at_once ? size : most_at_once};
  if (is_controlled(fd)) return read_controlled(fd, &vector, 1);
  return is_random(fd) ? read_random(buffer, size) : real_read(fd, buffer, size);
}

WEDGE_EXPORT ssize_t write(int fd, const void* buffer, std::size_t size) {
  const iovec vector{const_cast<void*>(buffer), size < most_at_once ? size : most_at_once};
  return is_controlled(fd) ? write_controlled(fd, &vector, 1) : real_write(fd, buffer, size);
}

WEDGE_EXPORT ssize_t readv(int fd, const iovec* vectors, int count) {
  if (!controlled || is_trivial(vectors, count)) return real_readv(fd, vectors, count);
  if (is_controlled(fd)) return read_controlled(fd, vectors, count);
  return is_random(fd) ? read_random(vectors, count) : real_readv(fd, vectors, count);
}

WEDGE_EXPORT ssize_t writev(int fd, const iovec* vectors, int count) {
  if (!is_controlled(fd) || is_trivial(vectors, count)) return real_writev(fd, vectors, count);
  return write_controlled(fd, vectors, count);
}

WEDGE_EXPORT ssize_t pread(int fd, void* buffer, std::size_t size, off_t offset) {
  return is_random(fd) ? read_random(buffer, size) : real_pread(fd, buffer, size, offset);
}

WEDGE_EXPORT ssize_t pread64(int fd, void* buffer, std::size_t size, off64_t offset) {
  return is_random(fd) ? read_random(buffer, size) : real_pread64(fd, buffer, size, offset);
}

// Position -1 means "here"; any other is refused by the kernel, without waiting.
WEDGE_EXPORT ssize_t preadv2(int fd, const iovec* vectors, int count, off_t offset, int flags) {
  if (offset != -1) return real_preadv2(fd, vectors, count, offset, flags);
  if (flags == 0) return readv(fd, vectors, count);
  refuse_flags(fd, "preadv2 with flags");
  return real_preadv2(fd, vectors, count, offset, flags);
}

WEDGE_EXPORT ssize_t pwritev2(int fd, const iovec* vectors, int count, off_t offset, int flags) {
  if (offset != -1) return real_pwritev2(fd, vectors, count, offset, flags);
  if (flags == 0) return writev(fd, vectors, count);
  refuse_flags(fd, "pwritev2 with flags");
  return real_pwritev2(fd, vectors, count, offset, flags);
}

// The names of the same functions for 64-bit file offsets.
WEDGE_EXPORT ssize_t preadv64v2(int fd, const iovec* vectors, int count, off64_t offset, int flags) {
  return preadv2(fd, vectors, count, offset, flags);
}
WEDGE_EXPORT ssize_t pwritev64v2(int fd, const iovec* vectors, int count, off64_t offset, int flags) {
  return pwritev2(fd, vectors, count, offset, flags);
}

WEDGE_EXPORT int eventfd_read(int fd, eventfd_t* value) {
  if (!is_controlled(fd)) return real_eventfd_read(fd, value);
  return read(fd, value, sizeof *value) == sizeof *value ? 0 : -1;
}

WEDGE_EXPORT int eventfd_write(int fd, eventfd_t value) {
  if (!is_controlled(fd)) return real_eventfd_write(fd, value);
  return write(fd, &value, sizeof value) == sizeof value ? 0 : -1;
}

// What the C library's headers call instead with -D_FORTIFY_SOURCE; the real one ends the process if the buffer is
// small.
extern "C" ssize_t __read_chk(int, void*, std::size_t, std::size_t);
WEDGE_REAL(__read_chk);

WEDGE_EXPORT ssize_t __read_chk(int fd, void* buffer, std::size_t size, std::size_t room) {
  return size > room ? real___read_chk(fd, buffer, size, room) : read(fd, buffer, size);
}

WEDGE_EXPORT ssize_t __read(int fd, void* buffer, std::size_t size) { return read(fd, buffer, size); }
WEDGE_EXPORT ssize_t __write(int fd, const void* buffer, std::size_t size) { return write(fd, buffer, size); }
