// Interceptors of malloc and its kin: straight through to the program's allocator, unless a controlled execution of an
// instrumented program watches its blocks.
//
// The very first calls come from the loader, before anything of ours is set up, and finding the real functions may
// itself allocate; such early blocks come from a small store of our own and are never given back.
#include "harness/runtime/intercept/allocation.h"

#include <dlfcn.h>
#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstring>

#include "harness/runtime/intercept/allocation_caller.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/heap.h"

namespace wedge::runtime {

constinit thread_local const void* operator_caller __attribute__((tls_model("initial-exec"))) = nullptr;

namespace {

struct Allocator {
  void* (*malloc)(std::size_t);
  void* (*calloc)(std::size_t, std::size_t);
  void* (*realloc)(void*, std::size_t);
  void (*free)(void*);
  void* (*memalign)(std::size_t, std::size_t);
  void* (*aligned_alloc)(std::size_t, std::size_t);
  void* (*valloc)(std::size_t);
  void* (*pvalloc)(std::size_t);
  int (*posix_memalign)(void**, std::size_t, std::size_t);
  std::size_t (*malloc_usable_size)(void*);
};

Allocator found{};
bool is_known = false;
bool is_looking = false;

alignas(16) char early_store[256 * 1024];
std::size_t early_used = 0;

bool is_early(const void* block) {
  const auto* at = static_cast<const char*>(block);
  return at >= early_store && at < early_store + sizeof early_store;
}

// Zeroed, with its size in front. Requires: one thread, which is all there is so early.
void* early_block(std::size_t size, std::size_t alignment = 16) {
  const auto store = reinterpret_cast<std::uintptr_t>(early_store);
  const std::size_t start = ((store + early_used + 16 + alignment - 1) & ~(alignment - 1)) - store;
  if (size > sizeof early_store || start + size > sizeof early_store) __builtin_trap();
  early_used = start + ((size + 15) & ~std::size_t{15});
  std::memcpy(early_store + start - 16, &size, sizeof size);
  return early_store + start;
}

std::size_t early_size(const void* block) {
  std::size_t size = 0;
  std::memcpy(&size, static_cast<const char*>(block) - 16, sizeof size);
  return size;
}

template <typename Function>
void find(Function*& function, const char* name) {
  function = reinterpret_cast<Function*>(dlsym(RTLD_NEXT, name));
}

[[gnu::cold, gnu::noinline]] void look_for_allocator() {
  is_looking = true;
  find(found.malloc, "malloc");
  find(found.calloc, "calloc");
  find(found.realloc, "realloc");
  find(found.free, "free");
  find(found.memalign, "memalign");
  find(found.aligned_alloc, "aligned_alloc");
  find(found.valloc, "valloc");
  find(found.pvalloc, "pvalloc");
  find(found.posix_memalign, "posix_memalign");
  find(found.malloc_usable_size, "malloc_usable_size");
  is_known = true;
  is_looking = false;
}

// False: it is being looked for right now, by a caller of the caller.
[[gnu::always_inline]] inline bool has_allocator() {
  if (is_known) [[likely]]
    return true;
  if (is_looking) return false;
  look_for_allocator();
  return true;
}

// The eight bytes behind a block are its own as well: the allocator's lists point to where the next one begins, eight
// bytes before the end of what it gave, and must not seem to point into this block.
constexpr std::size_t behind = 8;

bool too_large(std::size_t size) { return size > static_cast<std::size_t>(PTRDIFF_MAX) - behind; }

void* out_of_memory() {
  errno = ENOMEM;
  return nullptr;
}

const void* caller_or(const void* pc) { return operator_caller != nullptr ? operator_caller : pc; }

void* watched(void* block, std::size_t size, const void* pc) {
  heap::note_allocated(block, size, heap::BlockKind::malloc, caller_or(pc));
  return block;
}

void* watched_malloc(std::size_t size, const void* pc) {
  return too_large(size) ? out_of_memory() : watched(found.malloc(size + behind), size, pc);
}

void* watched_memalign(std::size_t alignment, std::size_t size, const void* pc) {
  return too_large(size) ? out_of_memory() : watched(found.memalign(alignment, size + behind), size, pc);
}

// Always moves, so that every pointer to the old block is one to freed memory.
void* watched_realloc(void* block, std::size_t size, const void* pc) {
  if (block == nullptr) return watched_malloc(size, pc);
  if (!is_early(block)) heap::check_free(block);
  void* moved = size == 0 ? nullptr : watched_malloc(size, pc);
  if (moved == nullptr && size != 0) return nullptr;
  if (moved != nullptr) {
    const std::size_t kept = is_early(block) ? early_size(block) : found.malloc_usable_size(block);
    std::memcpy(moved, block, kept < size ? kept : size);
  }
  if (!is_early(block) && !heap::take_freed(block, pc)) found.free(block);
  return moved;
}

bool is_power_of_two(std::size_t number) { return number != 0 && (number & (number - 1)) == 0; }

}  // namespace

void give_back_to_allocator(void* block) { found.free(block); }

// As while the allocator is being looked for.
EarlyBlocks::EarlyBlocks() : serves_(has_allocator() && early_used < sizeof early_store * 3 / 4) {
  if (!serves_) return;
  is_known = false;
  is_looking = true;
}
EarlyBlocks::~EarlyBlocks() {
  if (!serves_) return;
  is_known = true;
  is_looking = false;
}

}  // namespace wedge::runtime

