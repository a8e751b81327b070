// Interceptors of the functions that touch memory on behalf of instrumented code. clang calls __tsan_memcpy and the
// like, gcc leaves the plain names; both leave the string functions.
#include "harness/runtime/intercept/memory_calls.h"

#include <link.h>

#include <cstdint>
#include <cstring>
#include <type_traits>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/memory/order.h"

namespace wedge::runtime {

namespace {

struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};
constexpr std::uint32_t most_ranges = 64;
Range ranges[most_ranges];
std::uint32_t range_count = 0;

struct Search {
  std::uintptr_t code;
  Range found;
};

int visit(dl_phdr_info* info, std::size_t, void* argument) {
  auto& search = *static_cast<Search*>(argument);
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_LOAD || (header.p_flags & PF_X) == 0) continue;
    const std::uintptr_t begin = info->dlpi_addr + header.p_vaddr;
    if (search.code >= begin && search.code < begin + header.p_memsz) {
      search.found = {begin, begin + header.p_memsz};
      return 1;
    }
  }
  return 0;
}

[[gnu::always_inline]] inline bool counts(const void* caller) {
  if (!(memory::watching || heap::watching) || !controlled) return false;
  const auto at = reinterpret_cast<std::uintptr_t>(caller);
  for (std::uint32_t i = 0; i < range_count; ++i)
    if (at >= ranges[i].begin && at < ranges[i].end) return true;
  return false;
}

void reads(const void* address, std::size_t size, const void* pc) {
  if (memory::watching && size > 0) memory::access(address, size, memory::Kind::read, pc);
  heap::check_access(address, size, false);
}
void writes(const void* address, std::size_t size, const void* pc) {
  if (memory::watching && size > 0) memory::access(address, size, memory::Kind::write, pc);
  heap::check_access(address, size, true);
}

// How far a search or a comparison has to look: up to and including the first byte that decides.
std::size_t compared(const void* one, const void* other, std::size_t size) {
  const auto* a = static_cast<const unsigned char*>(one);
  const auto* b = static_cast<const unsigned char*>(other);
  for (std::size_t i = 0; i < size; ++i)
    if (a[i] != b[i]) return i + 1;
  return size;
}

}  // namespace

void note_instrumented_module(const void* code) {
  Search search{reinterpret_cast<std::uintptr_t>(code), {}};
  dl_iterate_phdr(visit, &search);
  for (std::uint32_t i = 0; i < range_count; ++i)
    if (ranges[i].begin == search.found.begin) return;
  if (search.found.end != 0 && range_count < most_ranges) ranges[range_count++] = search.found;
}

}  // namespace wedge::runtime

using namespace wedge::runtime;

#define PC __builtin_return_address(0)

WEDGE_REAL(memcpy);
WEDGE_REAL(memmove);
WEDGE_REAL(memset);
WEDGE_REAL(memcmp);
WEDGE_REAL(strlen);
WEDGE_REAL(strcpy);
WEDGE_REAL(strncpy);
WEDGE_REAL(strcmp);

WEDGE_EXPORT void* memcpy(void* __restrict to, const void* __restrict from, std::size_t size) noexcept {
  if (counts(PC)) {
    reads(from, size, PC);
    writes(to, size, PC);
  }
  return real_memcpy(to, from, size);
}

WEDGE_EXPORT void* memmove(void* to, const void* from, std::size_t size) noexcept {
  if (counts(PC)) {
    reads(from, size, PC);
    writes(to, size, PC);
  }
  return real_memmove(to, from, size);
}

WEDGE_EXPORT void* memset(void* to, int value, std::size_t size) noexcept {
  if (counts(PC)) writes(to, size, PC);
  return real_memset(to, value, size);
}

WEDGE_EXPORT int memcmp(const void* one, const void* other, std::size_t size) noexcept {
  if (counts(PC)) {
    const std::size_t length = compared(one, other, size);
    reads(one, length, PC);
    reads(other, length, PC);
  }
  return real_memcmp(one, other, size);
}

WEDGE_EXPORT std::size_t strlen(const char* text) noexcept {
  const std::size_t length = real_strlen(text);
  if (counts(PC)) reads(text, length + 1, PC);
  return length;
}

WEDGE_EXPORT char* strcpy(char* __restrict to, const char* __restrict from) noexcept {
  if (counts(PC)) {
    const std::size_t size = real_strlen(from) + 1;
    reads(from, size, PC);
    writes(to, size, PC);
  }
  return real_strcpy(to, from);
}

WEDGE_EXPORT char* strncpy(char* __restrict to, const char* __restrict from, std::size_t size) noexcept {
  if (counts(PC)) {
    std::size_t length = 0;
    while (length < size && from[length] != '\0') ++length;
    reads(from, length < size ? length + 1 : size, PC);
    writes(to, size, PC);
  }
  return real_strncpy(to, from, size);
}

WEDGE_EXPORT int strcmp(const char* one, const char* other) noexcept {
  if (counts(PC)) {
    std::size_t length = 0;
    while (one[length] != '\0' && one[length] == other[length]) ++length;
    reads(one, length + 1, PC);
    reads(other, length + 1, PC);
  }
  return real_strcmp(one, other);
}
