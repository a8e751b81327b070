// Puts waits into words; every sentence begins with what the thread does.
#include "harness/diagnose/wait_text.h"

#include <algorithm>
#include <cstdio>

namespace wedge::diagnose {
namespace {

using model::Wait;
using model::WaitKind;

std::string object_of(const Wait& wait) {
  if (!wait.object.empty()) return wait.object;
  char text[32];
  std::snprintf(text, sizeof text, "at %#llx", static_cast<unsigned long long>(wait.address));
  return text;
}

std::string holder(const Wait& wait, const std::string& verb, const std::string& what) {
  if (!wait.owner) return {};
  const std::string owner = what + " " + std::to_string(*wait.owner);
  if (wait.owner_is_gone) return ", " + verb + " by " + owner + ", which has ended";
  const bool suspected = wait.owner_evidence.find("suspect") != std::string::npos;
  return (suspected ? ", perhaps " : ", ") + verb + " by " + owner;
}

std::string lock_text(const Wait& wait, const std::string& what, const std::string& verb = "waits for ") {
  const std::string flavour = wait.flavour.empty() ? "" : " (" + wait.flavour + ")";
  return verb + what + " " + object_of(wait) + flavour + holder(wait, "held", "thread");
}

std::string with_waiters(const Wait& wait, const std::string& what) {
  std::string text = "waits for " + what + " " + object_of(wait);
  if (wait.waiters > 1) text += ", as one of " + std::to_string(wait.waiters);
  if (wait.signal_pending.value_or(false)) text += ", a signal has been sent that nobody has taken yet";
  return text;
}

std::string descriptor_text(const model::HangProcess& process, std::int32_t number) {
  const auto found = std::ranges::find(process.descriptors, number, &model::HangDescriptor::descriptor);
  const std::string text = "descriptor " + std::to_string(number);
  return found == process.descriptors.end() ? text : text + " (" + found->text + ")";
}

std::string one_descriptor(const model::HangProcess& process, const Wait& wait, const std::string& verb) {
  if (wait.descriptors.empty()) return verb + " a descriptor";
  return verb + " " + descriptor_text(process, wait.descriptors.front().descriptor);
}

std::string member_text(const Wait& wait, const std::string& what) {
  const auto ready = std::ranges::count_if(wait.descriptors, &model::WaitDescriptor::ready);
  const std::size_t count = wait.descriptors.size();
  std::string text =
      "waits for events on " + what + std::to_string(count) + (count == 1 ? " descriptor" : " descriptors");
  if (count == 0) return text;
  return text + (ready == 0 ? ", none of them ready" : ", " + std::to_string(ready) + " of them ready");
}

std::string child_text(const Wait& wait) {
  if (!wait.owner) return "waits for the end of any child process";
  return "waits for the end of process " + std::to_string(*wait.owner);
}

std::string sentence(const model::HangProcess& process, const model::HangThread& thread) {
  const Wait& wait = thread.wait;
  switch (wait.kind) {
    case WaitKind::none:
      return thread.state == 'Z' ? "has ended" : "what it waits for is not known";
    case WaitKind::running:
      return thread.state == 'R' ? "runs" : "moves";
    case WaitKind::mutex:
      return lock_text(wait, wait.flavour == "stream" ? "the lock of a stream" : "mutex");
    case WaitKind::rwlock_read:
      return lock_text(wait, "rwlock", "waits to read under ");
    case WaitKind::rwlock_write:
      return lock_text(wait, "rwlock", "waits to write under ");
    case WaitKind::condition:
      return with_waiters(wait, "condition variable");
    case WaitKind::semaphore:
      return wait.address == 0 ? "waits for a semaphore of the system"
                               : with_waiters(wait, "semaphore") + holder(wait, "held", "thread");
    case WaitKind::join:
      return "waits for the end" + (wait.owner ? " of thread " + std::to_string(*wait.owner) : " of a thread");
    case WaitKind::futex:
      return "waits for " + (wait.flavour.empty() ? "a change of the futex" : wait.flavour) + " " + object_of(wait) +
             holder(wait, "held", "thread");
    case WaitKind::sleep:
      return "sleeps";
    case WaitKind::child:
      return child_text(wait);
    case WaitKind::vfork:
      return "lends its memory to a new process" + (wait.owner ? " " + std::to_string(*wait.owner) : "") +
             " until that executes a program or ends";
    case WaitKind::read:
      return one_descriptor(process, wait, "waits to read from");
    case WaitKind::write:
      return one_descriptor(process, wait, "waits to write to");
    case WaitKind::accept:
      return one_descriptor(process, wait, "waits for a connection on");
    case WaitKind::connect:
      return one_descriptor(process, wait, "waits to be connected on");
    case WaitKind::poll:
      return member_text(wait, "");
    case WaitKind::epoll:
      return member_text(wait, "an epoll set of ");
    case WaitKind::signal:
      return "waits for " + (wait.object.empty() ? "a signal" : "signal " + wait.object);
    case WaitKind::file_lock:
      return one_descriptor(process, wait, "waits for the lock of") + holder(wait, "held", "process");
    default:
      if (wait.system_call.empty()) return "blocked in the kernel, outside any system call";
      return "blocked in " + wait.system_call +
             (wait.descriptors.empty() ? "" : " on " + descriptor_text(process, wait.descriptors.front().descriptor));
  }
}

}  // namespace

std::string wait_text(const model::HangProcess& process, const model::HangThread& thread) {
  std::string text = sentence(process, thread);
  if (!thread.wait.timeout_s) return text;
  const double limit = *thread.wait.timeout_s;
  char rounded[48];
  std::snprintf(rounded, sizeof rounded, limit < 10 ? ", for at most %.2g s" : ", for at most %.0f s", limit);
  return text + rounded;
}

}  // namespace wedge::diagnose
