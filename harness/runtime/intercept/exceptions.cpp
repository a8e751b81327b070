// Tells the race detector what the C++ library's exceptions synchronise: their counts of references are changed inside
// libstdc++, which nobody instruments, and the last owner destroys what another task has read.
#include <exception>
#include <type_traits>

#include <dlfcn.h>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/mutation.h"

using namespace wedge::runtime;

extern "C" void __cxa_end_catch();
WEDGE_REAL(__cxa_end_catch);

// std::exception_ptr, whose only member is the address of the exception.
extern "C" void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void** self);
WEDGE_REAL(_ZNSt15__exception_ptr13exception_ptr10_M_releaseEv);

namespace {

// Only the library can tell which exception's handler ends. It counts `held` as one owner more, and how that one gives
// it up is seen below.
void give_up_caught() { const std::exception_ptr held = std::current_exception(); }

}  // namespace

WEDGE_EXPORT void __cxa_end_catch() {
  if (controlled && memory::watching && !mutated(Mutation::forget_exception_order)) give_up_caught();
  real___cxa_end_catch();
}

// Who gives up an exception hands on what it did with it, and knows what those did who gave it up before: it may be the
// one that destroys it.
WEDGE_EXPORT void _ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(void** self) {
  if (controlled && *self != nullptr) {
    memory::release_address(*self);
    memory::acquire_address(*self);
  }
  real__ZNSt15__exception_ptr13exception_ptr10_M_releaseEv(self);
}
