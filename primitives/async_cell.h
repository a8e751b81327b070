// One place for one value that one thread waits for: empty, with a waiter, or full.
//
// Any thread may use it. A second waiter takes the place of the first, as in the original. Who waits is woken by a
// value, and by the destructor of the cell; in the original by nothing else, so wake() is for cures.
#pragma once

#include <mutex>
#include <optional>
#include <utility>

#include "primitives/parker.h"
#include "primitives/weak_reference.h"

namespace primitives {

template <typename T>
class AsyncCell {
 public:
  AsyncCell() = default;
  explicit AsyncCell(T value) : value_(std::move(value)) {}
  ~AsyncCell() { wake(); }
  AsyncCell(const AsyncCell&) = delete;
  AsyncCell& operator=(const AsyncCell&) = delete;

  // A value that nobody has taken is overwritten.
  void set(T value) {
    Waker waiter;
    {
      const std::lock_guard lock(mutex_);
      value_ = std::move(value);
      waiter = std::exchange(waiter_, nullptr);
    }
    if (waiter) waiter->unpark();
  }

  void wake() {
    Waker waiter;
    {
      const std::lock_guard lock(mutex_);
      waiter = std::exchange(waiter_, nullptr);
    }
    if (waiter) waiter->unpark();
  }

  // The value and an empty cell; or nothing yet, and `waker` is told of the next value.
  std::optional<T> poll_take(const Waker& waker) {
    return poll(waker, [this] { return std::exchange(value_, {}); });
  }
  // The same, and the value stays.
  std::optional<T> poll_get(const Waker& waker) {
    return poll(waker, [this] { return value_; });
  }

  std::optional<T> try_get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  bool has_waiter() const {
    const std::lock_guard lock(mutex_);
    return waiter_ != nullptr;
  }

 private:
  template <typename Give>
  std::optional<T> poll(const Waker& waker, Give&& give) {
    const std::lock_guard lock(mutex_);
    if (!value_) {
      waiter_ = waker;
      return std::nullopt;
    }
    waiter_ = nullptr;
    return give();
  }

  mutable std::mutex mutex_;
  std::optional<T> value_;
  Waker waiter_;
};

// One poll of a cell that may be dead: pinned while it looks, and no longer. The inner optional is empty when the cell
// is dead, the outer one while there is nothing yet. Who is dead is learned by polling only.
template <typename T>
std::optional<std::optional<T>> poll_get(Collector& collector, const Ref<AsyncCell<T>>& cell, const Waker& waker) {
  const Guard guard = collector.pin();
  AsyncCell<T>* alive = cell.get(guard);
  if (alive == nullptr) return std::optional<T>();
  auto value = alive->poll_get(waker);
  if (!value) return std::nullopt;
  return std::optional<std::optional<T>>(std::in_place, std::move(value));
}

template <typename T>
std::optional<std::optional<T>> poll_take(Collector& collector, const Ref<AsyncCell<T>>& cell, const Waker& waker) {
  const Guard guard = collector.pin();
  AsyncCell<T>* alive = cell.get(guard);
  if (alive == nullptr) return std::optional<T>();
  auto value = alive->poll_take(waker);
  if (!value) return std::nullopt;
  return std::optional<std::optional<T>>(std::in_place, std::move(value));
}

}  // namespace primitives
