// Barriers, semaphores, spin locks, once flags and futexes: things known by their address whose state the user's memory
// holds.
#pragma once

#include <pthread.h>
#include <semaphore.h>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

int wait_at_barrier(pthread_barrier_t* barrier);
int destroy_barrier(pthread_barrier_t* barrier);

// These mark the memory, which has no room for a handle, so that what is made there later is not taken for them.
void begin_semaphore(sem_t* semaphore);  // before the real sem_init
void end_semaphore(sem_t* semaphore);
void begin_spin(pthread_spinlock_t* lock);
void end_spin(pthread_spinlock_t* lock);

int acquire_semaphore(sem_t* semaphore, std::uint64_t deadline = no_deadline);  // 0 or an error number
int try_acquire_semaphore(sem_t* semaphore);
int post_semaphore(sem_t* semaphore);
int read_semaphore(sem_t* semaphore, int* value);

int lock_spin(pthread_spinlock_t* lock);
int try_lock_spin(pthread_spinlock_t* lock);
int unlock_spin(pthread_spinlock_t* lock);

// Returns whether the caller must run the initialiser; finish_once() says how that went.
bool begin_once(const void* flag, bool (*is_done)(const void*));
void finish_once(const void* flag);

// As the system call: a count or a negative error number.
long wait_futex(std::uint32_t* word, std::uint32_t expected, std::uint32_t bits, std::uint64_t deadline);
long wake_futex(std::uint32_t* word, std::uint32_t count, std::uint32_t bits);
long requeue_futex(std::uint32_t* word, std::uint32_t wake, std::uint32_t move, std::uint32_t* target);

}  // namespace wedge::runtime
