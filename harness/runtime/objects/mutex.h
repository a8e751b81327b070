// pthread mutexes: all types, robust ones included. Functions return error numbers as glibc does.
#pragma once

#include <pthread.h>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

int lock_mutex(pthread_mutex_t* mutex, std::uint64_t deadline = no_deadline);
int try_lock_mutex(pthread_mutex_t* mutex);
int unlock_mutex(pthread_mutex_t* mutex);
int destroy_mutex(pthread_mutex_t* mutex);
int make_mutex_consistent(pthread_mutex_t* mutex);

// For condition variables: whether the caller may give it up, on pain of misuse; whether it is the one of that number.
void expect_mutex_held(pthread_mutex_t* mutex, const Object& condition);
bool is_mutex_numbered(pthread_mutex_t* mutex, std::uint32_t number);

// For condition variables: give up (all recursion levels), become a contender again, and take when chosen.
int release_for_wait(pthread_mutex_t* mutex, std::uint32_t& depth);
void contend_again(Task& task);
int take_after_wait(pthread_mutex_t* mutex, std::uint32_t depth);

void give_up_robust_mutexes(Task& task);

}  // namespace wedge::runtime
