// pthread condition variables.
#pragma once

#include <pthread.h>

#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

int wait_condition(pthread_cond_t* condition, pthread_mutex_t* mutex, std::uint64_t deadline = no_deadline);
int signal_condition(pthread_cond_t* condition);
int broadcast_condition(pthread_cond_t* condition);
int destroy_condition(pthread_cond_t* condition);

}  // namespace wedge::runtime
