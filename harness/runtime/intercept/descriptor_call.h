// What the interceptors of calls on controlled descriptors share: trying without blocking, deadlines, ends of
// operations.
#pragma once

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <cerrno>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/result.h"
#include "harness/runtime/objects/descriptors.h"
#include "harness/runtime/raw.h"

namespace wedge::runtime {

template <typename... Arguments>
long kernel(long number, Arguments... arguments) {
  return raw::call(number, (long)(arguments)...);  // NOLINT: pointers and numbers alike
}

inline long file_flags(int fd) { return kernel(SYS_fcntl, fd, F_GETFL); }
inline bool is_nonblocking(int fd) { return (file_flags(fd) & O_NONBLOCK) != 0; }

// Makes `call` while the file is non-blocking. Nobody else can see that: no other task runs meanwhile.
template <typename Call>
long without_blocking(int fd, Call call) {
  const long flags = file_flags(fd);
  if (flags < 0) return flags;
  if ((flags & O_NONBLOCK) != 0) return call(fd);
  kernel(SYS_fcntl, fd, F_SETFL, flags | O_NONBLOCK);
  const long result = call(fd);
  kernel(SYS_fcntl, fd, F_SETFL, flags);
  return result;
}

inline short poll_one(int fd, short events) {
  pollfd entry{fd, events, 0};
  return kernel(SYS_poll, &entry, 1, 0) > 0 ? entry.revents : short{0};
}

// SO_RCVTIMEO or SO_SNDTIMEO, from now on.
inline std::uint64_t socket_deadline(int fd, int option) {
  timeval span{};
  socklen_t size = sizeof span;
  if (kernel(SYS_getsockopt, fd, SOL_SOCKET, option, &span, &size) != 0) return no_deadline;
  if (span.tv_sec == 0 && span.tv_usec == 0) return no_deadline;
  return scheduler.now_ns + static_cast<std::uint64_t>(span.tv_sec) * 1'000'000'000 +
         static_cast<std::uint64_t>(span.tv_usec) * 1'000;
}

// A call on one descriptor that natively may block.
class BlockingCall {
 public:
  // `timeout_option` is SO_RCVTIMEO or SO_SNDTIMEO for sockets, else 0.
  BlockingCall(int fd, short events, int timeout_option = 0)
      : entry_{fd, events, 0}, wait_(&entry_, 1), timeout_option_(timeout_option) {}

  int descriptor() const { return entry_.fd; }
  bool timed_out() const { return timed_out_; }

  // It would have blocked. False if that is the answer: the file is non-blocking, or the time is up.
  bool again() {
    if (!asked_) {
      if (is_nonblocking(entry_.fd)) return false;
      if (timeout_option_ != 0) deadline_ = socket_deadline(entry_.fd, timeout_option_);
      asked_ = true;
    }
    timed_out_ = !wait_.again(deadline_);
    return !timed_out_;
  }

  // Tries until it does not have to wait, or may not.
  template <typename Attempt>
  long until_done(Attempt attempt) {
    for (;;) {
      const long result = attempt(entry_.fd);
      if (result != -EAGAIN || !again()) return result;
    }
  }

 private:
  pollfd entry_;
  DescriptorWait wait_;
  int timeout_option_;
  std::uint64_t deadline_ = no_deadline;
  bool asked_ = false;
  bool timed_out_ = false;
};

// The end of an operation that may have made room or taken what others wait for.
inline long finish_taking(long result) {
  log_result(static_cast<std::int32_t>(result));
  if (result >= 0) take_from_channel();
  if (result >= 0 && scheduler.descriptor_waiters > 0) {
    note_descriptor_change();
    point_after_release();
  }
  return by_errno(result);
}

// The end of an operation that others may have waited for.
inline long finish_giving(long result) {
  log_result(static_cast<std::int32_t>(result));
  if (result >= 0) {
    note_descriptor_change();
    point_after_release();
  }
  return by_errno(result);
}

}  // namespace wedge::runtime
