// Interceptors of thread creation, joining, detaching, names and yielding.
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <threads.h>
#include <cstring>

#include <type_traits>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/intercept/deadline.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/thread_ends.h"
#include "harness/runtime/memory/memory.h"
#include "harness/runtime/memory/order.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/objects/contend.h"
#include "harness/runtime/objects/misuse.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/serve/control.h"

namespace wedge::runtime {

namespace real {
Real<int(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*)> pthread_create("pthread_create");
}

void run_tasks_forever() {
  for (;;) {
    Task* task = scheduler.current;
    task->started = true;
    task->result = run_outermost(*task, task->function, task->argument);
    end_current_task();  // returns when the scheduler has given this context another task
  }
}

namespace {

Task* task_of(pthread_t thread) {
  Context* context = context_of(thread);
  return context != nullptr ? context->task : nullptr;
}

// A real thread is made joinable whatever the program wants: whether it is detached is our business.
int obtain_context_for(const pthread_attr_t* attributes, Context*& context) {
  if (attributes == nullptr) return obtain_context(nullptr, context);
  pthread_attr_t plain;
  pthread_attr_init(&plain);
  std::size_t size = 0;
  std::size_t usual_size = 0;
  void* address = nullptr;
  pthread_attr_getstack(attributes, &address, &size);
  pthread_attr_getstacksize(&plain, &usual_size);
  std::size_t guard = 0;
  std::size_t usual_guard = 0;
  pthread_attr_getguardsize(attributes, &guard);
  pthread_attr_getguardsize(&plain, &usual_guard);
  const bool own_stack = reinterpret_cast<std::uintptr_t>(address) + size != 0 && address != nullptr &&
                         reinterpret_cast<std::uintptr_t>(address) < ~std::uintptr_t{0} - size;
  if (!own_stack && (size == usual_size || size == 0) && guard == usual_guard) {
    pthread_attr_destroy(&plain);
    return obtain_context(nullptr, context);
  }
  if (own_stack)
    pthread_attr_setstack(&plain, address, size);
  else
    pthread_attr_setstacksize(&plain, size);
  pthread_attr_setguardsize(&plain, guard);
  const int error = obtain_context(&plain, context);
  pthread_attr_destroy(&plain);
  return error;
}

int create_task(pthread_t* out, const pthread_attr_t* attributes, void* (*function)(void*), void* argument) {
  Task* parent = scheduler.current;
  point(Operation::create, ObjectKind::none, nullptr, true);
  Context* context = nullptr;
  if (scheduler.task_count == model::max_tasks) return EAGAIN;
  if (const int error = obtain_context_for(attributes, context); error != 0) return error;
  Task* task = new_task();
  memory::forget_stack(*context);
  task->context = context;
  context->task = task;
  task->function = function;
  task->argument = argument;
  std::memcpy(task->name, parent->name, sizeof task->name);
  int detached = PTHREAD_CREATE_JOINABLE;
  if (attributes != nullptr) pthread_attr_getdetachstate(attributes, &detached);
  task->detached = detached == PTHREAD_CREATE_DETACHED;
  *out = context->thread;
  log_result(task->id);
  // Also in instrumented code: what the creator does next may be plain, and the new task may come first.
  point(Operation::proceed, ObjectKind::none, nullptr, false);
  return 0;
}

// Requires: the caller is allowed to join the task.
int join_task(Task& task, void** result, std::uint64_t deadline) {
  Task* me = scheduler.current;
  const bool ended = task.state == model::TaskState::ended;
  task.joiner = me;
  me->joins = &task;
  me->wake = Wake::none;
  if (!ended && !mutated(Mutation::join_too_early)) {
    if (deadline != no_deadline) set_timer(me, deadline);
    disable(me);
    me->clock_reads = 0;
  }
  decide();
  clear_timer(me);
  me->joins = nullptr;
  task.joiner = nullptr;
  if (task.state != model::TaskState::ended) {
    if (mutated(Mutation::join_too_early)) {
      task.joined = true;
      return 0;
    }
    log_result(ETIMEDOUT);
    return ETIMEDOUT;
  }
  memory::join_task(task);
  if (result != nullptr) *result = task.result;
  task.joined = true;
  task.joined_by = me->id;
  task.joined_step = scheduler.step;
  release_context(task.context);
  return 0;
}

// Its number may already be that of another thread; then nobody can tell.
void expect_thread(pthread_t thread, const Task* task, Operation operation) {
  if (task == nullptr ? context_of(thread) != nullptr : task->joined)
    report_misuse(MisuseKind::thread_is_gone, operation, nullptr);
}

int may_join(const Task* task) {
  if (task == nullptr || task->joined) return ESRCH;
  if (task->detached) return EINVAL;
  if (task == scheduler.current || scheduler.current->joiner == task) return EDEADLK;
  return task->joiner != nullptr ? EINVAL : 0;
}

int join_thread(pthread_t thread, void** result, std::uint64_t deadline) {
  Task* task = task_of(thread);
  expect_thread(thread, task, Operation::join);
  announce(Operation::join, task != nullptr ? ObjectKind::task : ObjectKind::none, task, true);
  if (const int error = may_join(task); error != 0) {
    decide();
    log_result(error);
    return error;
  }
  return join_task(*task, result, deadline);
}

int try_join_thread(pthread_t thread, void** result) {
  Task* task = task_of(thread);
  point(Operation::join, task != nullptr ? ObjectKind::task : ObjectKind::none, task, true);
  expect_thread(thread, task, Operation::join);
  if (task == nullptr || task->joined) return ESRCH;
  if (task->state != model::TaskState::ended) return EBUSY;
  if (const int error = may_join(task); error != 0) return error;
  return join_task(*task, result, no_deadline);
}

int timed_join(pthread_t thread, void** result, clockid_t clock, const timespec* when) {
  const Deadline deadline(clock, when);
  if (deadline.error() != 0) return deadline.error();
  return join_thread(thread, result, deadline.virtual_ns());
}

int detach_thread(pthread_t thread) {
  Task* task = task_of(thread);
  point(Operation::detach, task != nullptr ? ObjectKind::task : ObjectKind::none, task, true);
  expect_thread(thread, task, Operation::detach);
  if (task == nullptr || task->joined) return ESRCH;
  if (task->detached) return EINVAL;
  if (task->joiner != nullptr) return 0;  // as glibc: the joiner keeps it
  task->detached = true;
  if (task->state == model::TaskState::ended) release_context(task->context);
  return 0;
}

int yield_task() {
  announce(Operation::yield, ObjectKind::none, nullptr, false);
  scheduler.current->yielded = true;
  decide();
  return 0;
}

int set_name(pthread_t thread, const char* name) {
  Task* task = task_of(thread);
  if (task == nullptr) return ESRCH;
  const std::size_t length = std::strlen(name);
  if (length >= sizeof task->name) return ERANGE;
  std::memset(task->name, 0, sizeof task->name);
  std::memcpy(task->name, name, length);
  task->named = true;
  return 0;
}

int get_name(pthread_t thread, char* name, std::size_t size) {
  Task* task = task_of(thread);
  if (task == nullptr) return ESRCH;
  if (size < sizeof task->name) return ERANGE;
  std::strcpy(name, task->name);
  return 0;
}

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(pthread_join);
WEDGE_REAL(pthread_tryjoin_np);
WEDGE_REAL(pthread_timedjoin_np);
WEDGE_REAL(pthread_clockjoin_np);
WEDGE_REAL(pthread_detach);
WEDGE_REAL(pthread_setname_np);
WEDGE_REAL(pthread_getname_np);
WEDGE_REAL(pthread_getattr_np);
WEDGE_REAL(sched_yield);

WEDGE_EXPORT int pthread_create(pthread_t* out, const pthread_attr_t* attributes, void* (*function)(void*),
                                void* argument) noexcept {
  if (is_free()) return create_free_thread(out, attributes, function, argument);
  if (!controlled) {
    note_uncontrolled_thread();
    return wedge::runtime::real::pthread_create(out, attributes, function, argument);
  }
  return create_task(out, attributes, function, argument);
}

WEDGE_EXPORT int pthread_join(pthread_t thread, void** result) {
  return passes_through() ? real_pthread_join(thread, result) : join_thread(thread, result, no_deadline);
}

WEDGE_EXPORT int pthread_tryjoin_np(pthread_t thread, void** result) noexcept {
  return passes_through() ? real_pthread_tryjoin_np(thread, result) : try_join_thread(thread, result);
}

WEDGE_EXPORT int pthread_timedjoin_np(pthread_t thread, void** result, const timespec* when) {
  return passes_through() ? real_pthread_timedjoin_np(thread, result, when)
                          : timed_join(thread, result, CLOCK_REALTIME, when);
}

WEDGE_EXPORT int pthread_clockjoin_np(pthread_t thread, void** result, clockid_t clock, const timespec* when) {
  return passes_through() ? real_pthread_clockjoin_np(thread, result, clock, when)
                          : timed_join(thread, result, clock, when);
}

WEDGE_EXPORT int pthread_detach(pthread_t thread) noexcept {
  return passes_through() ? real_pthread_detach(thread) : detach_thread(thread);
}

WEDGE_EXPORT int pthread_setname_np(pthread_t thread, const char* name) noexcept {
  return controlled ? set_name(thread, name) : real_pthread_setname_np(thread, name);
}

WEDGE_EXPORT int pthread_getname_np(pthread_t thread, char* name, std::size_t size) noexcept {
  return controlled ? get_name(thread, name, size) : real_pthread_getname_np(thread, name, size);
}

WEDGE_EXPORT int pthread_getattr_np(pthread_t thread, pthread_attr_t* attributes) noexcept {
  const int error = real_pthread_getattr_np(thread, attributes);
  if (error != 0 || !controlled) return error;
  const Task* task = task_of(thread);
  if (task != nullptr)
    pthread_attr_setdetachstate(attributes, task->detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE);
  return 0;
}

WEDGE_EXPORT int sched_yield() noexcept { return passes_through() ? real_sched_yield() : yield_task(); }
