// Interceptors of the ways a program ends (exit, abort, failed assertions), of its numbers, and of what would start or
// signal processes, which is not controlled.
#include "harness/runtime/intercept/process.h"

#include <assert.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/sysinfo.h>
#include <sys/types.h>
#include <unistd.h>

#include <cstdarg>
#include <cstring>
#include <type_traits>

#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/intercept/identity.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/thread_ends.h"
#include "harness/runtime/memory/heap.h"
#include "harness/runtime/memory/races.h"
#include "harness/runtime/objects/lock_order.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/execution.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/serve/control.h"
#include "harness/runtime/trace/recorder.h"

WEDGE_REAL(exit);
WEDGE_REAL(quick_exit);
WEDGE_REAL(abort);
WEDGE_REAL(get_nprocs);
WEDGE_REAL(sysconf);

namespace wedge::runtime {

namespace {

constexpr pid_t first_number = 100'000;

// A status other than 0 is a failure whose state is written down now; the exit handlers still run, and may fail
// otherwise.
void note_exit(const char* call, int status) {
  if (scheduler.home != nullptr)
    fail(Outcome::panic, "%s(%d) was called: a scenario must return from its body", call, status);
  if (status == 0) {
    const bool handlers_follow = std::strcmp(call, "exit") == 0;
    if (!handlers_follow) memory::report_race_if_any();
    return;
  }
  controlled = false;
  std::snprintf(control->result.text, sizeof control->result.text, "the program ends with status %d", status & 0xff);
  control->result.exit_status = status & 0xff;
  record_result(Outcome::panic);
  controlled = true;
}

}  // namespace

void exit_program(int status) {
  note_exit("exit", status);
  if (status == 0) finish_lock_orders();
  run_thread_local_destructors(*scheduler.current);
  if (status == 0 && scheduler.live_tasks == 1) heap::check_leaks(true);
  real_exit(status);
  __builtin_unreachable();
}

void exit_as_last_task() {
  heap::check_leaks(false);
  finish_lock_orders();
  controlled = false;
  real_exit(0);
  __builtin_unreachable();
}

namespace {

// Runs after the exit handlers and the destructors of the program's own statics, which may race, too.
[[gnu::destructor]] void look_for_races_at_exit() {
  if (controlled && control->result.exit_status < 0) memory::report_race_if_any();
}

}  // namespace

void panic(const char* text) { fail(Outcome::panic, "%s", text); }

pid_t virtual_pid() { return first_number; }
pid_t virtual_tid() { return first_number + scheduler.current->id; }

}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_EXPORT void exit(int status) noexcept {
  if (controlled) exit_program(status);
  if (is_free()) note_free_exit("exit", status);
  real_exit(status);
  __builtin_unreachable();
}

WEDGE_EXPORT void _exit(int status) {
  if (controlled) note_exit("_exit", status);
  if (is_free()) note_free_exit("_exit", status);
  raw::exit_process(status);
}

WEDGE_EXPORT void _Exit(int status) noexcept {
  if (controlled) note_exit("_Exit", status);
  if (is_free()) note_free_exit("_Exit", status);
  raw::exit_process(status);
}

WEDGE_EXPORT void quick_exit(int status) noexcept {
  if (controlled) note_exit("quick_exit", status);
  if (is_free()) note_free_exit("quick_exit", status);
  real_quick_exit(status);
  __builtin_unreachable();
}

WEDGE_EXPORT void abort() noexcept {
  if (controlled || is_free()) panic("abort() was called");
  real_abort();
  __builtin_unreachable();
}

WEDGE_REAL(__assert_fail);

WEDGE_EXPORT void __assert_fail(const char* assertion, const char* file, unsigned int line,
                                const char* function) noexcept {
  if (controlled || is_free()) {
    char text[2048];
    std::snprintf(text, sizeof text, "assertion `%s' failed in %s (%s:%u)", assertion,
                  function != nullptr ? function : "?", file, line);
    raw::complain(text);
    raw::complain("\n");
    panic(text);
  }
  real___assert_fail(assertion, file, line, function);
  __builtin_unreachable();
}

WEDGE_EXPORT pid_t getpid() noexcept { return controlled ? virtual_pid() : static_cast<pid_t>(raw::call(SYS_getpid)); }
WEDGE_EXPORT pid_t gettid() noexcept { return controlled ? virtual_tid() : static_cast<pid_t>(raw::call(SYS_gettid)); }
WEDGE_EXPORT int get_nprocs() noexcept { return controlled ? virtual_processors : real_get_nprocs(); }

WEDGE_EXPORT long sysconf(int name) noexcept {
  if (controlled && (name == _SC_NPROCESSORS_ONLN || name == _SC_NPROCESSORS_CONF)) return virtual_processors;
  return real_sysconf(name);
}
