// Tells the race detector what the C++ library's exceptions synchronise: their counts of references are changed inside
// libstdc++, which nobody instruments, and the last owner destroys what another task has read.
#include <dlfcn.h>

#include <type_traits>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/order.h"

namespace {

// One clock for all exceptions that are given up at the end of a catch: which one that is, only the library knows.
constexpr const char all_caught = 0;

}  // namespace

using namespace wedge::runtime;

extern "C" void __cxa_end_catch();
WEDGE_REAL(__cxa_end_catch);

WEDGE_EXPORT void __cxa_end_catch() {
  if (controlled) memory::release_address(&all_caught);
  real___cxa_end_catch();
}

// std::exception_ptr, whose only member is the address of the exception.
extern "C" void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void** self);
WEDGE_REAL(_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv);

WEDGE_EXPORT void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void** self) {
  if (controlled && *self != nullptr) {
    memory::release_address(*self);
    memory::acquire_address(*self);
    memory::acquire_address(&all_caught);
  }
  real__ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(self);
}
