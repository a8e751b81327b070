// Turns a system call and its arguments into a wait.
#include "harness/diagnose/waits.h"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "harness/diagnose/descriptor_waits.h"
#include "harness/diagnose/file_locks.h"
#include "harness/diagnose/futex_waits.h"
#include "harness/diagnose/system_calls.h"
#include "harness/diagnose/thread_ids.h"

namespace wedge::diagnose {
namespace {

using model::Wait;
using model::WaitKind;

double seconds(const timespec& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_nsec) * 1e-9;
}

double until(const timespec& time, clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return std::max(0.0, seconds(time) - seconds(now));
}

std::optional<double> futex_limit(const SystemCallFile& call, const timespec& limit) {
  const auto operation = static_cast<int>(call.arguments[1]);
  const int command = operation & FUTEX_CMD_MASK;
  if (command == FUTEX_WAIT) return seconds(limit);
  const bool real = (operation & FUTEX_CLOCK_REALTIME) != 0 || command == FUTEX_LOCK_PI;
  return until(limit, real ? CLOCK_REALTIME : CLOCK_MONOTONIC);
}

std::optional<double> sleep_limit(const SystemCallFile& call, const timespec& limit) {
  if ((call.arguments[1] & TIMER_ABSTIME) == 0) return seconds(limit);
  return until(limit, static_cast<clockid_t>(call.arguments[0]));
}

std::optional<double> time_limit(const AddressSpace& memory, const SystemCallFile& call, const SystemCall& known) {
  if (known.limit == TimeLimit::none) return std::nullopt;
  const std::uint64_t argument = call.arguments[static_cast<std::size_t>(known.limit_argument)];
  if (known.limit == TimeLimit::milliseconds) {
    const auto count = static_cast<std::int32_t>(argument);
    return count < 0 ? std::nullopt : std::optional(count * 1e-3);
  }
  if (argument == 0) return std::nullopt;
  auto limit = memory.value<timespec>(argument);
  if (!limit) return std::nullopt;
  switch (known.limit) {
    case TimeLimit::timeval:
      limit->tv_nsec *= 1000;
      return seconds(*limit);
    case TimeLimit::futex_timespec:
      return futex_limit(call, *limit);
    case TimeLimit::sleep_timespec:
      return sleep_limit(call, *limit);
    default:
      return seconds(*limit);
  }
}

std::string signals_in(std::uint64_t set) {
  std::string names;
  for (int number = 1; number <= 64; ++number)
    if ((set >> (number - 1) & 1) != 0) names += (names.empty() ? "" : " ") + signal_name(number);
  return names;
}

// sigwait names the signals that it wants, sigsuspend those that it does not.
void read_signal_wait(const AddressSpace& memory, const SystemCallFile& call, Wait& wait) {
  if (call.number != SYS_rt_sigtimedwait) return;
  if (const auto set = memory.value<std::uint64_t>(call.arguments[0])) {
    wait.object = signals_in(*set);
    wait.awaited_signals = *set;
  }
}

std::optional<std::int32_t> process_of_pidfd(std::int32_t pid, std::uint64_t descriptor) {
  const auto text = read_whole(process_path(pid) + "/fdinfo/" + std::to_string(descriptor));
  const std::size_t at = text ? text->find("\nPid:") : std::string::npos;
  if (at == std::string::npos) return std::nullopt;
  const int process = std::atoi(text->c_str() + at + 5);
  return process > 0 ? std::optional(process) : std::nullopt;
}

void read_child_wait(const AddressSpace& memory, const ThreadIds& ids, const SystemCallFile& call, Wait& wait) {
  std::optional<std::int32_t> child;
  if (call.number == SYS_wait4) {
    const auto wanted = static_cast<std::int32_t>(call.arguments[0]);
    if (wanted > 0) child = ids.anywhere(static_cast<std::uint32_t>(wanted));
  } else if (call.arguments[0] == P_PID) {
    child = ids.anywhere(static_cast<std::uint32_t>(call.arguments[1]));
  } else if (call.arguments[0] == P_PIDFD) {
    child = process_of_pidfd(memory.pid(), call.arguments[1]);
  }
  if (!child) return;
  wait.owner = child;
  wait.owner_evidence = "the argument of the call";
}

// The maker of a process waits for it only if it lent it its memory.
bool lends_memory(const AddressSpace& memory, const SystemCallFile& call) {
  if (call.number == SYS_vfork) return true;
  if (call.number == SYS_clone) return (call.arguments[0] & CLONE_VFORK) != 0;
  return (memory.value<std::uint64_t>(call.arguments[0]).value_or(0) & CLONE_VFORK) != 0;
}

bool waits_for_lock(const SystemCallFile& call) {
  const auto command = static_cast<int>(call.arguments[1]);
  return call.number == SYS_flock || command == F_SETLKW || command == F_OFD_SETLKW;
}

void read_file_lock_wait(const AddressSpace& memory, const SystemCallFile& call, Wait& wait) {
  struct stat status;
  const std::string link = process_path(memory.pid()) + "/fd/" + std::to_string(call.arguments[0]);
  const auto locks = read_whole("/proc/locks");
  if (!locks || stat(link.c_str(), &status) != 0) return;
  wait.owner = holder_of_file_lock(*locks, memory.pid(), status.st_ino);
  if (wait.owner) wait.owner_evidence = "read from /proc/locks";
}

// A word of its stack, above all else a lock's address that a guard keeps.
bool has_on_stack(const ThreadReading& thread, std::uint64_t wanted) {
  const StackCopy& stack = thread.stack;
  for (std::uint64_t at = stack.stack_pointer; at + 8 <= stack.end(); at += 8)
    if (stack.word(at) == wanted) return true;
  return false;
}

FutexCall futex_call(const SystemCallFile& call) {
  return {call.arguments[0], static_cast<std::uint32_t>(call.arguments[1]),
          static_cast<std::uint32_t>(call.arguments[2])};
}

void suspect_owners(ProcessReading& reading) {
  for (std::size_t i = 0; i < reading.threads.size(); ++i) {
    Wait& wait = reading.process.threads[i].wait;
    if (wait.system_call != "futex" || !has_hidden_owner(futex_call(reading.threads[i].call), wait)) continue;
    std::vector<std::int32_t> suspects;
    for (std::size_t other = 0; other < reading.threads.size(); ++other) {
      if (other == i || reading.process.threads[other].wait.address == wait.address) continue;
      if (has_on_stack(reading.threads[other], wait.address)) suspects.push_back(reading.threads[other].tid);
    }
    if (suspects.empty()) continue;
    if (suspects.size() == 1) {
      wait.owner = suspects.front();
      wait.owner_evidence = "the lock's address is on its stack (suspect)";
      continue;
    }
    wait.owner_evidence = "the lock's address is on the stacks of several threads (suspects):";
    for (const std::int32_t suspect : suspects) wait.owner_evidence += " " + std::to_string(suspect);
  }
}

void read_wait(const ProcessReading& reading, const ThreadIds& ids, const ThreadReading& thread, Wait& wait) {
  if (!thread.call_known || thread.stat.state == 'Z') return;
  if (!thread.parked) {
    wait.kind = WaitKind::running;
    return;
  }
  const SystemCallFile& call = thread.call;
  wait.kind = WaitKind::other;
  if (call.number < 0) return;
  wait.system_call = name_of_system_call(call.number);
  const SystemCall* known = system_call(call.number);
  if (known == nullptr) return;
  wait.kind = known->kind;
  wait.timeout_s = time_limit(reading.memory, call, *known);
  if (wait.kind == WaitKind::file_lock && !waits_for_lock(call)) wait.kind = WaitKind::other;
  if (wait.kind == WaitKind::vfork && !lends_memory(reading.memory, call)) wait.kind = WaitKind::other;
  wait.descriptors = descriptors_of(reading.memory, call, wait.kind);
  if (wait.kind == WaitKind::file_lock) read_file_lock_wait(reading.memory, call, wait);
  if (wait.kind == WaitKind::signal) read_signal_wait(reading.memory, call, wait);
  if (wait.kind == WaitKind::child) read_child_wait(reading.memory, ids, call, wait);
  if (wait.kind == WaitKind::futex) read_futex_wait(reading.memory, ids, futex_call(call), wait);
}

}  // namespace

std::string signal_name(int number) {
  const char* name = sigabbrev_np(number);
  return name != nullptr ? std::string("SIG") + name : "signal " + std::to_string(number);
}

void read_waits(ProcessReading& reading) {
  const ThreadIds ids(reading.process.pid, reading.threads);
  for (std::size_t i = 0; i < reading.threads.size(); ++i)
    read_wait(reading, ids, reading.threads[i], reading.process.threads[i].wait);
  suspect_owners(reading);
}

void find_awaited_children(std::vector<ProcessReading>& readings) {
  for (ProcessReading& parent : readings) {
    std::vector<std::int32_t> children;
    for (const ProcessReading& other : readings)
      if (other.process.parent == parent.process.pid) children.push_back(other.process.pid);
    if (children.size() != 1) continue;
    for (model::HangThread& thread : parent.process.threads) {
      const bool waits = thread.wait.kind == WaitKind::child || thread.wait.kind == WaitKind::vfork;
      if (!waits || thread.wait.owner) continue;
      thread.wait.owner = children.front();
      thread.wait.owner_evidence = "its only child";
    }
  }
}

}  // namespace wedge::diagnose
