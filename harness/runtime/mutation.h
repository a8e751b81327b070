// Test-only: breaks one part of the runtime, so that the tests can show that they would notice. Compiled in only by
// -DWEDGE_MUTATIONS=1; in the real library mutated() is a constant.
#pragma once

#include <cstdint>

namespace wedge::runtime {

enum class Mutation : std::uint32_t {
  none,
  drop_signal,              // pthread_cond_signal wakes nobody
  forget_owner,             // pthread_mutex_lock does not remember who holds it
  skip_tls_reset,           // a reused context keeps the thread_locals of the task before
  ignore_timeout,           // timed waits never time out
  broadcast_wakes_one,      // pthread_cond_broadcast wakes a single waiter
  lose_post,                // sem_post does not count while somebody waits
  barrier_early,            // a barrier opens one task too early
  join_too_early,           // pthread_join returns before the task has ended
  no_destructors,           // thread_local and key destructors do not run
  clock_stands_still,       // reading the clock never shows later time
  futex_wake_all,           // FUTEX_WAKE ignores its count
  writer_and_reader,        // an rwlock lets a reader in beside a writer
  skip_recursion_count,     // a recursive mutex is free after the first unlock
  wrong_error_code,         // errorcheck relock says EBUSY instead of EDEADLK
  skip_choice,              // every fifth choice is recorded as task 0
  forget_create_order,      // a new task does not know what its creator did before
  forget_join_order,        // who joins a task does not know what it did
  forget_mutex_order,       // a mutex carries nothing from who unlocks it to who locks it
  forget_wait_order,        // nor does one that a condition wait gives up
  forget_reader_order,      // a writer does not know what readers did before it
  forget_writer_order,      // readers and writers do not know what the writer before them did
  forget_barrier_order,     // a barrier carries nothing
  forget_semaphore_order,   // nor does a semaphore
  forget_spin_order,        // nor does a spin lock
  forget_once_order,        // nor does a once flag
  forget_descriptor_order,  // nor does a file descriptor
  forget_acquire_order,     // atomic loads acquire nothing
  forget_release_order,     // atomic stores release nothing
  forget_fence_order,       // fences do nothing
  keep_old_stack,           // what a task did on its stack races with what the next task does there
  forget_freed,             // freed memory looks as if it were still there
  no_quarantine,            // freed memory is used again at once
  skip_thread_locals,       // what only a thread_local points to is taken for lost
  sleep_too_long,           // exhaust: what sleeps sleeps on whatever is done
  forget_dependence,        // exhaust: operations on every other thing count as independent
  forget_destruction,       // a destroyed object is used as if it were not
  forget_unlocker,          // who unlocks a mutex is not looked at
  lasso_without_memory,     // states are told apart by what tasks wait for, and not by what memory holds
  no_lasso,                 // that states repeat is not noticed
  ignore_gate_locks,        // a lock that two tasks share is taken for none when deadlocks are predicted
  no_prediction,            // deadlocks are not predicted
  forget_exception_order,   // the end of a handler does not know what earlier owners of the exception did
  count_,
};

// Not there without -DWEDGE_MUTATIONS: a file that asks belongs to switched_sources in harness/runtime/meson.build.
#ifdef WEDGE_MUTATIONS
#if WEDGE_MUTATIONS
extern Mutation active_mutation;
inline bool mutated(Mutation mutation) { return active_mutation == mutation; }
#else
constexpr bool mutated(Mutation) { return false; }
#endif
#endif

}  // namespace wedge::runtime
