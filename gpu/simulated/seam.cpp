// Finds the runtime by weak names: libwedge where the program has it, ThreadSanitizer's runtime on the rung of that
// name, neither in a plain run.
#include "gpu/simulated/seam.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>

extern "C" {
[[gnu::weak]] std::uint32_t __tsan_atomic32_fetch_add(volatile std::uint32_t* address, std::uint32_t value, int order);
[[gnu::weak]] std::uint32_t __tsan_atomic32_load(const volatile std::uint32_t* address, int order);
[[gnu::weak]] void __tsan_acquire(void* address);
[[gnu::weak]] void __tsan_release(void* address);
[[gnu::weak]] void __tsan_read_range(void* address, std::size_t size);
[[gnu::weak]] void __tsan_write_range(void* address, std::size_t size);
[[gnu::weak]] void __tsan_ignore_thread_begin();
[[gnu::weak]] void __tsan_ignore_thread_end();
}

namespace wedge {

// Of <wedge/scenario.h> and <wedge/stream_table.h>.
[[gnu::weak]] std::uint32_t choose(std::uint32_t n);
[[gnu::weak]] void misuse(std::string_view text);
[[gnu::weak]] void explain_hang(std::string (*explain)(std::chrono::nanoseconds now));
[[gnu::weak]] StreamTable* stream_table();

namespace gpu {

// Relaxed: a point that two calls share, and no order between them.
void look(const Word& word) {
  if (__tsan_atomic32_load != nullptr) __tsan_atomic32_load(&word, __ATOMIC_RELAXED);
}
void touch(Word& word) {
  if (__tsan_atomic32_fetch_add != nullptr) __tsan_atomic32_fetch_add(&word, 0, __ATOMIC_RELAXED);
}

void hand_over(const void* address) {
  if (__tsan_release != nullptr) __tsan_release(const_cast<void*>(address));
}
void take_up(const void* address) {
  if (__tsan_acquire != nullptr) __tsan_acquire(const_cast<void*>(address));
}

void note_read(const void* address, std::size_t size) {
  if (__tsan_read_range != nullptr) __tsan_read_range(const_cast<void*>(address), size);
}
void note_write(const void* address, std::size_t size) {
  if (__tsan_write_range != nullptr) __tsan_write_range(const_cast<void*>(address), size);
}

Unseen::Unseen() {
  if (__tsan_ignore_thread_begin != nullptr) __tsan_ignore_thread_begin();
}
Unseen::~Unseen() {
  if (__tsan_ignore_thread_end != nullptr) __tsan_ignore_thread_end();
}

void sleep_on(const std::uint32_t& word, std::uint32_t while_it_is) {
  syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, while_it_is, nullptr, nullptr, 0);
}
void wake_all(std::uint32_t& word) { syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, INT32_MAX, nullptr, nullptr, 0); }

bool chosen() { return choose != nullptr && choose(2) == 1; }

void misuse(const std::string& text) {
  if (wedge::misuse != nullptr)
    wedge::misuse(text);
  else
    std::fprintf(stderr, "simulated CUDA: %s\n", text.c_str());
}

void explain_hangs(std::string (*explain)(std::chrono::nanoseconds now)) {
  if (explain_hang != nullptr) explain_hang(explain);
}

StreamTable* table_of_hang() { return stream_table != nullptr ? stream_table() : nullptr; }

// Under control thread numbers begin with that of the process, and go on in the order of creation.
std::uint32_t current_task() { return static_cast<std::uint32_t>(syscall(SYS_gettid) - getpid()); }

std::chrono::nanoseconds now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

}  // namespace gpu
}  // namespace wedge
