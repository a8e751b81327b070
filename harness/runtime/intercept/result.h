// Turns the kernel's answer into what a library function returns: -1 and errno on failure.
#pragma once

#include <errno.h>

namespace wedge::runtime {

inline long by_errno(long result) {
  if (result >= 0 || result < -4095) return result;
  errno = static_cast<int>(-result);
  return -1;
}

}  // namespace wedge::runtime
