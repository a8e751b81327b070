// The runtime's own allocator and its voice on stderr.
#include "harness/runtime/raw.h"

#include <cstring>

namespace wedge::runtime::raw {

namespace {

constexpr std::size_t most_reserved = 4096;
Reserved list[most_reserved];
std::size_t count = 0;
bool overflowed = false;

constexpr std::uintptr_t whole_pages(std::uintptr_t bytes) { return (bytes + 4095) & ~std::uintptr_t{4095}; }

}  // namespace

std::size_t reserved_count() { return count; }
Reserved reserved(std::size_t index) { return list[index]; }
bool reserved_overflowed() { return overflowed; }

void note_reserved(const void* begin, std::size_t bytes) {
  const auto at = reinterpret_cast<std::uintptr_t>(begin);
  if (count == most_reserved)
    overflowed = true;
  else
    list[count++] = {at, at + whole_pages(bytes)};
}

void release(void* begin, std::size_t bytes) {
  call(SYS_munmap, reinterpret_cast<long>(begin), static_cast<long>(bytes));
  for (std::size_t i = 0; i < count; ++i)
    if (list[i].begin == reinterpret_cast<std::uintptr_t>(begin)) {
      list[i] = list[--count];
      return;
    }
}

void* allocate(std::size_t bytes) {
  static char* next = nullptr;
  static std::size_t left = 0;
  bytes = (bytes + 63) & ~std::size_t{63};
  if (bytes > left) {
    left = bytes > (std::size_t{1} << 20) ? bytes : (std::size_t{1} << 20);
    next = static_cast<char*>(reserve(left));
  }
  char* result = next;
  next += bytes;
  left -= bytes;
  return result;
}

void complain(const char* text) {
  call(SYS_write, 2, reinterpret_cast<long>(text), static_cast<long>(std::strlen(text)));
}

}  // namespace wedge::runtime::raw
