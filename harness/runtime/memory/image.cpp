// Goes through /proc/self/maps and leaves out what is not the program's.
#include "harness/runtime/memory/image.h"

#include <fcntl.h>

#include <algorithm>
#include <cstring>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/modules.h"

// Where the kernel writes, in every thread's memory, on which processor that runs.
extern "C" __attribute__((weak)) const std::ptrdiff_t __rseq_offset;

namespace wedge::runtime {

namespace {

struct Stretch {
  std::uintptr_t begin;
  std::uintptr_t end;
};

constexpr std::size_t most_holes = 8192;
constexpr std::size_t most_text = std::size_t{1} << 20;
constexpr std::uint64_t most_bytes = std::uint64_t{64} << 20;

struct Work {
  Stretch holes[most_holes];
  char text[most_text];
};
Work* work = nullptr;
std::size_t hole_count = 0;
std::uint64_t hashed = 0;

const void* resting_place(const Context& context) {
  if (context.task != nullptr && context.task->frame != nullptr) return context.task->frame;
  if (carrier() == model::CarrierKind::fiber) return context.fiber;
  return context.resting != nullptr ? context.resting : context.stack_top;
}

bool add_hole(std::uintptr_t begin, std::uintptr_t end) {
  if (hole_count == most_holes) return false;
  work->holes[hole_count++] = {begin, end};
  return true;
}

bool add_context(const Context& context) {
  constexpr std::uintptr_t rseq_size = 32;
  if (!context.pooled && context.stack_top != nullptr) return false;  // it lies in memory that the program chose
  if (&__rseq_offset == nullptr) return true;
  const std::uintptr_t rseq = context.fs_base + static_cast<std::uintptr_t>(__rseq_offset);
  return add_hole(rseq, rseq + rseq_size);
}

bool find_holes() {
  hole_count = 0;
  if (raw::reserved_count > raw::max_reserved) return false;
  for (std::size_t i = 0; i < raw::reserved_count; ++i)
    if (!add_hole(raw::reserved[i].begin, raw::reserved[i].end)) return false;
  std::uintptr_t low = 0;
  std::uintptr_t high = 0;
  own_range(low, high);
  if (!add_hole(low, high)) return false;
  for (const Context* context = all_contexts(); context != nullptr; context = context->next_made)
    if (!add_context(*context)) return false;
  std::sort(work->holes, work->holes + hole_count,
            [](const Stretch& one, const Stretch& other) { return one.begin < other.begin; });
  return true;
}

// Below a stack pointer lies what calls that have returned left behind.
std::uintptr_t live_begin(Stretch mapping) {
  std::uintptr_t begin = mapping.begin;
  const auto take = [&](const void* pointer) {
    const auto at = reinterpret_cast<std::uintptr_t>(pointer);
    if (at >= mapping.begin && at < mapping.end && at > begin) begin = at;
  };
  for (const Context* context = all_contexts(); context != nullptr; context = context->next_made)
    take(resting_place(*context));
  return begin;
}

// Not even looked at beyond the limit: looking would make the kernel find a page for it.
bool add(std::uint64_t& hash, std::uintptr_t begin, std::uintptr_t end) {
  hashed += end - begin;
  if (hashed > most_bytes) return false;
  hash = hash_stretch(hash, reinterpret_cast<void*>(begin), reinterpret_cast<void*>(end));
  return true;
}

bool hash_mapping(std::uint64_t& hash, Stretch mapping) {
  std::uintptr_t at = live_begin(mapping);
  for (std::size_t i = 0; i < hole_count && at < mapping.end; ++i) {
    const Stretch& hole = work->holes[i];
    if (hole.end <= at || hole.begin >= mapping.end) continue;
    if (hole.begin > at && !add(hash, at, hole.begin)) return false;
    at = hole.end;
  }
  return at >= mapping.end || add(hash, at, mapping.end);
}

bool read_maps() {
  const long file = raw::call(SYS_openat, AT_FDCWD, reinterpret_cast<long>("/proc/self/maps"), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  std::size_t length = 0;
  for (long got = 1; got > 0 && length<most_text - 1; length += got> 0 ? static_cast<std::size_t>(got) : 0)
    got = raw::call(SYS_read, file, reinterpret_cast<long>(work->text + length),
                    static_cast<long>(most_text - 1 - length));
  raw::call(SYS_close, file);
  work->text[length] = '\0';
  return length > 0 && length < most_text - 1;
}

std::uintptr_t read_hexadecimal(const char*& at) {
  std::uintptr_t value = 0;
  for (;; ++at) {
    if (*at >= '0' && *at <= '9')
      value = value * 16 + static_cast<std::uintptr_t>(*at - '0');
    else if (*at >= 'a' && *at <= 'f')
      value = value * 16 + static_cast<std::uintptr_t>(*at - 'a' + 10);
    else
      return value;
  }
}

}  // namespace

// Four words at a time, each in a chain of its own: one multiplication need not wait for the other.
std::uint64_t hash_stretch(std::uint64_t hash, const void* from, const void* to) {
  constexpr std::uint64_t factor = 0x9e3779b97f4a7c15ULL;
  const auto step = [](std::uint64_t& lane, std::uint64_t word) { lane = ((lane << 5 | lane >> 59) ^ word) * factor; };
  const auto word_at = [](std::uintptr_t at) {
    std::uint64_t word;
    std::memcpy(&word, reinterpret_cast<const void*>(at), 8);
    return word;
  };
  const auto end = reinterpret_cast<std::uintptr_t>(to);
  auto at = reinterpret_cast<std::uintptr_t>(from);
  std::uint64_t lanes[4] = {hash, 1, 2, 3};
  for (; at + 32 <= end; at += 32) {
    step(lanes[0], word_at(at));
    step(lanes[1], word_at(at + 8));
    step(lanes[2], word_at(at + 16));
    step(lanes[3], word_at(at + 24));
  }
  hash = lanes[0];
  for (; at + 8 <= end; at += 8) step(hash, word_at(at));
  for (int i = 1; i < 4; ++i) step(hash, lanes[i]);
  return hash;
}

void hash_stacks(std::uint64_t& hash) {
  constexpr std::ptrdiff_t most_of_a_stack = 4096;
  for (const Context* context = all_contexts(); context != nullptr; context = context->next_made) {
    if (context->task == nullptr || context->stack_base == nullptr) continue;
    const auto* at = static_cast<const char*>(resting_place(*context));
    const std::ptrdiff_t length = context->stack_base - at;
    if (length > 0) hash = hash_stretch(hash, at, at + std::min(length, most_of_a_stack));
  }
}

bool hash_memory(std::uint64_t& hash) {
  if (work == nullptr) work = static_cast<Work*>(raw::reserve(sizeof(Work)));
  if (!find_holes() || !read_maps()) return false;
  hashed = 0;
  for (const char* line = work->text; *line != '\0';) {
    const char* at = line;
    const char* line_end = std::strchr(line, '\n');
    if (line_end == nullptr) return false;
    line = line_end + 1;
    Stretch mapping{};
    mapping.begin = read_hexadecimal(at);
    ++at;
    mapping.end = read_hexadecimal(at);
    ++at;
    if (at[0] != 'r' || at[1] != 'w') continue;
    const char* ours = std::strstr(at, "wedge-control");
    if (ours != nullptr && ours < line_end) continue;
    hash = hash_stretch(hash, &mapping, &mapping + 1);
    if (!hash_mapping(hash, mapping)) return false;
  }
  return true;
}

}  // namespace wedge::runtime
