// Interceptors of stdio on controlled descriptors: the C library reads and writes them by calls that cannot be
// intercepted, so such a stream gets functions of ours instead.
#include "harness/runtime/intercept/streams.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdlib>
#include <type_traits>

#include "harness/runtime/intercept/descriptor_call.h"

namespace wedge::runtime {

namespace {

int number_of(void* cookie) { return static_cast<int>(reinterpret_cast<long>(cookie)); }

ssize_t read_stream(void* cookie, char* buffer, std::size_t size) { return read(number_of(cookie), buffer, size); }
ssize_t write_stream(void* cookie, const char* buffer, std::size_t size) {
  const ssize_t written = write(number_of(cookie), buffer, size);
  return written < 0 ? 0 : written;
}
int close_stream(void* cookie) { return close(number_of(cookie)); }

}  // namespace

// The stream's lock is held while a task waits here; a second task that uses the same stream meanwhile stops them all.
FILE* open_stream(int fd, const char* mode) {
  const long access = file_flags(fd) & O_ACCMODE;
  const bool updates = mode[0] != '\0' && (mode[1] == '+' || (mode[1] != '\0' && mode[2] == '+'));
  const bool reads = mode[0] == 'r' || updates;
  const bool writes = mode[0] != 'r' || updates;
  if ((reads && access == O_WRONLY) || (writes && access == O_RDONLY)) {
    errno = EINVAL;
    return nullptr;
  }
  FILE* stream = fopencookie(reinterpret_cast<void*>(static_cast<long>(fd)), mode,
                             {read_stream, write_stream, nullptr, close_stream});
  if (stream != nullptr) stream->_fileno = fd;  // for fileno()
  return stream;
}

namespace {

int print(int fd, const char* format, std::va_list arguments) {
  char* text = nullptr;
  const int length = vasprintf(&text, format, arguments);
  if (length < 0) return length;
  const ssize_t written = write(fd, text, static_cast<std::size_t>(length));
  std::free(text);
  return written < 0 ? -1 : length;
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(fdopen);
WEDGE_REAL(vdprintf);

WEDGE_EXPORT FILE* fdopen(int fd, const char* mode) noexcept {
  return kind_of_descriptor(fd) != DescriptorKind::none ? open_stream(fd, mode) : real_fdopen(fd, mode);
}

WEDGE_EXPORT int vdprintf(int fd, const char* format, va_list arguments) {
  return is_controlled(fd) ? print(fd, format, arguments) : real_vdprintf(fd, format, arguments);
}

WEDGE_EXPORT int dprintf(int fd, const char* format, ...) {
  std::va_list list;
  va_start(list, format);
  const int result = vdprintf(fd, format, list);
  va_end(list);
  return result;
}

extern "C" int __vdprintf_chk(int, int, const char*, va_list);
WEDGE_REAL(__vdprintf_chk);

WEDGE_EXPORT int __vdprintf_chk(int fd, int flag, const char* format, va_list arguments) {
  return is_controlled(fd) ? print(fd, format, arguments) : real___vdprintf_chk(fd, flag, format, arguments);
}

WEDGE_EXPORT int __dprintf_chk(int fd, int flag, const char* format, ...) {
  std::va_list list;
  va_start(list, format);
  const int result = __vdprintf_chk(fd, flag, format, list);
  va_end(list);
  return result;
}
