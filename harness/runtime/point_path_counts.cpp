// Functions of libc, counted and passed on.
#include "harness/runtime/point_path_counts.h"

#include <dlfcn.h>
#include <pthread.h>

#include <cstdarg>
#include <cstddef>
#include <cstdio>

#define COUNTED extern "C" __attribute__((visibility("default")))

namespace wedge::runtime {
namespace {

PointPathCounts* volatile counting = nullptr;

void count(std::uint64_t PointPathCounts::*what) {
  if (counting != nullptr) ++(counting->*what);
}

// The next definition behind this library: libc's.
template <typename Function>
Function* next(const char* name) {
  return reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

}  // namespace

__attribute__((visibility("default"))) void count_calls_into(PointPathCounts* counts) { counting = counts; }

}  // namespace wedge::runtime

using wedge::runtime::count;
using wedge::runtime::next;
using wedge::runtime::PointPathCounts;

// The allocator's own second names, because looking them up would allocate.
extern "C" {
void* __libc_malloc(std::size_t);
void* __libc_calloc(std::size_t, std::size_t);
void* __libc_realloc(void*, std::size_t);
void* __libc_memalign(std::size_t, std::size_t);
void __libc_free(void*);
}

COUNTED void* malloc(std::size_t size) {
  count(&PointPathCounts::allocations);
  return __libc_malloc(size);
}
COUNTED void* calloc(std::size_t number, std::size_t size) {
  count(&PointPathCounts::allocations);
  return __libc_calloc(number, size);
}
COUNTED void* realloc(void* block, std::size_t size) {
  count(&PointPathCounts::allocations);
  return __libc_realloc(block, size);
}
COUNTED void* aligned_alloc(std::size_t alignment, std::size_t size) {
  count(&PointPathCounts::allocations);
  return __libc_memalign(alignment, size);
}
COUNTED void free(void* block) {
  count(&PointPathCounts::allocations);
  __libc_free(block);
}

COUNTED int vsnprintf(char* buffer, std::size_t size, const char* format, std::va_list arguments) noexcept {
  static auto* const real = next<int(char*, std::size_t, const char*, std::va_list)>("vsnprintf");
  count(&PointPathCounts::formats);
  return real(buffer, size, format, arguments);
}
COUNTED int snprintf(char* buffer, std::size_t size, const char* format, ...) noexcept {
  std::va_list arguments;
  va_start(arguments, format);
  const int result = vsnprintf(buffer, size, format, arguments);
  va_end(arguments);
  return result;
}

#define COUNTED_LOCK(name, type)                       \
  COUNTED int name(type* object) noexcept {            \
    static auto* const real = next<int(type*)>(#name); \
    count(&PointPathCounts::locks);                    \
    return real(object);                               \
  }                                                    \
  static_assert(true)

COUNTED_LOCK(pthread_mutex_lock, pthread_mutex_t);
COUNTED_LOCK(pthread_mutex_trylock, pthread_mutex_t);
COUNTED_LOCK(pthread_mutex_unlock, pthread_mutex_t);
COUNTED_LOCK(pthread_rwlock_rdlock, pthread_rwlock_t);
COUNTED_LOCK(pthread_rwlock_wrlock, pthread_rwlock_t);
COUNTED_LOCK(pthread_rwlock_unlock, pthread_rwlock_t);
COUNTED_LOCK(pthread_cond_signal, pthread_cond_t);
COUNTED_LOCK(pthread_cond_broadcast, pthread_cond_t);
