// Interceptors of open: random devices give the execution's own bytes, and named pipes are descriptors like any other.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdarg>
#include <cstring>
#include <type_traits>

#include "harness/runtime/intercept/descriptor_call.h"
#include "harness/runtime/intercept/streams.h"

namespace wedge::runtime {

namespace {

bool is_random_device(const char* path) {
  return path != nullptr && (std::strcmp(path, "/dev/urandom") == 0 || std::strcmp(path, "/dev/random") == 0);
}

bool is_named_pipe(int directory, const char* path) {
  struct stat status {};
  return path != nullptr && kernel(SYS_newfstatat, directory, path, &status, 0) == 0 && S_ISFIFO(status.st_mode);
}

// Requires: controlled. `open` is the real call.
template <typename Open>
int open_controlled(int directory, const char* path, int flags, Open open) {
  const bool named_pipe = (flags & (O_PATH | O_DIRECTORY)) == 0 && is_named_pipe(directory, path);
  if (named_pipe && (flags & O_NONBLOCK) == 0 && (flags & O_ACCMODE) != O_RDWR)
    unsupported("open of a named pipe", "it would wait for the other end; open it with O_RDWR or O_NONBLOCK");
  const int fd = open();
  if (fd < 0) return fd;
  adopt_descriptor(fd, named_pipe               ? DescriptorKind::pipe
                       : is_random_device(path) ? DescriptorKind::random
                                                : DescriptorKind::none);
  return fd;
}

// What fopen's mode means to open().
int flags_of_mode(const char* mode) {
  const bool updates = std::strchr(mode, '+') != nullptr;
  int flags = updates ? O_RDWR : mode[0] == 'r' ? O_RDONLY : O_WRONLY;
  if (std::strchr(mode, 'e') != nullptr) flags |= O_CLOEXEC;
  return flags;
}

FILE* open_special_stream(const char* path, const char* mode) {
  const int fd = ::open(path, flags_of_mode(mode));
  return fd < 0 ? nullptr : open_stream(fd, mode);
}

bool is_special(const char* path) { return is_random_device(path) || is_named_pipe(AT_FDCWD, path); }

bool has_mode(int flags) { return (flags & O_CREAT) != 0 || (flags & O_TMPFILE) == O_TMPFILE; }

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

#define WEDGE_INTERCEPT_OPEN(name)                                                                 \
  WEDGE_REAL(name);                                                                                \
  WEDGE_EXPORT int name(const char* path, int flags, ...) {                                        \
    std::va_list list;                                                                             \
    va_start(list, flags);                                                                         \
    const mode_t mode = has_mode(flags) ? va_arg(list, mode_t) : 0;                                \
    va_end(list);                                                                                  \
    if (!controlled) return real_##name(path, flags, mode);                                        \
    return open_controlled(AT_FDCWD, path, flags, [&] { return real_##name(path, flags, mode); }); \
  }                                                                                                \
  static_assert(true)

#define WEDGE_INTERCEPT_OPENAT(name)                                                                           \
  WEDGE_REAL(name);                                                                                            \
  WEDGE_EXPORT int name(int directory, const char* path, int flags, ...) {                                     \
    std::va_list list;                                                                                         \
    va_start(list, flags);                                                                                     \
    const mode_t mode = has_mode(flags) ? va_arg(list, mode_t) : 0;                                            \
    va_end(list);                                                                                              \
    if (!controlled) return real_##name(directory, path, flags, mode);                                         \
    return open_controlled(directory, path, flags, [&] { return real_##name(directory, path, flags, mode); }); \
  }                                                                                                            \
  static_assert(true)

WEDGE_INTERCEPT_OPEN(open);
WEDGE_INTERCEPT_OPEN(open64);
WEDGE_INTERCEPT_OPENAT(openat);
WEDGE_INTERCEPT_OPENAT(openat64);

WEDGE_EXPORT int creat(const char* path, mode_t mode) { return open(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }
WEDGE_EXPORT int creat64(const char* path, mode_t mode) { return open64(path, O_CREAT | O_WRONLY | O_TRUNC, mode); }

// What the C library's headers call instead with -D_FORTIFY_SOURCE, and its second names.
WEDGE_EXPORT int __open(const char* path, int flags, mode_t mode) { return open(path, flags, mode); }
WEDGE_EXPORT int __open64(const char* path, int flags, mode_t mode) { return open64(path, flags, mode); }
WEDGE_EXPORT int __open_2(const char* path, int flags) { return open(path, flags); }
WEDGE_EXPORT int __open64_2(const char* path, int flags) { return open64(path, flags); }
WEDGE_EXPORT int __openat_2(int directory, const char* path, int flags) { return openat(directory, path, flags); }
WEDGE_EXPORT int __openat64_2(int directory, const char* path, int flags) { return openat64(directory, path, flags); }

WEDGE_REAL(fopen);
WEDGE_REAL(fopen64);

WEDGE_EXPORT FILE* fopen(const char* path, const char* mode) {
  return controlled && is_special(path) ? open_special_stream(path, mode) : real_fopen(path, mode);
}

WEDGE_EXPORT FILE* fopen64(const char* path, const char* mode) {
  return controlled && is_special(path) ? open_special_stream(path, mode) : real_fopen64(path, mode);
}
