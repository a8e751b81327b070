// A context is what a task runs on: the identity (fs base) and the stack of a real kernel thread that sits parked
// meanwhile.
//
// Carrier fiber: the controlling kernel thread jumps onto the context's stack with the context's fs base installed.
// Carrier thread: the context's own kernel thread runs, woken and parked by futex. The scheduler sees no difference.
#pragma once

#include <immintrin.h>
#include <pthread.h>
#include <sys/types.h>

#include <atomic>
#include <boost/context/detail/fcontext.hpp>
#include <cstddef>
#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime {

struct Task;

struct Context {
  void* fiber = nullptr;  // where to jump to; valid while the context is suspended
  std::uint64_t fs_base = 0;
  std::atomic<std::uint32_t> word{0};  // carrier thread: 1 means "run"
  Task* task = nullptr;                // who runs on it; null while free
  pthread_t thread{};
  pid_t tid = 0;
  char* stack_top = nullptr;        // where the fiber's part of the stack begins
  char* stack_base = nullptr;       // everything that tasks have on this stack is below; null: not known
  void* alternate = nullptr;        // carrier thread: where signal handlers run; null: it has yet to be found
  void* resting = nullptr;          // carrier thread: the stack pointer while suspended
  std::uint32_t number = 0;         // in the pool
  std::uintptr_t memory_begin = 0;  // its stack and thread_local variables; 0: not known
  std::uintptr_t memory_end = 0;
  Context* next_made = nullptr;
  bool pooled = true;  // made with default attributes, so usable for any task without special wishes
};

// Which carrier this process uses. Fixed before the first execution; falls back to `thread` where FSGSBASE is missing.
void choose_carrier(model::CarrierKind wanted);
model::CarrierKind carrier();

// Keeps this process on the processor it is on: handing over between kernel threads, which making contexts and carrier
// `thread` do all the time, costs many times more across two.
void stay_on_this_processor();

// Describes the calling kernel thread itself as a context (the program's main thread, or a worker's home).
void adopt_calling_thread(Context& context);

// Takes a free context, or makes one by a real pthread_create with these attributes. Returns an error number on
// failure.
int obtain_context(const pthread_attr_t* attributes, Context*& out);
void release_context(Context* context);
// Settles where the stacks of the first ones will lie, before anything else asks for address space: a stack's place is
// its pthread_t, which programs hash, so it must not depend on which executions this process happens to run.
void settle_places();
std::size_t contexts_made();
void for_each_context(void (*visit)(const Context& context, void* argument), void* argument);
const Context* all_contexts();  // linked by next_made

// The context of a live pthread_t; null if it is none of ours.
Context* context_of(pthread_t thread);

extern bool carries_fibers;
void switch_thread(Context& from, Context& to);

// Suspends `from` (the caller) and continues `to`; returns when somebody switches back.
[[gnu::always_inline]] inline void switch_context(Context& from, Context& to) {
  if (!carries_fibers) [[unlikely]] {
    switch_thread(from, to);
    return;
  }
  _writefsbase_u64(to.fs_base);
  const boost::context::detail::transfer_t transfer = boost::context::detail::jump_fcontext(to.fiber, &from);
  static_cast<Context*>(transfer.data)->fiber = transfer.fctx;
}

// The floor that benchmarks compare with: one jump and one fs base write there, and the same back, `rounds` times.
void measure_bare_switches(std::uint64_t rounds);

}  // namespace wedge::runtime
