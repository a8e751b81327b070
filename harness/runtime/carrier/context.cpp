// Makes, pools and switches contexts: the one place that touches fs bases, fiber stacks and parked kernel threads.
#include "harness/runtime/carrier/context.h"

#include <immintrin.h>
#include <linux/futex.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <bit>
#include <boost/context/detail/fcontext.hpp>
#include <new>

#include "harness/runtime/intercept/allocation.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/task.h"

extern "C" void* __libc_stack_end;  // of the loader

namespace wedge::runtime {

namespace bc = boost::context::detail;

bool carries_fibers = true;

namespace {

model::CarrierKind chosen_carrier = model::CarrierKind::fiber;

// The free contexts, one bit each by their number. The one with the lowest number is taken first, so the same task of
// the same schedule has the same pthread_t and the same stack whatever ran in this process before.
constexpr std::size_t most_pooled = model::max_tasks;
struct Pool {
  Context* by_number[most_pooled];
  std::uint64_t free[most_pooled / 64];
  std::size_t first_word;  // there are none before it
};
Pool* pool = nullptr;
std::uint32_t pooled_count = 0;

Context* last_made = nullptr;
std::size_t made = 0;

// pthread_t -> context, open addressing; pthread_t values are page-aligned-ish addresses.
constexpr std::size_t table_size = 32768;  // twice the most tasks there can be
Context** table = nullptr;

std::size_t slot_of(pthread_t thread) { return (static_cast<std::uint64_t>(thread) * 0x9e3779b97f4a7c15ULL) >> 49; }

void remember(Context* context) {
  if (table == nullptr) table = static_cast<Context**>(raw::reserve(table_size * sizeof(Context*)));
  std::size_t i = slot_of(context->thread);
  while (table[i] != nullptr) i = (i + 1) % table_size;
  table[i] = context;
  context->next_made = last_made;
  last_made = context;
}

bool cpu_has_fsgsbase() {
  constexpr unsigned long hwcap2_fsgsbase = 2;
  return (getauxval(AT_HWCAP2) & hwcap2_fsgsbase) != 0;
}

void fiber_entry(bc::transfer_t transfer) {
  static_cast<Context*>(transfer.data)->fiber = transfer.fctx;
  run_tasks_forever();
}

// Faults must reach the crash handler on whichever kernel thread runs the task; everything else stays away from parked
// threads.
void block_signals() {
  std::uint64_t mask = ~std::uint64_t{0};
  if (chosen_carrier == model::CarrierKind::thread)
    for (int open : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGABRT, SIGSYS, SIGUSR2})
      mask &= ~(std::uint64_t{1} << (open - 1));
  raw::call(SYS_rt_sigprocmask, SIG_SETMASK, reinterpret_cast<long>(&mask), 0, 8);
}

// Where the stacks of an execution's first tasks lie is settled before anything else asks for address space, whichever
// execution needs them first: a stack's place is its pthread_t, which programs hash. Their alternate stacks lie apart,
// and on either carrier.
struct Places {
  char* stacks = nullptr;  // each above a page that nobody may touch
  char* alternates = nullptr;
  std::size_t stack_size = 0;
  std::size_t count = 0;
  std::size_t given = 0;
};
Places places;
constexpr std::size_t most_places = 256;  // few scenarios have more tasks than that
constexpr std::size_t most_address_space = std::size_t{64} << 30;
constexpr std::size_t guard_size = 4096;
constexpr std::size_t alternate_size = std::size_t{128} * 1024;

// Contexts are made one after the other, so that this is called by one thread at a time.
void give_alternate_stack(const Context& context) {
  stack_t alternate{};
  alternate.ss_size = alternate_size;
  alternate.ss_sp = context.alternate != nullptr ? context.alternate : raw::reserve(alternate_size);
  sigaltstack(&alternate, nullptr);
}

void* park(void* argument) {
  auto* context = static_cast<Context*>(argument);
  block_signals();
  constexpr std::size_t own_part = 16 * 1024;  // of the stack, for this frame and the system calls below it
  context->stack_top = reinterpret_cast<char*>(
      (reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0)) - own_part) & ~std::uintptr_t{63});
  const bool is_fiber = chosen_carrier == model::CarrierKind::fiber;
  context->stack_base = is_fiber ? context->stack_top : static_cast<char*>(__builtin_frame_address(0));
  context->tid = static_cast<pid_t>(raw::call(SYS_gettid));
  if (chosen_carrier == model::CarrierKind::fiber) {
    context->word.store(2);
    raw::futex_wake(context->word);
    for (;;) raw::futex_wait(context->word, 2);  // its identity and stack are lent out until the process ends
  }
  give_alternate_stack(*context);
  context->word.store(0);
  raw::futex_wake(context->word);
  raw::futex_wait_until(context->word, 1);
  context->word.store(0);
  run_tasks_forever();
}

}  // namespace

