// Reasons from signal masks and from wakeup channels: a pipe or pair of sockets with both ends in the one process,
// into which a handler writes a byte so that the loop at the other end notices.
#include "harness/diagnose/ctrl_c.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

#include <fcntl.h>

#include "harness/diagnose/descriptor_waits.h"

namespace wedge::diagnose {
namespace {

using model::CtrlC;
using model::HangDescriptor;
using model::HangProcess;
using model::YesNo;

constexpr std::uint64_t interrupt_bit = std::uint64_t{1} << (SIGINT - 1);
constexpr std::uint64_t quit_bit = std::uint64_t{1} << (SIGQUIT - 1);

bool has(std::uint64_t set) { return (set & interrupt_bit) != 0; }

// One that the process writes to itself: the write end and the read end.
struct WakeupChannel {
  const HangDescriptor* write_end = nullptr;
  std::int32_t read_end = -1;
};

bool may_be_wakeup(const HangDescriptor& descriptor) {
  return descriptor.writable && descriptor.other_end_known &&
         (descriptor.kind == "unix socket" || descriptor.kind == "pipe");
}

// A handler must never block, so whoever builds such a channel makes its write end non-blocking.
bool never_blocks(std::int32_t pid, std::int32_t descriptor) {
  const auto info = read_whole(process_path(pid) + "/fdinfo/" + std::to_string(descriptor));
  const std::size_t at = info ? info->find("flags:") : std::string::npos;
  unsigned flags = 0;
  return at != std::string::npos && std::sscanf(info->c_str() + at + 6, "%o", &flags) == 1 && (flags & O_NONBLOCK) != 0;
}

bool has_loop(const HangProcess& process) {
  return std::ranges::any_of(process.threads, [](const model::HangThread& thread) {
    return thread.wait.kind == model::WaitKind::epoll || thread.wait.kind == model::WaitKind::poll;
  });
}

std::vector<WakeupChannel> wakeup_channels(const HangProcess& process) {
  std::vector<WakeupChannel> channels;
  for (const HangDescriptor& descriptor : process.descriptors) {
    if (!may_be_wakeup(descriptor) || !never_blocks(process.pid, descriptor.descriptor)) continue;
    const auto own = std::ranges::find(descriptor.other_end, process.pid, &model::DescriptorEnd::pid);
    if (own != descriptor.other_end.end()) channels.push_back({&descriptor, own->descriptor});
  }
  return channels;
}

std::vector<std::int32_t> watched_descriptors(const ProcessReading& reading) {
  std::vector<std::int32_t> watched;
  for (const HangDescriptor& descriptor : reading.process.descriptors)
    if (descriptor.kind == "epoll")
      for (const EpollMember& member : epoll_members(reading.process.pid, descriptor.descriptor))
        watched.push_back(member.descriptor);
  for (const model::HangThread& thread : reading.process.threads)
    for (const model::WaitDescriptor& member : thread.wait.descriptors) watched.push_back(member.descriptor);
  return watched;
}

bool all_threads_block_it(const HangProcess& process) {
  return !process.threads.empty() && std::ranges::all_of(process.threads, [](const model::HangThread& thread) {
    return has(thread.blocked_signals);
  });
}

const HangDescriptor* signal_descriptor(const HangProcess& process) {
  const auto found = std::ranges::find_if(process.descriptors, [](const HangDescriptor& descriptor) {
    return descriptor.kind == "signalfd" && (descriptor.text + " ").find(" SIGINT ") != std::string::npos;
  });
  return found == process.descriptors.end() ? nullptr : &*found;
}

bool waits_for_it(const HangProcess& process) {
  return std::ranges::any_of(process.threads, [](const model::HangThread& thread) {
    return thread.wait.kind == model::WaitKind::signal &&
           (thread.wait.object + " ").find("SIGINT ") != std::string::npos;
  });
}

CtrlC when_blocked(const ProcessReading& reading) {
  const HangProcess& process = reading.process;
  if (waits_for_it(process)) return {YesNo::unknown, "a thread waits for SIGINT; what it then does is not known"};
  const HangDescriptor* descriptor = signal_descriptor(process);
  if (descriptor == nullptr) return {YesNo::no, "every thread blocks SIGINT, and nobody waits for it"};
  const std::vector<std::int32_t> watched = watched_descriptors(reading);
  const std::string name = "the signalfd " + std::to_string(descriptor->descriptor);
  if (std::ranges::find(watched, descriptor->descriptor) == watched.end())
    return {YesNo::no, "every thread blocks SIGINT, and nobody watches " + name + " that would take it"};
  return {YesNo::unknown, "every thread blocks SIGINT; " + name + " is watched, what its reader does is not known"};
}

CtrlC when_caught(const ProcessReading& reading) {
  const std::vector<std::int32_t> watched = watched_descriptors(reading);
  const auto is_watched = [&](std::int32_t descriptor) {
    return std::ranges::find(watched, descriptor) != watched.end();
  };
  std::string unwatched;
  bool open_channel = false;
  for (const WakeupChannel& channel : wakeup_channels(reading.process)) {
    const std::string name = "descriptor " + std::to_string(channel.write_end->descriptor);
    if (channel.write_end->ready_out == false)
      return {YesNo::no, "SIGINT has a handler, but the channel by which it would wake the loop is full: " + name +
                             " (" + channel.write_end->text + ")"};
    if (is_watched(channel.read_end))
      open_channel = true;
    else
      unwatched = name;
  }
  if (open_channel) return {YesNo::unknown, "SIGINT has a handler, and a channel to wake the loop is open and watched"};
  if (!unwatched.empty() && has_loop(reading.process))
    return {YesNo::no,
            "SIGINT has a handler, but nobody watches the channel by which it would wake the loop: the "
            "other end of " +
                unwatched};
  if (reading.process.runtime == "python")
    return {YesNo::unknown, "SIGINT has Python's handler, which acts only when the main thread runs Python code again"};
  return {YesNo::unknown, "SIGINT has a handler; what it does is not known"};
}

}  // namespace

CtrlC predict_ctrl_c(const ProcessReading& reading) {
  const HangProcess& process = reading.process;
  if (process.state == 'Z') return {YesNo::no, "it has ended already"};
  if (process.threads.empty()) return {};
  if (has(process.ignored_signals)) {
    const bool background = (process.ignored_signals & quit_bit) != 0;
    return {YesNo::no, background ? "SIGINT is ignored, and so is SIGQUIT, as a shell sets it for a command started "
                                    "with &: no bug of the program"
                                  : "SIGINT is ignored"};
  }
  if (std::ranges::all_of(process.threads, [](const model::HangThread& thread) { return thread.state == 'D'; }))
    return {YesNo::no, "every thread is in a wait of the kernel that signals do not reach (state D)"};
  if (all_threads_block_it(process)) return when_blocked(reading);
  if (has(process.caught_signals)) return when_caught(reading);
  return {YesNo::yes, "SIGINT has its default action and is not blocked by every thread"};
}

}  // namespace wedge::diagnose
