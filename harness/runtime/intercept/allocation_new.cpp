// Interceptors of operator new and delete, in all their forms. The next definition does the work, whosever it is: that
// of the C++ library calls malloc and free, which are watched in their turn.
#include <cstddef>
#include <new>

#include "harness/runtime/intercept/allocation_caller.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/heap.h"

using namespace wedge::runtime;
using heap::BlockKind;

namespace {

using Size = std::size_t;
using Align = std::align_val_t;
using Nothrow = std::nothrow_t;

template <typename... Rest>
[[gnu::always_inline]] inline void* make(real::Real<void*(Size, Rest...)>& next, BlockKind kind, const void* pc,
                                         Size size, Rest... rest) {
  // Of the forms in the C++ library, one may call another: only the one that the program called counts.
  if (!heap::watches_allocations() || operator_caller != nullptr) [[likely]]
    return next(size, rest...);
  void* block = nullptr;
  {
    const OperatorCaller caller(pc);
    block = next(size, rest...);
  }
  heap::note_kind(block, kind, pc);
  return block;
}

template <typename... Rest>
[[gnu::always_inline]] inline void destroy(real::Real<void(void*, Rest...)>& next, BlockKind kind, const void* pc,
                                           void* block, Rest... rest) {
  if (!heap::watches_allocations() || operator_caller != nullptr) [[likely]]
    return next(block, rest...);
  if (block == nullptr) return;
  heap::check_delete(block, kind);
  const OperatorCaller caller(pc);
  next(block, rest...);
}

// By the mangled names, which are the same wherever size_t is unsigned long.
real::Real<void*(Size)> real_new("_Znwm");
real::Real<void*(Size)> real_new_array("_Znam");
real::Real<void*(Size, const Nothrow*)> real_new_nothrow("_ZnwmRKSt9nothrow_t");
real::Real<void*(Size, const Nothrow*)> real_new_array_nothrow("_ZnamRKSt9nothrow_t");
real::Real<void*(Size, Align)> real_new_aligned("_ZnwmSt11align_val_t");
real::Real<void*(Size, Align)> real_new_array_aligned("_ZnamSt11align_val_t");
real::Real<void*(Size, Align, const Nothrow*)> real_new_aligned_nothrow("_ZnwmSt11align_val_tRKSt9nothrow_t");
real::Real<void*(Size, Align, const Nothrow*)> real_new_array_aligned_nothrow("_ZnamSt11align_val_tRKSt9nothrow_t");
real::Real<void(void*)> real_delete("_ZdlPv");
real::Real<void(void*)> real_delete_array("_ZdaPv");
real::Real<void(void*, Align)> real_delete_aligned("_ZdlPvSt11align_val_t");
real::Real<void(void*, Align)> real_delete_array_aligned("_ZdaPvSt11align_val_t");

}  // namespace

#define PUBLIC __attribute__((visibility("default")))
#define CALLER __builtin_return_address(0)

PUBLIC void* operator new(Size size) { return make(real_new, BlockKind::new_object, CALLER, size); }
PUBLIC void* operator new[](Size size) { return make(real_new_array, BlockKind::new_array, CALLER, size); }
PUBLIC void* operator new(Size size, const Nothrow& tag) noexcept {
  return make(real_new_nothrow, BlockKind::new_object, CALLER, size, &tag);
}
PUBLIC void* operator new[](Size size, const Nothrow& tag) noexcept {
  return make(real_new_array_nothrow, BlockKind::new_array, CALLER, size, &tag);
}
PUBLIC void* operator new(Size size, Align align) {
  return make(real_new_aligned, BlockKind::aligned_new, CALLER, size, align);
}
PUBLIC void* operator new[](Size size, Align align) {
  return make(real_new_array_aligned, BlockKind::aligned_new_array, CALLER, size, align);
}
PUBLIC void* operator new(Size size, Align align, const Nothrow& tag) noexcept {
  return make(real_new_aligned_nothrow, BlockKind::aligned_new, CALLER, size, align, &tag);
}
PUBLIC void* operator new[](Size size, Align align, const Nothrow& tag) noexcept {
  return make(real_new_array_aligned_nothrow, BlockKind::aligned_new_array, CALLER, size, align, &tag);
}

// A size or a nothrow tag changes nothing about how a block is given back.
PUBLIC void operator delete(void* block) noexcept { destroy(real_delete, BlockKind::new_object, CALLER, block); }
PUBLIC void operator delete(void* block, Size) noexcept { destroy(real_delete, BlockKind::new_object, CALLER, block); }
PUBLIC void operator delete(void* block, const Nothrow&) noexcept {
  destroy(real_delete, BlockKind::new_object, CALLER, block);
}
PUBLIC void operator delete[](void* block) noexcept { destroy(real_delete_array, BlockKind::new_array, CALLER, block); }
PUBLIC void operator delete[](void* block, Size) noexcept {
  destroy(real_delete_array, BlockKind::new_array, CALLER, block);
}
PUBLIC void operator delete[](void* block, const Nothrow&) noexcept {
  destroy(real_delete_array, BlockKind::new_array, CALLER, block);
}
PUBLIC void operator delete(void* block, Align align) noexcept {
  destroy(real_delete_aligned, BlockKind::aligned_new, CALLER, block, align);
}
PUBLIC void operator delete(void* block, Size, Align align) noexcept {
  destroy(real_delete_aligned, BlockKind::aligned_new, CALLER, block, align);
}
PUBLIC void operator delete(void* block, Align align, const Nothrow&) noexcept {
  destroy(real_delete_aligned, BlockKind::aligned_new, CALLER, block, align);
}
PUBLIC void operator delete[](void* block, Align align) noexcept {
  destroy(real_delete_array_aligned, BlockKind::aligned_new_array, CALLER, block, align);
}
PUBLIC void operator delete[](void* block, Size, Align align) noexcept {
  destroy(real_delete_array_aligned, BlockKind::aligned_new_array, CALLER, block, align);
}
PUBLIC void operator delete[](void* block, Align align, const Nothrow&) noexcept {
  destroy(real_delete_array_aligned, BlockKind::aligned_new_array, CALLER, block, align);
}
