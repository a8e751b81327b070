// What happens when a thread ends: thread_local destructors, key destructors.
#pragma once

#include "harness/runtime/scheduler/task.h"

namespace wedge::runtime {

void run_thread_local_destructors(Task& task);
void run_thread_ends(Task& task);  // both kinds, in glibc's order

// Runs `function` as the outermost frame of the calling task: pthread_exit unwinds to here, and stacks end here.
[[gnu::noinline]] void* run_outermost(Task& task, void* (*function)(void*), void* argument);

}  // namespace wedge::runtime
