// pthread rwlocks, reader- and writer-preferring.
#pragma once

#include <pthread.h>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

int read_lock(pthread_rwlock_t* lock, std::uint64_t deadline = no_deadline);
int write_lock(pthread_rwlock_t* lock, std::uint64_t deadline = no_deadline);
int try_read_lock(pthread_rwlock_t* lock);
int try_write_lock(pthread_rwlock_t* lock);
int unlock_rwlock(pthread_rwlock_t* lock);
int destroy_rwlock(pthread_rwlock_t* lock);

}  // namespace wedge::runtime
