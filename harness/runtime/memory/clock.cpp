// The storage of vector clocks: one stretch of address space, used from its beginning in every execution.
#include "harness/runtime/memory/clock.h"

#include <new>

#include "harness/runtime/raw.h"

namespace wedge::runtime::memory {

Epoch long_past = 0;

namespace {

constexpr std::size_t arena_bytes = std::size_t{8} << 30;  // of address space; 16,384 tasks need 1 GiB of it
constexpr std::uint32_t smallest_room = 16;
constexpr std::uint32_t classes = 12;  // of 16, 32, ... 32,768 entries

char* arena = nullptr;
std::size_t used = 0;
Epoch* free_of_class[classes] = {};  // linked through their first bytes

void* take(std::size_t bytes) {
  if (arena == nullptr) arena = static_cast<char*>(raw::reserve(arena_bytes));
  if (used + bytes > arena_bytes) __builtin_trap();
  void* result = arena + used;
  used += bytes;
  return result;
}

std::uint32_t class_of(std::uint32_t room) {
  return static_cast<std::uint32_t>(__builtin_ctz(room)) - static_cast<std::uint32_t>(__builtin_ctz(smallest_room));
}

}  // namespace

void begin_clocks() {
  used = 0;
  for (Epoch*& list : free_of_class) list = nullptr;
}

Clock* make_clock() {
  static_assert(alignof(Clock) <= 16);
  return new (take((sizeof(Clock) + 15) & ~std::size_t{15})) Clock;
}

bool advance_long_past(Epoch highest) {
  constexpr Epoch last = Epoch{1} << 31;
  if (highest > long_past) long_past = highest;
  if (long_past < last) return true;
  long_past = 0;
  return false;
}

void Clock::grow(std::uint32_t size) {
  if (size > room_) {
    std::uint32_t room = smallest_room;
    while (room < size) room *= 2;
    Epoch*& list = free_of_class[class_of(room)];
    Epoch* larger = list;
    if (larger != nullptr)
      list = *reinterpret_cast<Epoch**>(larger);
    else
      larger = static_cast<Epoch*>(take(room * sizeof(Epoch)));
    for (std::uint32_t i = 0; i < size_; ++i) larger[i] = at_[i];
    const std::uint32_t known = size_;
    give_back();
    at_ = larger;
    room_ = room;
    size_ = known;
  }
  while (size_ < size) at_[size_++] = long_past;
}

void Clock::give_back() {
  if (room_ != 0) {
    Epoch*& list = free_of_class[class_of(room_)];
    *reinterpret_cast<Epoch**>(at_) = list;
    list = at_;
  }
  at_ = nullptr;
  size_ = room_ = 0;
}

void Clock::join(const Clock& other) {
  if (other.size_ > size_) grow(other.size_);
  for (std::uint32_t i = 0; i < other.size_; ++i)
    if (other.at_[i] > at_[i]) at_[i] = other.at_[i];
}

void Clock::assign(const Clock& other) {
  if (other.size_ > size_) grow(other.size_);
  for (std::uint32_t i = 0; i < other.size_; ++i) at_[i] = other.at_[i];
  size_ = other.size_;
}

bool Clock::knows_all_of(const Clock& other) const {
  for (std::uint32_t i = 0; i < other.size_; ++i)
    if (other.at_[i] > of(i)) return false;
  return true;
}

}  // namespace wedge::runtime::memory
