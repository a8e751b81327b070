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

// What reserve() has given out: memory of ours, and not of the program under test.
struct Reserved {
  std::uintptr_t begin;
  std::uintptr_t end;
};
std::size_t reserved_count();
Reserved reserved(std::size_t index);
bool reserved_overflowed();  // some are not in the list
void note_reserved(const void* begin, std::size_t bytes);
void release(void* begin, std::size_t bytes);

// Zeroed pages that cost nothing until touched. Ends the process if even address space is short.
inline void* reserve(std::size_t bytes) {
  const long result = call(SYS_mmap, 0, static_cast<long>(bytes), PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (result < 0 && result > -4096) __builtin_trap();
  note_reserved(reinterpret_cast<void*>(result), bytes);
  return reinterpret_cast<void*>(result);
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
