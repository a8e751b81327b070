// Looks at /proc again and again for a little while.
#include "harness/diagnose/after_probe.h"

#include <algorithm>
#include <cstdlib>
#include <thread>

#include <linux/futex.h>
#include <sys/syscall.h>

#include "harness/diagnose/system_calls.h"

namespace wedge::diagnose {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds pause{5};
constexpr std::uint64_t size_of_condition = 48;

std::string name(const Waiter& waiter) { return "thread " + std::to_string(waiter.tid); }

bool is_on_object(const Waiter& waiter, const SystemCallFile& call) {
  if (call.number != SYS_futex) return false;
  // A condition variable has two words that its waiters sleep on by turns.
  const std::uint64_t size = waiter.kind == model::WaitKind::condition ? size_of_condition : 1;
  return call.arguments[0] >= waiter.address && call.arguments[0] < waiter.address + size;
}

bool is_futex_kind(model::WaitKind kind) {
  return kind == model::WaitKind::condition || kind == model::WaitKind::futex || kind == model::WaitKind::semaphore;
}

bool same_wait(const Waiter& waiter, const SystemCallFile& before, const SystemCallFile& now) {
  if (now.number != before.number || now.stack_pointer != before.stack_pointer) return false;
  if (is_futex_kind(waiter.kind)) return is_on_object(waiter, now);
  return now.arguments[0] == before.arguments[0];
}

// On its way out of a condition variable a thread takes the mutex again; blocked there it has not got any further.
bool takes_mutex_again(const Waiter& waiter, const SystemCallFile& now) {
  return waiter.kind == model::WaitKind::condition && now.number == SYS_futex &&
         (now.arguments[1] & FUTEX_CMD_MASK) == FUTEX_WAIT;
}

std::uint64_t bytes_moved(std::int32_t pid) {
  const auto text = read_whole(process_path(pid) + "/io");
  std::uint64_t sum = 0;
  for (const char* field : {"rchar: ", "wchar: ", "syscr: ", "syscw: "}) {
    const std::size_t found = text ? text->find(field) : std::string::npos;
    if (found != std::string::npos) sum += std::strtoull(text->c_str() + found + 7, nullptr, 10);
  }
  return sum;
}

// As wait() would give it; only a process that has ended and that nobody has waited for has one.
std::optional<std::int32_t> exit_code_of(std::int32_t pid) {
  const auto stat = read_stat(process_path(pid));
  const auto text = read_whole(process_path(pid) + "/stat");
  if (!stat || stat->state != 'Z' || !text) return std::nullopt;
  return static_cast<std::int32_t>(std::strtol(text->c_str() + text->rfind(' '), nullptr, 10));
}

bool has_ended(const std::string& directory) {
  const auto stat = read_stat(directory);
  return !stat || stat->state == 'Z' || stat->state == 'X';
}

}  // namespace

bool still_waits(const Waiter& waiter) {
  const auto call = read_system_call(thread_path(waiter.pid, waiter.tid));
  if (!call || call->running) return false;
  if (is_futex_kind(waiter.kind)) return is_on_object(waiter, *call);
  const SystemCall* known = system_call(call->number);
  return known != nullptr && known->kind == waiter.kind;
}

AfterProbe::AfterProbe(const std::vector<Waiter>& waiters, std::int32_t borrowed) : borrowed_(borrowed) {
  for (const Waiter& waiter : waiters) {
    const std::string path = thread_path(waiter.pid, waiter.tid);
    const auto status = read_status(path);
    before_.push_back({waiter, read_system_call(path), status ? status->voluntary_switches : 0});
  }
  if (!before_.empty()) motion_before_ = motion_of_others(before_.front().waiter.pid);
}

// Of a thread that goes on and comes back to the same wait, this is what shows: bytes, and others that were moved.
std::uint64_t AfterProbe::motion_of_others(std::int32_t pid) const {
  std::uint64_t sum = bytes_moved(pid);
  for (const std::int32_t tid : numbers_in(process_path(pid) + "/task").value_or(std::vector<std::int32_t>{})) {
    const auto is_waiter = [tid](const Before& before) { return before.waiter.tid == tid; };
    if (tid == borrowed_ || std::ranges::any_of(before_, is_waiter)) continue;
    const auto status = read_status(thread_path(pid, tid));
    if (status) sum += status->voluntary_switches + 1;
  }
  return sum;
}

Reacted AfterProbe::look_at_wait(const Before& before, const SystemCallFile& now) const {
  const std::string path = thread_path(before.waiter.pid, before.waiter.tid);
  const auto status = read_status(path);
  const bool moved = status && status->voluntary_switches != before.switches;
  if (same_wait(before.waiter, *before.call, now)) {
    if (!moved && before.waiter.tid != borrowed_) return {Reaction::none, name(before.waiter) + " did not wake", {}};
    return {Reaction::looked_again, name(before.waiter) + " woke and went back to the same wait", {}};
  }
  if (takes_mutex_again(before.waiter, now))
    return {Reaction::none, name(before.waiter) + " woke and cannot get the mutex again", {}};
  return {Reaction::went_on, name(before.waiter) + " went on and is now in " + name_of_system_call(now.number), {}};
}

Reacted AfterProbe::look(const Before& before) const {
  const Waiter& waiter = before.waiter;
  if (!before.call) return {};
  if (has_ended(process_path(waiter.pid)))
    return {Reaction::went_on, name(waiter) + " went on and its process has ended", exit_code_of(waiter.pid)};
  const std::string path = thread_path(waiter.pid, waiter.tid);
  if (has_ended(path)) return {Reaction::went_on, name(waiter) + " went on and has ended", {}};
  const auto now = read_system_call(path);
  if (!now || now->running) return {Reaction::none, name(waiter) + " runs", {}};
  return look_at_wait(before, *now);
}

Reacted AfterProbe::watch(std::chrono::milliseconds limit, const std::function<void()>& meanwhile) const {
  const auto end = Clock::now() + limit;
  Reacted furthest;
  do {
    meanwhile();
    std::this_thread::sleep_for(pause);
    furthest = {};
    for (const Before& before : before_) {
      Reacted now = look(before);
      if (furthest.text.empty() || now.reaction > furthest.reaction) furthest = std::move(now);
    }
    if (furthest.reaction == Reaction::went_on) return furthest;
  } while (Clock::now() < end);
  if (furthest.reaction == Reaction::looked_again && motion_of_others(before_.front().waiter.pid) != motion_before_)
    return {Reaction::went_on, furthest.text + ", but others in its process moved meanwhile", {}};
  return furthest;
}

}  // namespace wedge::diagnose
