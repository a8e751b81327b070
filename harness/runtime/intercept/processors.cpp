// Interceptors of what tells a program about processors and their time: equal on every machine and in every run.
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/sysinfo.h>
#include <time.h>
#include <unistd.h>

#include <cstring>
#include <type_traits>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/intercept/identity.h"
#include "harness/runtime/intercept/real.h"
#include "harness/runtime/intercept/result.h"
#include "harness/runtime/scheduler/scheduler.h"

namespace wedge::runtime {

namespace {

int get_affinity(const Task* task, std::size_t size, cpu_set_t* set) {
  if (task == nullptr) return ESRCH;
  if (size < sizeof(std::uint64_t)) return EINVAL;
  std::memset(set, 0, size);
  for (std::size_t i = 0; i < virtual_processors; ++i)
    if ((task->processors & (1u << i)) != 0) CPU_SET_S(i, size, set);
  return 0;
}

int set_affinity(Task* task, std::size_t size, const cpu_set_t* set) {
  if (task == nullptr) return ESRCH;
  std::uint8_t wanted = 0;
  for (std::size_t i = 0; i < virtual_processors; ++i)
    if (CPU_ISSET_S(i, size, set)) wanted = static_cast<std::uint8_t>(wanted | (1u << i));
  if (wanted == 0) return EINVAL;
  task->processors = wanted;
  return 0;
}

Task* task_of(pthread_t thread) {
  const Context* context = context_of(thread);
  return context != nullptr ? context->task : nullptr;
}

Task* task_of_number(pid_t number) {
  if (number == 0) return scheduler.current;
  const pid_t index = number - virtual_pid();
  if (index < 0 || index >= static_cast<pid_t>(scheduler.task_count)) return nullptr;
  return scheduler.tasks[index];
}

int first_processor(const Task& task) { return __builtin_ctz(task.processors); }

}  // namespace
}  // namespace wedge::runtime

using namespace wedge::runtime;

WEDGE_REAL(sched_getaffinity);
WEDGE_REAL(sched_setaffinity);
WEDGE_REAL(pthread_getaffinity_np);
WEDGE_REAL(pthread_setaffinity_np);
WEDGE_REAL(sched_getcpu);
WEDGE_REAL(getcpu);
WEDGE_REAL(get_nprocs_conf);
WEDGE_REAL(pthread_getcpuclockid);
WEDGE_REAL(clock_getcpuclockid);
WEDGE_REAL(getrusage);

WEDGE_EXPORT int sched_getaffinity(pid_t thread, std::size_t size, cpu_set_t* set) noexcept {
  if (!controlled) return real_sched_getaffinity(thread, size, set);
  return static_cast<int>(by_errno(-get_affinity(task_of_number(thread), size, set)));
}

WEDGE_EXPORT int sched_setaffinity(pid_t thread, std::size_t size, const cpu_set_t* set) noexcept {
  if (!controlled) return real_sched_setaffinity(thread, size, set);
  return static_cast<int>(by_errno(-set_affinity(task_of_number(thread), size, set)));
}

WEDGE_EXPORT int pthread_getaffinity_np(pthread_t thread, std::size_t size, cpu_set_t* set) noexcept {
  return controlled ? get_affinity(task_of(thread), size, set) : real_pthread_getaffinity_np(thread, size, set);
}

WEDGE_EXPORT int pthread_setaffinity_np(pthread_t thread, std::size_t size, const cpu_set_t* set) noexcept {
  return controlled ? set_affinity(task_of(thread), size, set) : real_pthread_setaffinity_np(thread, size, set);
}

WEDGE_EXPORT int sched_getcpu() noexcept {
  return controlled ? first_processor(*scheduler.current) : real_sched_getcpu();
}

WEDGE_EXPORT int getcpu(unsigned int* processor, unsigned int* node) noexcept {
  if (!controlled) return real_getcpu(processor, node);
  if (processor != nullptr) *processor = static_cast<unsigned int>(first_processor(*scheduler.current));
  if (node != nullptr) *node = 0;
  return 0;
}

WEDGE_EXPORT int get_nprocs_conf() noexcept { return controlled ? virtual_processors : real_get_nprocs_conf(); }

// There is one virtual clock; processor time is a view of it.
WEDGE_EXPORT int pthread_getcpuclockid(pthread_t thread, clockid_t* clock) noexcept {
  if (!controlled) return real_pthread_getcpuclockid(thread, clock);
  if (task_of(thread) == nullptr) return ESRCH;
  *clock = CLOCK_THREAD_CPUTIME_ID;
  return 0;
}

WEDGE_EXPORT int clock_getcpuclockid(pid_t process, clockid_t* clock) noexcept {
  if (!controlled || (process != 0 && process != virtual_pid())) return real_clock_getcpuclockid(process, clock);
  *clock = CLOCK_PROCESS_CPUTIME_ID;
  return 0;
}

WEDGE_EXPORT int getrusage(__rusage_who_t who, rusage* out) noexcept {
  const int result = real_getrusage(who, out);
  if (!controlled || result != 0) return result;
  const std::uint64_t now = read_clock();
  *out = {};
  out->ru_utime = {static_cast<time_t>(now / 1'000'000'000), static_cast<suseconds_t>(now % 1'000'000'000 / 1'000)};
  return 0;
}
