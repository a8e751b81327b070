// One execution on real parallel threads: nothing is scheduled, but every point may be delayed, and how it ends is
// noted as in a controlled one. It has a process of its own, because a hung one can only be killed.
//
// Every function may be called from every thread.
#pragma once

#include <pthread.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

#include "harness/model/control_block.h"

namespace wedge::runtime {

bool wants_free(const model::Request& request);

// In the forked worker, before any code of the program runs. `scenario`: a body runs, and not a main().
void begin_free_execution(std::uint64_t execution, bool scenario);
[[noreturn]] void run_free_body(const std::function<void()>& body);

// Whether a free execution runs in this very process.
bool is_free();
// Whether this is a child that the program itself has forked in a free execution: how it ends is no news.
bool is_child_of_free();

// A thread that draws its delays from a stream of its own.
int create_free_thread(pthread_t* out, const pthread_attr_t* attributes, void* (*function)(void*), void* argument);

// How a free execution fails. The first thread to fail tells its story; the others stop where they are.
void claim_last_word();
void note_free_exit(const char* call, int status);

void set_free_deadline(std::chrono::nanoseconds limit);
void note_freely(std::string_view text);

}  // namespace wedge::runtime
