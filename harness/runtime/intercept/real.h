// The real functions behind the interceptors, found once.
#pragma once

#include <dlfcn.h>
#include <pthread.h>

#include "harness/runtime/mode.h"

#define WEDGE_EXPORT extern "C" __attribute__((visibility("default")))

namespace wedge::runtime::real {

// A function of the next library in the search order; looked up on first use. Losing a race to do so is harmless.
template <typename Function>
class Real {
 public:
  constexpr explicit Real(const char* name) : name_(name) {}
  Function* get() {
    if (function_ == nullptr) function_ = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name_));
    return function_;
  }
  template <typename... Arguments>
  auto operator()(Arguments... arguments) {
    return get()(arguments...);
  }

 private:
  const char* name_;
  Function* function_ = nullptr;
};

// One that is called at a point, and so is delayed on the free rung.
template <typename Function>
class RealAtPoint : public Real<Function> {
 public:
  using Real<Function>::Real;
  template <typename... Arguments>
  auto operator()(Arguments... arguments) {
    if (mode.free) [[unlikely]]
      delay_at_point();
    return this->get()(arguments...);
  }
};

extern Real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> pthread_create;

}  // namespace wedge::runtime::real

// Defines `real_NAME`, callable, with the type of the function that is declared under that name.
#define WEDGE_REAL(name) \
  static ::wedge::runtime::real::Real<std::remove_reference_t<decltype(::name)>> real_##name(#name)
#define WEDGE_REAL_AT_POINT(name) \
  static ::wedge::runtime::real::RealAtPoint<std::remove_reference_t<decltype(::name)>> real_##name(#name)
