// The __tsan_atomic* calls: every atomic operation is a point, then happens, sequentially consistent.
//
// Only one task runs at a time, so inside a controlled execution the operation itself need not be atomic; outside one
// it is, with the strongest order.
#include <cstdint>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/scheduler.h"

using namespace wedge::runtime;

namespace {

using Order = int;
__extension__ using Wide = unsigned __int128;

template <typename T>
void log_value(T value) {
  if constexpr (sizeof(T) <= 4)
    if (scheduler.attention & attention::logging) [[unlikely]]
      log_result(static_cast<std::int32_t>(value));
}

template <typename T>
[[gnu::always_inline]] inline void atomic_point(Operation operation, const volatile T* address, bool writes) {
  point(operation, ObjectKind::atomic, const_cast<const T*>(address), writes);
  heap::check_access(address, sizeof(T), writes);
}

// What the operation means to the race detector; `pc` is where the program made it.
template <typename T>
[[gnu::always_inline]] inline void note(const volatile T* address, memory::Effect effect, Order order, const void* pc) {
  if (!memory::watching) return;
  const void* place = const_cast<const T*>(address);
  memory::access(place, sizeof(T),
                 effect == memory::Effect::load ? memory::Kind::atomic_read : memory::Kind::atomic_write, pc);
  memory::atomic(place, effect, order);
}

// 16 bytes: by compare-and-swap, which needs no help from a library.
inline Wide wide_cas(volatile Wide* address, Wide expected, Wide desired) {
  return __sync_val_compare_and_swap(address, expected, desired);
}

template <typename T>
T plain_or_atomic_load(const volatile T* address) {
  if constexpr (sizeof(T) == 16)
    return wide_cas(const_cast<volatile Wide*>(address), 0, 0);
  else
    return __atomic_load_n(address, __ATOMIC_SEQ_CST);
}

template <typename T>
T real_compare_exchange(volatile T* address, T expected, T desired) {
  if constexpr (sizeof(T) == 16) {
    return wide_cas(address, expected, desired);
  } else {
    __atomic_compare_exchange_n(address, &expected, desired, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
    return expected;
  }
}

// Any read-modify-write, out of control: retried until nobody was in between.
template <typename T, typename Change>
T real_modify(volatile T* address, Change change) {
  T seen = plain_or_atomic_load(address);
  for (;;) {
    const T found = real_compare_exchange(address, seen, change(seen));
    if (found == seen) return seen;
    seen = found;
  }
}

template <typename T>
T load(const volatile T* address, Order order, const void* pc) {
  if (passes_through()) return plain_or_atomic_load(address);
  atomic_point(Operation::load, address, false);
  note(address, memory::Effect::load, order, pc);
  const T value = *address;
  log_value(value);
  return value;
}

template <typename T>
void store(volatile T* address, T value, Order order, const void* pc) {
  if (passes_through()) {
    real_modify(address, [value](T) { return value; });
    return;
  }
  atomic_point(Operation::store, address, true);
  note(address, memory::Effect::store, order, pc);
  *address = value;
  log_value(value);
}

template <typename T, typename Change>
[[gnu::always_inline]] inline T modify(Operation operation, volatile T* address, Order order, const void* pc,
                                       Change change) {
  if (passes_through()) return real_modify(address, change);
  atomic_point(operation, address, true);
  note(address, memory::Effect::modify, order, pc);
  const T old = *address;
  *address = change(old);
  log_value(old);
  return old;
}

template <typename T>
T compare_exchange(volatile T* address, T expected, T desired, Order order, Order order_of_failure, const void* pc) {
  if (passes_through()) return real_compare_exchange(address, expected, desired);
  atomic_point(Operation::compare_exchange, address, true);
  const T old = *address;
  if (old == expected) {
    note(address, memory::Effect::modify, order, pc);
    *address = desired;
  } else {
    note(address, memory::Effect::load, order_of_failure, pc);
    step_changed_nothing();
    scheduler.current->in_vain = true;
  }
  log_value(old);
  return old;
}

}  // namespace

#define PC __builtin_return_address(0)

// gcc calls the two-pointer form `_strong` and `_weak`, clang also `_val`; all return as their names say.
#define ATOMIC_MODIFY(bits, T, name, operation, change)                                      \
  WEDGE_EXPORT T __tsan_atomic##bits##_##name(volatile T* a, T v, Order order) {             \
    return modify(operation, a, order, PC, [v]([[maybe_unused]] T x) { return T(change); }); \
  }

#define ATOMIC_COMPARE(bits, T, name)                                                                             \
  WEDGE_EXPORT int __tsan_atomic##bits##_##name(volatile T* a, T* expected, T v, Order order, Order of_failure) { \
    const T wanted = *expected;                                                                                   \
    const T old = compare_exchange(a, wanted, v, order, of_failure, PC);                                          \
    if (old == wanted) return 1;                                                                                  \
    *expected = old;                                                                                              \
    return 0;                                                                                                     \
  }

#define ATOMIC_SIZE(bits, T)                                                                                 \
  WEDGE_EXPORT T __tsan_atomic##bits##_load(const volatile T* a, Order order) { return load(a, order, PC); } \
  WEDGE_EXPORT void __tsan_atomic##bits##_store(volatile T* a, T v, Order order) { store(a, v, order, PC); } \
  ATOMIC_MODIFY(bits, T, exchange, Operation::exchange, v)                                                   \
  ATOMIC_MODIFY(bits, T, fetch_add, Operation::fetch_op, x + v)                                              \
  ATOMIC_MODIFY(bits, T, fetch_sub, Operation::fetch_op, x - v)                                              \
  ATOMIC_MODIFY(bits, T, fetch_and, Operation::fetch_op, x& v)                                               \
  ATOMIC_MODIFY(bits, T, fetch_or, Operation::fetch_op, x | v)                                               \
  ATOMIC_MODIFY(bits, T, fetch_xor, Operation::fetch_op, x ^ v)                                              \
  ATOMIC_MODIFY(bits, T, fetch_nand, Operation::fetch_op, ~(x & v))                                          \
  ATOMIC_COMPARE(bits, T, compare_exchange_strong)                                                           \
  ATOMIC_COMPARE(bits, T, compare_exchange_weak)                                                             \
  WEDGE_EXPORT T __tsan_atomic##bits##_compare_exchange_val(volatile T* a, T expected, T v, Order order,     \
                                                            Order of_failure) {                              \
    return compare_exchange(a, expected, v, order, of_failure, PC);                                          \
  }                                                                                                          \
  static_assert(true)

ATOMIC_SIZE(8, std::uint8_t);
ATOMIC_SIZE(16, std::uint16_t);
ATOMIC_SIZE(32, std::uint32_t);
ATOMIC_SIZE(64, std::uint64_t);
ATOMIC_SIZE(128, Wide);

WEDGE_EXPORT void __tsan_atomic_thread_fence(Order order) {
  if (passes_through()) return __atomic_thread_fence(__ATOMIC_SEQ_CST);
  point(Operation::fence, ObjectKind::none, nullptr, false);
  memory::fence(order);
}

WEDGE_EXPORT void __tsan_atomic_signal_fence(Order) {}
