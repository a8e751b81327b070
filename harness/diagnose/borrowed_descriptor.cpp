// Borrows with pidfd_getfd, which neither stops the process nor changes its table.
#include "harness/diagnose/borrowed_descriptor.h"

#include <string>

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#include "harness/diagnose/proc_files.h"

namespace wedge::diagnose {

int open_pidfd(std::int32_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

BorrowedDescriptor::BorrowedDescriptor(int pidfd, std::int32_t pid, std::int32_t descriptor, bool anonymous_pipe) {
  if (pidfd >= 0) file_ = static_cast<int>(syscall(SYS_pidfd_getfd, pidfd, descriptor, 0));
  if (file_ >= 0 || !anonymous_pipe) return;
  // Only for reading: one more writer would put off an end of file.
  const std::string path = process_path(pid) + "/fd/" + std::to_string(descriptor);
  file_ = open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  second_ = true;
}

BorrowedDescriptor::~BorrowedDescriptor() {
  if (file_ >= 0) close(file_);
}

std::optional<std::uint64_t> BorrowedDescriptor::unread() const {
  int count = 0;
  if (ioctl(file_, FIONREAD, &count) != 0 || count < 0) return std::nullopt;
  return static_cast<std::uint64_t>(count);
}

std::optional<std::uint64_t> BorrowedDescriptor::pipe_capacity() const {
  const int size = fcntl(file_, F_GETPIPE_SZ);
  if (size < 0) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

std::optional<BorrowedDescriptor::Ready> BorrowedDescriptor::ready() const {
  pollfd question{file_, POLLIN | POLLOUT | POLLRDHUP, 0};
  if (poll(&question, 1, 0) < 0) return std::nullopt;
  return Ready{(question.revents & (POLLIN | POLLHUP | POLLERR | POLLRDHUP)) != 0,
               (question.revents & (POLLOUT | POLLERR)) != 0};
}

std::optional<double> BorrowedDescriptor::socket_limit(bool receiving) const {
  timeval limit{};
  socklen_t size = sizeof limit;
  if (getsockopt(file_, SOL_SOCKET, receiving ? SO_RCVTIMEO : SO_SNDTIMEO, &limit, &size) != 0) return std::nullopt;
  const double seconds = static_cast<double>(limit.tv_sec) + static_cast<double>(limit.tv_usec) * 1e-6;
  return seconds > 0 ? std::optional(seconds) : std::nullopt;
}

}  // namespace wedge::diagnose
