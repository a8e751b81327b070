// Interceptors of poll and select, with their timeouts in virtual time. Without descriptors they are sleeps.
#include <errno.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <time.h>

#include <cstring>
#include <type_traits>

#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/descriptor_call.h"
#include "harness/runtime/intercept/time.h"

namespace wedge::runtime {

namespace {

// Room for the entries of one call: on the stack, or mapped if there are many, as a task's stack may be small.
class Entries {
 public:
  explicit Entries(std::size_t count) : count_(count) {
    if (count > few) many_ = static_cast<pollfd*>(raw::reserve(count * sizeof(pollfd)));
  }
  ~Entries() {
    if (many_ != nullptr) raw::release(many_, count_ * sizeof(pollfd));
  }
  Entries(const Entries&) = delete;
  Entries& operator=(const Entries&) = delete;
  pollfd* begin() { return many_ != nullptr ? many_ : on_stack_; }

 private:
  static constexpr std::size_t few = 32;
  std::size_t count_;
  pollfd* many_ = nullptr;
  pollfd on_stack_[few] = {};
};

struct Timeout {
  bool waits;  // false: only looks
  std::uint64_t deadline;
};

Timeout timeout_of(int ms) {
  if (ms < 0) return {true, no_deadline};
  return {ms > 0, scheduler.now_ns + static_cast<std::uint64_t>(ms) * 1'000'000};
}

Timeout timeout_of(const timespec* span) {
  if (span == nullptr) return {true, no_deadline};
  return {to_ns(*span) > 0, relative_deadline(*span)};
}

const pollfd* first_controlled(const pollfd* entries, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i)
    if (is_controlled(entries[i].fd)) return &entries[i];
  return nullptr;
}

void poll_point(const pollfd* entries, std::size_t count) {
  const pollfd* first = first_controlled(entries, count);
  if (first != nullptr)
    descriptor_point(Operation::poll, first->fd, false);
  else
    point(Operation::poll, ObjectKind::clock, &scheduler.now_ns, false);
}

// Looks, and waits until `look` finds something. Requires: a point has been made. `look` gets the entries to ask about,
// whose numbers change if somebody closes a descriptor meanwhile.
template <typename Look>
long look_until(pollfd* entries, std::size_t count, const Timeout& timeout, Look look) {
  DescriptorWait wait(entries, static_cast<std::uint32_t>(count));
  for (;;) {
    const long found = look(entries);
    if (found != 0 || !timeout.waits || !wait.again(timeout.deadline)) return found;
  }
}

long poll_controlled(pollfd* user, std::size_t count, const Timeout& timeout) {
  if (count == 0 && timeout.waits) {
    if (timeout.deadline != no_deadline) return sleep_until(timeout.deadline);
    announce(Operation::sleep, ObjectKind::clock, &scheduler.now_ns, false);
    block();
    return 0;
  }
  poll_point(user, count);
  const long found = kernel(SYS_poll, user, count, 0);
  if (found != 0 || !timeout.waits) return found;
  Entries entries(count);
  std::memcpy(entries.begin(), user, count * sizeof(pollfd));
  return look_until(entries.begin(), count, timeout, [&](pollfd* set) {
    const long ready = kernel(SYS_poll, set, count, 0);
    for (std::size_t i = 0; i < count; ++i) user[i].revents = set[i].revents;
    return ready;
  });
}

long finish_poll(long result) {
  log_result(static_cast<std::int32_t>(result));
  return by_errno(result);
}

bool is_too_many(std::size_t count) {
  constexpr std::size_t few = 256;  // if these are too many, the kernel will say so
  rlimit most{};
  return count > few && kernel(SYS_prlimit64, 0, RLIMIT_NOFILE, 0, &most) == 0 && count > most.rlim_cur;
}

// The header declares that poll only writes the entries, so the compiler takes what the caller put there for garbage.
pollfd* with_contents(pollfd* entries) {
  asm("" : "+r"(entries));
  return entries;
}

// What the kernel refuses, and a look at descriptors that are all outside.
bool passes_through(const pollfd* entries, std::size_t count, const Timeout& timeout) {
  return is_too_many(count) || (!timeout.waits && first_controlled(entries, count) == nullptr);
}

// select, by way of poll
// ------------------------------------------------------------------------------------------------

constexpr short readable = POLLIN | POLLRDNORM | POLLRDBAND;
constexpr short writable = POLLOUT | POLLWRNORM | POLLWRBAND;

struct Sets {
  int limit;
  fd_set* read;
  fd_set* write;
  fd_set* except;

  static bool has(const fd_set* set, int fd) { return set != nullptr && FD_ISSET(fd, set); }
  short wanted(int fd) const {
    return static_cast<short>((has(read, fd) ? readable : 0) | (has(write, fd) ? writable : 0) |
                              (has(except, fd) ? POLLPRI : 0));
  }
  std::size_t count() const {
    std::size_t descriptors = 0;
    for (int fd = 0; fd < limit; ++fd) descriptors += wanted(fd) != 0 ? 1 : 0;
    return descriptors;
  }
  void list(pollfd* entries) const {
    for (int fd = 0; fd < limit; ++fd)
      if (const short events = wanted(fd); events != 0) *entries++ = {fd, events, 0};
  }
};

// How often the entry counts in select's result. A hangup makes readable, not writable.
int matches(const pollfd& entry) {
  const bool read = (entry.events & POLLIN) != 0 && (entry.revents & (readable | POLLHUP | POLLERR)) != 0;
  const bool write = (entry.events & POLLOUT) != 0 && (entry.revents & (writable | POLLERR)) != 0;
  const bool except = (entry.events & POLLPRI) != 0 && (entry.revents & POLLPRI) != 0;
  return (read ? 1 : 0) + (write ? 1 : 0) + (except ? 1 : 0);
}

void leave_ready(const Sets& sets, const pollfd* entries) {
  for (int fd = 0; fd < sets.limit; ++fd) {
    if (sets.wanted(fd) == 0) continue;
    const short found = entries->revents;
    if (Sets::has(sets.read, fd) && (found & (readable | POLLHUP | POLLERR)) == 0) FD_CLR(fd, sets.read);
    if (Sets::has(sets.write, fd) && (found & (writable | POLLERR)) == 0) FD_CLR(fd, sets.write);
    if (Sets::has(sets.except, fd) && (found & POLLPRI) == 0) FD_CLR(fd, sets.except);
    ++entries;
  }
}

long select_controlled(const Sets& sets, std::size_t count, pollfd* entries, const Timeout& timeout) {
  if (count > 0) poll_point(entries, count);
  const long found = look_until(entries, count, timeout, [&](pollfd* set) -> long {
    kernel(SYS_poll, set, count, 0);
    long matching = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if ((set[i].revents & POLLNVAL) != 0) return -EBADF;
      matching += matches(set[i]);
    }
    return matching;
  });
  if (found >= 0) leave_ready(sets, entries);
  return found;
}

