// Ownership by one, and references by anybody that outlive what they refer to: they look up a generation, and get
// nothing once it has moved on.
//
// To die is immediate for whoever looks, and late for the destructor, which is deferred to the collector. Nobody who
// waits is told.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "primitives/epoch.h"

namespace primitives {

// A collector, and the generation counters of what it reclaims. Counters are used again and never freed before the end,
// so a reference may look at one at any time. In the original they are kept per thread and leaked; here a lock does.
class WeakDomain {
 public:
  using Counter = std::atomic<std::uint64_t>;

  explicit WeakDomain(EpochRules rules = {}) : collector_(rules) {}
  // Requires: all owners are gone, and no thread uses the domain any more.
  ~WeakDomain() = default;

  Collector& collector() { return collector_; }

 private:
  template <typename T>
  friend class Own;

  Counter& take();
  void give_back(Counter& counter);

  std::mutex mutex_;
  std::deque<Counter> counters_;
  std::vector<Counter*> idle_;
  Collector collector_;  // last: its end may run destructors that use the counters
};

// A copy costs nothing: no count, no pin. It does not keep anything alive.
template <typename T>
class Ref {
 public:
  Ref() = default;
  Ref(const WeakDomain::Counter& counter, std::uint64_t generation, T& object)
      : counter_(&counter), generation_(generation), object_(&object) {}

  // The object, as long as the guard lives, or null if its owner has dropped it.
  T* get(const Guard&) const { return get_unpinned(); }
  // The same for a program that leaves out the pin. Requires: what it refers to is not destroyed meanwhile.
  T* get_unpinned() const { return is_alive() ? object_ : nullptr; }
  bool is_alive() const { return counter_ != nullptr && counter_->load(std::memory_order_acquire) == generation_; }

  // A reference to a part, which dies with the whole.
  template <typename Select>
  auto map(const Guard&, Select&& select) const {
    return map_unpinned(std::forward<Select>(select));
  }
  // The same for a program that leaves out the pin. Requires: as above.
  template <typename Select>
  auto map_unpinned(Select&& select) const {
    using Part = std::remove_reference_t<decltype(select(std::declval<T&>()))>;
    T* object = get_unpinned();
    return object == nullptr ? Ref<Part>() : Ref<Part>(*counter_, generation_, select(*object));
  }

 private:
  const WeakDomain::Counter* counter_ = nullptr;
  std::uint64_t generation_ = 0;
  T* object_ = nullptr;
};

// The only owner. Not to be used by two threads at once.
template <typename T>
class Own {
 public:
  Own() = default;
  Own(WeakDomain& domain, std::unique_ptr<T> object, std::string what = {})
      : domain_(&domain),
        counter_(&domain.take()),
        generation_(*counter_),
        object_(std::move(object)),
        what_(std::move(what)) {}
  Own(Own&& other) noexcept { swap(other); }
  Own& operator=(Own&& other) noexcept {
    Own(std::move(other)).swap(*this);
    return *this;
  }
  ~Own() { drop(); }

  explicit operator bool() const { return object_ != nullptr; }
  T& operator*() const { return *object_; }
  T* operator->() const { return object_.get(); }
  Ref<T> refer() const { return {*counter_, generation_, *object_}; }

  // Dead at once, destroyed later: the destructor is deferred, and nothing is flushed. `before_unpin` is the place for
  // a cure: it gets the guard and the object, which is dead and not destroyed.
  Ticket drop(const std::function<void(Guard&, T&)>& before_unpin = {}) {
    if (object_ == nullptr) return 0;
    Guard guard = domain_->collector().pin();
    std::uint64_t expected = generation_;
    counter_->compare_exchange_strong(expected, generation_ + 1, std::memory_order_acq_rel, std::memory_order_relaxed);
    T* object = object_.release();
    const Ticket ticket = guard.defer([object] { std::unique_ptr<T>(object).reset(); }, std::move(what_));
    domain_->give_back(*counter_);
    if (before_unpin) before_unpin(guard, *object);
    return ticket;
  }

 private:
  void swap(Own& other) noexcept {
    std::swap(domain_, other.domain_);
    std::swap(counter_, other.counter_);
    std::swap(generation_, other.generation_);
    std::swap(object_, other.object_);
    std::swap(what_, other.what_);
  }

  WeakDomain* domain_ = nullptr;
  WeakDomain::Counter* counter_ = nullptr;
  std::uint64_t generation_ = 0;
  std::unique_ptr<T> object_;
  std::string what_;
};

}  // namespace primitives
