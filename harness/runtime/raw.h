// System calls and memory for the runtime itself: straight to the kernel, so that nothing of ours reaches our own
// interceptors.
#pragma once

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace wedge::runtime::raw {

// Returns the kernel's answer: a negative error number on failure. Leaves errno alone.
inline long call(long number, long a = 0, long b = 0, long c = 0, long d = 0, long e = 0, long f = 0) {
  register long r10 asm("r10") = d;
  register long r8 asm("r8") = e;
  register long r9 asm("r9") = f;
  long result;
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

// What the runtime has for itself: nothing in it belongs to the program.
struct Range {
  std::uintptr_t begin;
  std::uintptr_t end;
};
inline constexpr std::size_t max_reserved = 4096;
inline Range reserved[max_reserved];
inline std::size_t reserved_count = 0;  // beyond the maximum they are counted only

// Zeroed pages that cost nothing until touched. Ends the process if even address space is short.
inline void* reserve(std::size_t bytes) {
  const long result = call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (result < 0 && result > -4096) __builtin_trap();
  const auto begin = static_cast<std::uintptr_t>(result);
  if (reserved_count < max_reserved) reserved[reserved_count] = {begin, begin + ((bytes + 4095) & ~std::size_t{4095})};
  ++reserved_count;
  return reinterpret_cast<void*>(result);
}

// Gives back what reserve() gave.
inline void release(void* pages, std::size_t bytes) {
  const auto begin = reinterpret_cast<std::uintptr_t>(pages);
  for (std::size_t i = reserved_count < max_reserved ? reserved_count : max_reserved; i > 0; --i)
    if (reserved[i - 1].begin == begin) {
      if (reserved_count <= max_reserved) reserved[i - 1] = reserved[reserved_count - 1];
      --reserved_count;
      break;
    }
  call(SYS_munmap, static_cast<long>(begin), static_cast<long>(bytes));
}

// Small things that live as long as the process.
void* allocate(std::size_t bytes);

inline void futex_wait(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  call(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAIT_PRIVATE, value);
}

inline void futex_wake(std::atomic<std::uint32_t>& word) {
  call(SYS_futex, reinterpret_cast<long>(&word), FUTEX_WAKE_PRIVATE, 1);
}

inline void futex_wait_while(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  while (word.load() == value) futex_wait(word, value);
}

inline void futex_wait_until(std::atomic<std::uint32_t>& word, std::uint32_t value) {
  for (std::uint32_t seen = word.load(); seen != value; seen = word.load()) futex_wait(word, seen);
}

[[noreturn]] inline void exit_process(int status) {
  for (;;) call(SYS_exit_group, status);
}

// Writes a line to stderr without stdio.
void complain(const char* text);

}  // namespace wedge::runtime::raw