// `left` gets the time that remains, as Linux's select tells it and pselect does not.
long select_any(const Sets& sets, const Timeout& timeout, std::uint64_t& left) {
  const std::size_t count = sets.count();
  Entries entries(count);
  sets.list(entries.begin());
  const long found = count == 0 && timeout.waits ? poll_controlled(nullptr, 0, timeout)
                                                 : select_controlled(sets, count, entries.begin(), timeout);
  left = timeout.deadline > scheduler.now_ns ? timeout.deadline - scheduler.now_ns : 0;
  return finish_poll(found);
}

bool is_bad(const timeval& span) { return span.tv_sec < 0 || span.tv_usec < 0; }

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL_AT_POINT(poll);
WEDGE_REAL_AT_POINT(ppoll);
WEDGE_REAL_AT_POINT(select);
WEDGE_REAL_AT_POINT(pselect);

WEDGE_EXPORT int poll(pollfd* entries, nfds_t count, int ms) {
  if (!controlled) return real_poll(entries, count, ms);
  const Timeout timeout = timeout_of(ms);
  if (passes_through(with_contents(entries), count, timeout)) return real_poll(entries, count, 0);
  return static_cast<int>(finish_poll(poll_controlled(with_contents(entries), count, timeout)));
}

// The signal mask makes no difference: signals from outside are not part of a controlled execution.
WEDGE_EXPORT int ppoll(pollfd* entries, nfds_t count, const timespec* span, const sigset_t* mask) {
  if (!controlled) return real_ppoll(entries, count, span, mask);
  if (span != nullptr && (!is_sane(*span) || span->tv_sec < 0)) return static_cast<int>(by_errno(-EINVAL));
  const Timeout timeout = timeout_of(span);
  if (passes_through(with_contents(entries), count, timeout)) return real_poll(entries, count, 0);
  return static_cast<int>(finish_poll(poll_controlled(with_contents(entries), count, timeout)));
}

WEDGE_EXPORT int select(int limit, fd_set* __restrict read, fd_set* __restrict write, fd_set* __restrict except,
                        timeval* __restrict span) {
  if (!controlled || limit < 0 || (span != nullptr && is_bad(*span)))
    return real_select(limit, read, write, except, span);
  timespec time{};
  if (span != nullptr) time = {span->tv_sec + span->tv_usec / 1'000'000, span->tv_usec % 1'000'000 * 1'000};
  std::uint64_t left = 0;
  const long found = select_any({limit, read, write, except}, timeout_of(span != nullptr ? &time : nullptr), left);
  if (span != nullptr) {
    span->tv_sec = static_cast<time_t>(left / 1'000'000'000);
    span->tv_usec = static_cast<suseconds_t>(left % 1'000'000'000 / 1'000);
  }
  return static_cast<int>(found);
}

WEDGE_EXPORT int pselect(int limit, fd_set* __restrict read, fd_set* __restrict write, fd_set* __restrict except,
                         const timespec* __restrict span, const sigset_t* __restrict mask) {
  if (!controlled || limit < 0 || (span != nullptr && (!is_sane(*span) || span->tv_sec < 0)))
    return real_pselect(limit, read, write, except, span, mask);
  std::uint64_t left = 0;
  return static_cast<int>(select_any({limit, read, write, except}, timeout_of(span), left));
}

// What the C library's headers call instead with -D_FORTIFY_SOURCE; the real ones end the process if the array is
// small.
extern "C" int __poll_chk(pollfd*, nfds_t, int, std::size_t);
extern "C" int __ppoll_chk(pollfd*, nfds_t, const timespec*, const sigset_t*, std::size_t);
WEDGE_REAL_AT_POINT(__poll_chk);
WEDGE_REAL_AT_POINT(__ppoll_chk);

WEDGE_EXPORT int __poll_chk(pollfd* entries, nfds_t count, int ms, std::size_t room) {
  return room / sizeof(pollfd) < count ? real___poll_chk(entries, count, ms, room) : poll(entries, count, ms);
}

WEDGE_EXPORT int __ppoll_chk(pollfd* entries, nfds_t count, const timespec* span, const sigset_t* mask,
                             std::size_t room) {
  return room / sizeof(pollfd) < count ? real___ppoll_chk(entries, count, span, mask, room)
                                       : ppoll(entries, count, span, mask);
}

WEDGE_EXPORT int __poll(pollfd* entries, nfds_t count, int ms) { return poll(entries, count, ms); }
WEDGE_EXPORT int __select(int limit, fd_set* read, fd_set* write, fd_set* except, timeval* span) {
  return select(limit, read, write, except, span);
}
