// The part of the conformance cases' shared tools that is not a template.
#include "harness/conformance/support.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <array>
#include <system_error>

namespace conformance {
namespace {

constexpr long ns_per_second = 1'000'000'000;
constexpr long ns_per_ms = 1'000'000;

timespec from_ns(long ns) { return {ns / ns_per_second, ns % ns_per_second}; }

long now_ns(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return to_ns(now);
}

void require(int result, const char* what) {
  if (result != 0) throw std::system_error(errno, std::generic_category(), what);
}

}  // namespace

timespec from_ms(long ms) { return from_ns(ms * ns_per_ms); }

timespec in_ms(clockid_t clock, long ms) { return from_ns(now_ns(clock) + ms * ns_per_ms); }

long to_ns(const timespec& time) { return time.tv_sec * ns_per_second + time.tv_nsec; }

bool has_passed(clockid_t clock, const timespec& deadline) { return now_ns(clock) >= to_ns(deadline); }

unsigned long unique_number() {
  static const auto* const open_for_ever = new Pipe;
  struct stat status {};
  fstat(open_for_ever->reader, &status);
  return status.st_ino;
}

Stopwatch::Stopwatch(clockid_t clock) : clock_(clock), start_ns_(now_ns(clock)) {}

bool Stopwatch::at_least_ms(long ms) const { return now_ns(clock_) - start_ns_ >= ms * ns_per_ms; }

Pipe::Pipe(int flags) {
  std::array<int, 2> ends{};
  require(pipe2(ends.data(), flags), "pipe2");
  reader = Descriptor(ends[0]);
  writer = Descriptor(ends[1]);
}

SocketPair::SocketPair(int type) {
  std::array<int, 2> ends{};
  require(socketpair(AF_UNIX, type, 0, ends.data()), "socketpair");
  left = Descriptor(ends[0]);
  right = Descriptor(ends[1]);
}

void set_nonblocking(int descriptor) { fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK); }

std::size_t fill(int descriptor) {
  set_nonblocking(descriptor);
  static const std::array<char, 4096> block{};
  std::size_t total = 0;
  for (;;) {
    const ssize_t count = write(descriptor, block.data(), block.size());
    if (count <= 0) return total;
    total += static_cast<std::size_t>(count);
  }
}

}  // namespace conformance
