// Interceptors of what belongs to the end of a thread: pthread_exit, cleanup handlers of C code, thread_local
// destructors, keys with destructors.
#include "harness/runtime/intercept/thread_ends.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <unwind.h>

#include <cstring>
#include <type_traits>

#include "harness/runtime/intercept/real.h"
#include "harness/runtime/mutation.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

namespace {

using KeyDestructor = void (*)(void*);
struct Key {
  bool used;
  KeyDestructor destructor;
};
Key keys[PTHREAD_KEYS_MAX];
unsigned int highest_key = 0;

ThreadLocalDestructor* free_destructors = nullptr;

ThreadLocalDestructor* new_destructor() {
  ThreadLocalDestructor* entry = free_destructors;
  if (entry == nullptr) return static_cast<ThreadLocalDestructor*>(raw::allocate(sizeof(ThreadLocalDestructor)));
  free_destructors = entry->next;
  return entry;
}

bool run_key_destructors_once() {
  bool any = false;
  for (unsigned int key = 0; key < highest_key; ++key) {
    if (!keys[key].used) continue;
    void* value = pthread_getspecific(key);
    if (value == nullptr) continue;
    pthread_setspecific(key, nullptr);
    if (keys[key].destructor == nullptr || mutated(Mutation::no_destructors)) continue;
    keys[key].destructor(value);
    any = true;
  }
  return any;
}

// A pthread_cleanup_push of C code compiled without exceptions: a jump buffer in a list, innermost first.
__pthread_unwind_buf_t*& next_cleanup(__pthread_unwind_buf_t* buffer) {
  return *reinterpret_cast<__pthread_unwind_buf_t**>(&buffer->__pad[0]);
}

_Unwind_Reason_Code stop_unwinding(int, _Unwind_Action actions, _Unwind_Exception_Class, _Unwind_Exception*,
                                   _Unwind_Context* context, void* argument) {
  auto& task = *static_cast<Task*>(argument);
  const std::uintptr_t frame = _Unwind_GetCFA(context);
  auto* cleanup = static_cast<__pthread_unwind_buf_t*>(task.cleanup);
  if (cleanup != nullptr && reinterpret_cast<std::uintptr_t>(cleanup) < frame) {
    task.cleanup = next_cleanup(cleanup);
    longjmp(reinterpret_cast<__jmp_buf_tag*>(cleanup), 1);
  }
  if (frame >= task.exit_frame || (actions & _UA_END_OF_STACK) != 0)
    longjmp(*static_cast<jmp_buf*>(task.exit_target), 1);
  return _URC_NO_REASON;
}

[[noreturn]] void unwind(Task& task) {
  static _Unwind_Exception* exceptions = nullptr;  // must outlive the unwound frames; one for each task is enough
  if (exceptions == nullptr)
    exceptions = static_cast<_Unwind_Exception*>(raw::reserve(model::max_tasks * sizeof(_Unwind_Exception)));
  _Unwind_Exception& exception = exceptions[task.id];
  std::memset(&exception, 0, sizeof exception);
  _Unwind_ForcedUnwind(&exception, stop_unwinding, &task);
  longjmp(*static_cast<jmp_buf*>(task.exit_target), 1);  // nothing to unwind with: leave at once
}

}  // namespace

void run_thread_local_destructors(Task& task) {
  while (task.destructors != nullptr) {
    ThreadLocalDestructor* entry = task.destructors;
    task.destructors = entry->next;
    if (!mutated(Mutation::no_destructors)) entry->function(entry->object);
    entry->next = free_destructors;
    free_destructors = entry;
  }
}

void run_thread_ends(Task& task) {
  run_thread_local_destructors(task);
  for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS && run_key_destructors_once(); ++round) {
  }
  for (unsigned int key = 0; key < highest_key; ++key)  // the context may serve another task
    if (keys[key].used && pthread_getspecific(key) != nullptr) pthread_setspecific(key, nullptr);
}

void* run_outermost(Task& task, void* (*function)(void*), void* argument) {
  jmp_buf target;
  task.exit_target = &target;
  task.exit_frame = reinterpret_cast<std::uintptr_t>(__builtin_frame_address(0));
  if (setjmp(target) == 0) return function(argument);
  return scheduler.current->result;
}

}  // namespace wedge::runtime

using namespace wedge::runtime;

// The header declares these for C only.
extern "C" {
void __pthread_register_cancel(__pthread_unwind_buf_t*);
void __pthread_unregister_cancel(__pthread_unwind_buf_t*);
void __pthread_unwind_next(__pthread_unwind_buf_t*);
}

WEDGE_REAL(pthread_exit);
WEDGE_REAL(pthread_key_create);
WEDGE_REAL(pthread_key_delete);

WEDGE_EXPORT void pthread_exit(void* result) {
  if (!controlled) {
    real_pthread_exit(result);
    __builtin_unreachable();
  }
  Task& task = *scheduler.current;
  task.result = result;
  task.exiting = true;
  unwind(task);
}

// C code without exceptions keeps its cleanup handlers in a list of jump buffers.
WEDGE_REAL(__pthread_register_cancel);
WEDGE_REAL(__pthread_unregister_cancel);
WEDGE_REAL(__pthread_unwind_next);

WEDGE_EXPORT void __pthread_register_cancel(__pthread_unwind_buf_t* buffer) {
  if (!controlled) return real___pthread_register_cancel(buffer);
  next_cleanup(buffer) = static_cast<__pthread_unwind_buf_t*>(scheduler.current->cleanup);
  scheduler.current->cleanup = buffer;
}

WEDGE_EXPORT void __pthread_unregister_cancel(__pthread_unwind_buf_t* buffer) {
  if (!controlled) return real___pthread_unregister_cancel(buffer);
  scheduler.current->cleanup = next_cleanup(buffer);
}

WEDGE_EXPORT void __pthread_unwind_next(__pthread_unwind_buf_t* buffer) {
  if (controlled) unwind(*scheduler.current);
  real___pthread_unwind_next(buffer);
  __builtin_unreachable();
}

WEDGE_EXPORT int pthread_key_create(pthread_key_t* key, void (*destructor)(void*)) noexcept {
  if (!controlled) return real_pthread_key_create(key, destructor);
  const int error = real_pthread_key_create(key, static_cast<void (*)(void*)>(nullptr));
  if (error != 0) return error;
  keys[*key] = {true, destructor};
  if (*key >= highest_key) highest_key = *key + 1;
  return 0;
}

WEDGE_EXPORT int pthread_key_delete(pthread_key_t key) noexcept {
  const int error = real_pthread_key_delete(key);
  if (error == 0 && key < PTHREAD_KEYS_MAX) keys[key].used = false;
  return error;
}

extern "C" int __cxa_thread_atexit_impl(void (*)(void*), void*, void*);
WEDGE_REAL(__cxa_thread_atexit_impl);

WEDGE_EXPORT int __cxa_thread_atexit_impl(void (*function)(void*), void* object, void* library) {
  if (!controlled) return real___cxa_thread_atexit_impl(function, object, library);
  ThreadLocalDestructor* entry = new_destructor();
  Task& task = *scheduler.current;
  *entry = {function, object, task.destructors};
  task.destructors = entry;
  return 0;
}
