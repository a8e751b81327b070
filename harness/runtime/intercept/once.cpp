// Interceptors of one-time initialisation: pthread_once and the guards of local statics.
#include <cxxabi.h>
#include <pthread.h>

#include <type_traits>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/objects/statics.h"
#include "harness/runtime/objects/wakeable.h"

namespace {

constexpr int once_in_progress = 1;
constexpr int once_done = 2;  // glibc's value

bool once_is_done(const void* flag) { return *static_cast<const int*>(flag) == once_done; }
bool guard_is_done(const void* flag) { return *static_cast<const char*>(flag) != 0; }

// Leaves the flag untouched if the initialiser throws or the thread exits in it: the next caller tries again.
class OnceInProgress {
 public:
  explicit OnceInProgress(pthread_once_t* flag) : flag_(flag) { *flag_ = once_in_progress; }
  ~OnceInProgress() {
    *flag_ = finished_ ? once_done : 0;
    if (finished_) wedge::runtime::note_initialised(flag_, sizeof *flag_);
    wedge::runtime::finish_once(flag_);
  }
  void finish() { finished_ = true; }

 private:
  pthread_once_t* flag_;
  bool finished_ = false;
};

}  // namespace

using namespace wedge::runtime;

WEDGE_REAL(pthread_once);

WEDGE_EXPORT int pthread_once(pthread_once_t* flag, void (*initialise)()) {
  if (passes_through()) return real_pthread_once(flag, initialise);
  if (!begin_once(flag, once_is_done)) return 0;
  OnceInProgress in_progress(flag);
  initialise();
  in_progress.finish();
  return 0;
}

// As <cxxabi.h> declares them. Types and exception specifications must be the same there and here.
static wedge::runtime::real::Real<int(abi::__guard*)> real_guard_acquire("__cxa_guard_acquire");
static wedge::runtime::real::Real<void(abi::__guard*)> real_guard_release("__cxa_guard_release");
static wedge::runtime::real::Real<void(abi::__guard*)> real_guard_abort("__cxa_guard_abort");

namespace __cxxabiv1 {

WEDGE_EXPORT int __cxa_guard_acquire(__guard* guard) {
  if (passes_through()) return real_guard_acquire(guard);
  if (guard_is_done(guard)) {
    wedge::runtime::memory::acquire_address(guard);
    return 0;
  }
  return begin_once(guard, guard_is_done) ? 1 : 0;
}

WEDGE_EXPORT void __cxa_guard_release(__guard* guard) noexcept {
  if (passes_through()) return real_guard_release(guard);
  *reinterpret_cast<char*>(guard) = 1;
  note_initialised(guard, 1);
  finish_once(guard);
}

WEDGE_EXPORT void __cxa_guard_abort(__guard* guard) noexcept {
  if (passes_through()) return real_guard_abort(guard);
  finish_once(guard);
}

}  // namespace __cxxabiv1
