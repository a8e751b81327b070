// Interceptors of random numbers: all of them are drawn from the seed of the execution.
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>
#include <unistd.h>

#include <cstdint>
#include <random>
#include <type_traits>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/scheduler/seeded.h"

namespace wedge::runtime {

namespace {

template <typename Number>
Number random_number() {
  Number number;
  fill_random_data(&number, sizeof number);
  return number;
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(getrandom);
WEDGE_REAL(getentropy);

WEDGE_EXPORT ssize_t getrandom(void* buffer, std::size_t size, unsigned int flags) {
  const ssize_t filled = real_getrandom(buffer, size, flags);  // whatever it refuses, we refuse
  if (controlled && filled > 0) fill_random_data(buffer, static_cast<std::size_t>(filled));
  return filled;
}

WEDGE_EXPORT int getentropy(void* buffer, std::size_t size) {
  const int result = real_getentropy(buffer, size);
  if (controlled && result == 0) fill_random_data(buffer, size);
  return result;
}

// The C library has these since 2.36; the real ones are looked up by name, so older ones do not matter.
#define WEDGE_REAL_AS(type, name) static real::Real<type> real_##name(#name)

WEDGE_REAL_AS(std::uint32_t(), arc4random);
WEDGE_REAL_AS(void(void*, std::size_t), arc4random_buf);
WEDGE_REAL_AS(std::uint32_t(std::uint32_t), arc4random_uniform);
WEDGE_REAL_AS(unsigned int(void*), _ZNSt13random_device9_M_getvalEv);

WEDGE_EXPORT std::uint32_t arc4random() noexcept {
  return controlled ? random_number<std::uint32_t>() : real_arc4random();
}

WEDGE_EXPORT void arc4random_buf(void* buffer, std::size_t size) noexcept {
  if (controlled)
    fill_random_data(buffer, size);
  else
    real_arc4random_buf(buffer, size);
}

WEDGE_EXPORT std::uint32_t arc4random_uniform(std::uint32_t limit) noexcept {
  if (!controlled) return real_arc4random_uniform(limit);
  return limit < 2 ? 0 : static_cast<std::uint32_t>(random_number<std::uint64_t>() % limit);
}

// std::random_device::_M_getval(), which may read the processor's own generator.
WEDGE_EXPORT unsigned int _ZNSt13random_device9_M_getvalEv(void* self) {
  return controlled ? random_number<unsigned int>() : real__ZNSt13random_device9_M_getvalEv(self);
}
