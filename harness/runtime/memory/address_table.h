// A hash table from addresses to small values whose entries all vanish when the next execution begins.
#pragma once

#include <cstddef>
#include <cstdint>

#include "harness/runtime/raw.h"

namespace wedge::runtime::memory {

// Value must be a plain struct. Open addressing with backward shifting, so that taking out leaves no holes. The room is
// address space that costs nothing until touched; it grows by taking a new stretch when half of it is used.
template <typename Value>
class AddressTable {
 public:
  void forget_all() {
    ++generation_;
    used_ = 0;
  }

  Value* find(std::uintptr_t key) {
    if (used_ == 0) return nullptr;
    for (std::uint32_t i = home(key);; i = next(i)) {
      if (is_free(entries_[i])) return nullptr;
      if (entries_[i].key == key) return &entries_[i].value;
    }
  }

  // Made with all its members zero on first use. Valid until the next call.
  Value& at(std::uintptr_t key) {
    if (Value* known = find(key)) return *known;
    if (entries_ == nullptr || used_ * 2 > mask_) grow();
    ++used_;
    return place(key, Value{});
  }

  void erase(std::uintptr_t key) {
    if (used_ == 0) return;
    std::uint32_t hole = home(key);
    for (;; hole = next(hole)) {
      if (is_free(entries_[hole])) return;
      if (entries_[hole].key == key) break;
    }
    --used_;
    for (std::uint32_t i = next(hole); !is_free(entries_[i]); i = next(i)) {
      // Whoever cannot be found past the hole moves into it.
      if (((i - home(entries_[i].key)) & mask_) < ((i - hole) & mask_)) continue;
      entries_[hole] = entries_[i];
      hole = i;
    }
    entries_[hole].generation = generation_ - 1;
  }

 private:
  struct Entry {
    std::uintptr_t key;
    std::uint32_t generation;
    Value value;
  };

  bool is_free(const Entry& entry) const { return entry.generation != generation_; }
  std::uint32_t next(std::uint32_t i) const { return (i + 1) & mask_; }
  std::uint32_t home(std::uintptr_t key) const {
    return static_cast<std::uint32_t>((key * 0x9e3779b97f4a7c15ULL) >> 32) & mask_;
  }

  Value& place(std::uintptr_t key, const Value& value) {
    std::uint32_t i = home(key);
    while (!is_free(entries_[i])) i = next(i);
    entries_[i] = {key, generation_, value};
    return entries_[i].value;
  }

  void grow() {
    Entry* old = entries_;
    const std::uint32_t old_size = old == nullptr ? 0 : mask_ + 1;
    const std::uint32_t size = old_size == 0 ? first_size : old_size * 4;
    entries_ = static_cast<Entry*>(raw::reserve(size * sizeof(Entry)));
    mask_ = size - 1;
    for (std::uint32_t i = 0; i < old_size; ++i)
      if (!is_free(old[i])) place(old[i].key, old[i].value);
    if (old != nullptr) raw::call(SYS_munmap, reinterpret_cast<long>(old), static_cast<long>(old_size * sizeof(Entry)));
  }

  static constexpr std::uint32_t first_size = 1u << 16;

  Entry* entries_ = nullptr;
  std::uint32_t mask_ = 0;
  std::uint32_t used_ = 0;
  std::uint32_t generation_ = 1;
};

}  // namespace wedge::runtime::memory