using namespace wedge::runtime;

#define CALLER __builtin_return_address(0)

WEDGE_EXPORT void* malloc(std::size_t size) noexcept {
  if (!has_allocator()) return early_block(size);
  if (!heap::watches_allocations()) [[likely]]
    return found.malloc(size);
  return watched_malloc(size, CALLER);
}

WEDGE_EXPORT void* calloc(std::size_t number, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (!has_allocator()) return __builtin_mul_overflow(number, size, &bytes) ? nullptr : early_block(bytes);
  if (!heap::watches_allocations()) [[likely]]
    return found.calloc(number, size);
  if (__builtin_mul_overflow(number, size, &bytes) || too_large(bytes)) return out_of_memory();
  return watched(found.calloc(1, bytes + behind), bytes, CALLER);
}

WEDGE_EXPORT void free(void* block) noexcept {
  if (block == nullptr || is_early(block)) return;
  if (!has_allocator()) return;
  if (heap::watches_allocations() && heap::take_freed(block, caller_or(CALLER))) [[unlikely]]
    return;
  found.free(block);
}

WEDGE_EXPORT void* realloc(void* block, std::size_t size) noexcept {
  if (!has_allocator()) return early_block(size);
  if (heap::watches_allocations()) [[unlikely]]
    return watched_realloc(block, size, CALLER);
  if (!is_early(block)) return found.realloc(block, size);
  void* moved = found.malloc(size);
  const std::size_t old_size = early_size(block);
  if (moved != nullptr) std::memcpy(moved, block, old_size < size ? old_size : size);
  return moved;
}

WEDGE_EXPORT void* reallocarray(void* block, std::size_t number, std::size_t size) noexcept {
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(number, size, &bytes)) return out_of_memory();
  if (has_allocator() && heap::watches_allocations()) return watched_realloc(block, bytes, CALLER);
  return realloc(block, bytes);
}

namespace {

// What all that align have in common once they are not passed through.
[[gnu::always_inline]] inline void* aligned(std::size_t alignment, std::size_t size, const void* pc) {
  return is_known ? watched_memalign(alignment, size, pc) : early_block(size, alignment < 16 ? 16 : alignment);
}

bool passes_allocation() { return has_allocator() && !heap::watches_allocations(); }

std::size_t page_size() { return static_cast<std::size_t>(getpagesize()); }

}  // namespace

WEDGE_EXPORT void* memalign(std::size_t alignment, std::size_t size) noexcept {
  return passes_allocation() ? found.memalign(alignment, size) : aligned(alignment, size, CALLER);
}

WEDGE_EXPORT void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
  return passes_allocation() ? found.aligned_alloc(alignment, size) : aligned(alignment, size, CALLER);
}

WEDGE_EXPORT int posix_memalign(void** out, std::size_t alignment, std::size_t size) noexcept {
  if (passes_allocation()) return found.posix_memalign(out, alignment, size);
  if (alignment % sizeof(void*) != 0 || !is_power_of_two(alignment)) return EINVAL;
  const int error = errno;
  void* block = aligned(alignment, size, CALLER);
  errno = error;
  if (block == nullptr) return ENOMEM;
  *out = block;
  return 0;
}

WEDGE_EXPORT void* valloc(std::size_t size) noexcept {
  return passes_allocation() ? found.valloc(size) : aligned(page_size(), size, CALLER);
}

WEDGE_EXPORT void* pvalloc(std::size_t size) noexcept {
  if (passes_allocation()) return found.pvalloc(size);
  const std::size_t page = page_size();
  if (too_large(size)) return out_of_memory();
  return aligned(page, size == 0 ? page : (size + page - 1) & ~(page - 1), CALLER);
}

WEDGE_EXPORT std::size_t malloc_usable_size(void* block) noexcept {
  if (block == nullptr || !has_allocator()) return 0;
  if (is_early(block)) return early_size(block);
  if (heap::watches_allocations()) heap::check_access(block, 1, false);
  return found.malloc_usable_size(block);
}
