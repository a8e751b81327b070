// Wakes by a borrowed thread of the same process, and looks what the waiters make of it.
#include "harness/diagnose/probe_wakeup.h"

#include <climits>
#include <cstdio>
#include <memory>

#include <linux/futex.h>
#include <sys/syscall.h>

#include "harness/diagnose/borrowed_thread.h"
#include "harness/diagnose/function_address.h"

namespace wedge::diagnose {
namespace {

using model::WaitKind;

std::string hexadecimal(std::uint64_t number) {
  char text[24];
  std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(number));
  return text;
}

std::string describe(const WakeupProbe& probe) {
  const std::string process = " in process " + std::to_string(probe.process->pid);
  const std::string object = probe.object.empty() ? hexadecimal(probe.address()) : probe.object;
  switch (probe.waiters.front().kind) {
    case WaitKind::condition:
      return "pthread_cond_broadcast on condition variable " + object + process;
    case WaitKind::epoll:
      return "EINTR for the event loop of thread " + std::to_string(probe.waiters.front().tid) + process;
    default:
      return "a wake for all that sleep on futex " + object + process;
  }
}

// A blocked thread that is none of the waiters, so that these are not touched; else the first of them.
std::int32_t thread_to_borrow(const WakeupProbe& probe) {
  for (const model::HangThread& thread : probe.process->threads) {
    bool waits = false;
    for (const Waiter& waiter : probe.waiters) waits = waits || waiter.tid == thread.tid;
    if (!waits && thread.state == 'S' && !thread.wait.system_call.empty()) return thread.tid;
  }
  return probe.waiters.front().tid;
}

// Empty if it was done, else why not.
std::string broadcast(const AddressSpace& memory, std::int32_t borrowed, std::uint64_t condition) {
  const auto function = function_address(memory, "pthread_cond_broadcast");
  if (!function) return "pthread_cond_broadcast was not found in the process";
  BorrowedThread thread(memory, borrowed);
  return thread.call(*function, condition) ? std::string() : thread.remark();
}

std::string wake_futex(const AddressSpace& memory, std::int32_t borrowed, std::uint64_t futex, bool is_shared) {
  BorrowedThread thread(memory, borrowed);
  const std::uint64_t operation = static_cast<std::uint64_t>(FUTEX_WAKE) | (is_shared ? 0 : FUTEX_PRIVATE_FLAG);
  const auto result = thread.system_call(SYS_futex, {futex, operation, INT_MAX, 0, 0, 0});
  if (!result) return thread.remark();
  return *result < 0 ? "the kernel refused it with error " + std::to_string(-*result) : std::string();
}

bool is_shared_futex(const Waiter& waiter) {
  const auto call = read_system_call(thread_path(waiter.pid, waiter.tid));
  return call && (call->arguments[1] & FUTEX_PRIVATE_FLAG) == 0;
}

std::string send(const WakeupProbe& probe, std::int32_t borrowed) {
  const Waiter& waiter = probe.waiters.front();
  if (waiter.kind == WaitKind::epoll) return interrupt_call(waiter.tid) ? "" : "the thread could not be stopped";
  const AddressSpace memory(waiter.pid);
  if (waiter.kind == WaitKind::condition) return broadcast(memory, borrowed, waiter.address);
  return wake_futex(memory, borrowed, waiter.address, is_shared_futex(waiter));
}

void conclude_one(ProbeOutcome& outcome, const Reacted& reacted, WaitKind kind) {
  outcome.probe.result = reacted.text;
  const bool failed = reacted.exit_code.value_or(0) != 0;
  if (reacted.reaction == Reaction::went_on && kind == WaitKind::epoll && failed) {
    outcome.probe.result += " with status " + std::to_string(*reacted.exit_code >> 8);
    outcome.probe.conclusion = "inconclusive: perhaps it does not expect EINTR";
  } else if (reacted.reaction == Reaction::went_on) {
    outcome.shown = Shown::wakeup_lost;
    outcome.probe.conclusion = "the wakeup was lost: what it waits for was already there";
  } else if (reacted.reaction == Reaction::looked_again) {
    outcome.shown = Shown::nothing_to_get;
    outcome.probe.conclusion = "no wakeup is missing: what it waits for was not there";
  } else {
    outcome.probe.conclusion = "inconclusive";
  }
}

}  // namespace

ProbeOutcome make(const WakeupProbe& probe, std::chrono::milliseconds limit) {
  const Waiter& waiter = probe.waiters.front();
  ProbeOutcome outcome;
  outcome.tid = waiter.tid;
  outcome.probe.what = describe(probe);
  outcome.probe.conclusion = "inconclusive";
  if (!still_waits(waiter)) {
    outcome.probe.result = "not made: thread " + std::to_string(waiter.tid) + " does not wait there any more";
    return outcome;
  }
  const bool is_loop = waiter.kind == WaitKind::epoll;
  const std::int32_t borrowed = is_loop ? waiter.tid : thread_to_borrow(probe);
  const AfterProbe after(probe.waiters, borrowed);
  const std::string error = send(probe, borrowed);
  if (!error.empty()) {
    outcome.probe.result = "failed: " + error;
    return outcome;
  }
  conclude_one(outcome, after.watch(limit), waiter.kind);
  return outcome;
}

}  // namespace wedge::diagnose