void choose_carrier(model::CarrierKind wanted) {
  chosen_carrier = cpu_has_fsgsbase() ? wanted : model::CarrierKind::thread;
  carries_fibers = chosen_carrier == model::CarrierKind::fiber;
}

model::CarrierKind carrier() { return chosen_carrier; }

void stay_on_this_processor() {
  unsigned int processor = 0;
  if (raw::call(SYS_getcpu, reinterpret_cast<long>(&processor)) != 0 || processor >= 1024) return;
  std::uint64_t mask[16] = {};
  mask[processor / 64] = std::uint64_t{1} << (processor % 64);
  raw::call(SYS_sched_setaffinity, 0, sizeof mask, reinterpret_cast<long>(mask));
}

namespace {

// The main thread's stack grows down from where the kernel began it; it is never lent to another task.
void find_main_memory(Context& context) {
  constexpr std::uintptr_t usual_size = std::uintptr_t{8} << 20;
  context.memory_end = reinterpret_cast<std::uintptr_t>(__libc_stack_end);
  context.memory_begin = context.memory_end - usual_size;
}

}  // namespace

void adopt_calling_thread(Context& context) {
  context.fs_base = static_cast<std::uint64_t>(pthread_self());  // on x86-64 the thread pointer is the pthread_t
  context.thread = pthread_self();
  context.tid = static_cast<pid_t>(raw::call(SYS_gettid));
  context.pooled = false;
  find_main_memory(context);
  remember(&context);
}

namespace {

// glibc puts the thread's descriptor and thread_local variables at the upper end of the stack's mapping, and the thread
// pointer between them.
void find_memory(Context& context, const pthread_attr_t* attributes) {
  constexpr std::uintptr_t page = 4096;
  constexpr std::uintptr_t descriptor = 2304;
  static std::size_t usual_size = 0;
  std::size_t size = usual_size;
  if (attributes != nullptr) {
    pthread_attr_getstacksize(attributes, &size);
  } else if (size == 0) {
    pthread_attr_t plain;
    pthread_attr_init(&plain);
    pthread_attr_getstacksize(&plain, &size);
    pthread_attr_destroy(&plain);
    usual_size = size;
  }
  context.memory_end = (context.fs_base + descriptor + page - 1) & ~(page - 1);
  context.memory_begin = context.memory_end - size;
}

}  // namespace

namespace {

Context* take_free_context() {
  for (; pool != nullptr && pool->first_word < most_pooled / 64; ++pool->first_word) {
    std::uint64_t& word = pool->free[pool->first_word];
    if (word == 0) continue;
    const auto bit = static_cast<std::size_t>(std::countr_zero(word));
    word &= word - 1;
    return pool->by_number[pool->first_word * 64 + bit];
  }
  return nullptr;
}

bool add_to_pool(Context* context) {
  if (pool == nullptr) pool = static_cast<Pool*>(raw::reserve(sizeof(Pool)));
  if (pooled_count == most_pooled) return false;
  context->number = pooled_count++;
  pool->by_number[context->number] = context;
  return true;
}

int create_in_place(Context& context) {
  context.alternate = places.alternates + alternate_size * places.given;
  char* stack = places.stacks + (guard_size + places.stack_size) * places.given++ + guard_size;
  const long error = raw::call(SYS_mprotect, reinterpret_cast<long>(stack), static_cast<long>(places.stack_size),
                               PROT_READ | PROT_WRITE);
  if (error != 0) return static_cast<int>(-error);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstack(&attributes, stack, places.stack_size);
  const EarlyBlocks store;
  return real::pthread_create(&context.thread, &attributes, park, &context);
}

}  // namespace

int obtain_context(const pthread_attr_t* attributes, Context*& out) {
  if (attributes == nullptr && (out = take_free_context()) != nullptr) {
    heap::note_stack_alive(*out);
    return 0;
  }
  const heap::Pause pause;  // the C library keeps what it allocates for a thread as long as the thread is parked
  auto* context = new (raw::allocate(sizeof(Context))) Context;
  constexpr std::uint32_t not_parked = 3;
  context->word.store(not_parked);
  const int error = attributes == nullptr && places.given < places.count
                        ? create_in_place(*context)
                        : real::pthread_create(&context->thread, attributes, park, context);
  if (error != 0) return error;
  raw::futex_wait_while(context->word, not_parked);
  context->fs_base = static_cast<std::uint64_t>(context->thread);
  context->pooled = attributes == nullptr && add_to_pool(context);
  find_memory(*context, attributes);
  if (chosen_carrier == model::CarrierKind::fiber)
    context->fiber = bc::make_fcontext(context->stack_top, 64 * 1024, fiber_entry);
  remember(context);
  ++made;
  out = context;
  return 0;
}

void release_context(Context* context) {
  context->task = nullptr;
  if (!context->pooled) return;  // its kernel thread stays parked: a stack with special wishes serves one task
  const std::size_t word = context->number / 64;
  pool->free[word] |= std::uint64_t{1} << context->number % 64;
  if (word < pool->first_word) pool->first_word = word;
}

void settle_places() {
  pthread_attr_t plain;
  pthread_attr_init(&plain);
  pthread_attr_getstacksize(&plain, &places.stack_size);
  pthread_attr_destroy(&plain);
  const std::size_t each = guard_size + places.stack_size;
  places.count = most_address_space / each < most_places ? most_address_space / each : most_places;
  const long stacks = raw::call(SYS_mmap, 0, static_cast<long>(each * places.count), PROT_NONE,
                                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (stacks < 0 && stacks > -4096) {
    places.count = 0;
    return;
  }
  // Of a stack little is touched, so a huge page would mostly be cleared for nothing.
  raw::call(SYS_madvise, stacks, static_cast<long>(each * places.count), MADV_NOHUGEPAGE);
  places.stacks = reinterpret_cast<char*>(stacks);
  places.alternates = static_cast<char*>(raw::reserve(places.count * alternate_size));
}

std::size_t contexts_made() { return made; }
const Context* all_contexts() { return last_made; }

void for_each_context(void (*visit)(const Context& context, void* argument), void* argument) {
  for (std::size_t i = 0; table != nullptr && i < table_size; ++i)
    if (table[i] != nullptr) visit(*table[i], argument);
}

Context* context_of(pthread_t thread) {
  if (table == nullptr) return nullptr;
  for (std::size_t i = slot_of(thread); table[i] != nullptr; i = (i + 1) % table_size)
    if (table[i]->thread == thread) return table[i];
  return nullptr;
}

void switch_thread(Context& from, Context& to) {
  from.fiber = __builtin_frame_address(0);  // as on the other carrier: where its stack ends meanwhile
  __builtin_unwind_init();                  // all that the task has is now on its stack
  from.resting = __builtin_frame_address(0);
  to.word.store(1);
  raw::futex_wake(to.word);
  raw::futex_wait_until(from.word, 1);
  from.word.store(0);
}

namespace {

void bounce(bc::transfer_t transfer) {
  const std::uint64_t base = _readfsbase_u64();
  for (;;) {
    _writefsbase_u64(base);
    transfer = bc::jump_fcontext(transfer.fctx, nullptr);
  }
}

}  // namespace

void measure_bare_switches(std::uint64_t rounds) {
  constexpr std::size_t size = 64 * 1024;
  static char* stack = static_cast<char*>(raw::reserve(size));
  bc::fcontext_t other = bc::make_fcontext(stack + size, size, bounce);
  const std::uint64_t base = _readfsbase_u64();
  for (std::uint64_t i = 0; i < rounds; ++i) {
    _writefsbase_u64(base);
    other = bc::jump_fcontext(other, nullptr).fctx;
  }
}

}  // namespace wedge::runtime
