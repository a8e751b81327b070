// Reads the table of descriptors of one process without taking anything out of a pipe or socket.
#include "harness/diagnose/descriptors.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/diagnose/borrowed_descriptor.h"
#include "harness/diagnose/waits.h"

namespace wedge::diagnose {
namespace {

constexpr std::size_t most_descriptors = 4096;

std::string kind_from_target(const std::string& target) {
  if (target.starts_with("pipe:")) return "pipe";
  if (target.starts_with("socket:")) return "socket";
  if (target.starts_with("/memfd:")) return "memory file";
  static constexpr std::string_view anonymous = "anon_inode:";
  if (!target.starts_with(anonymous)) return {};
  std::string name = target.substr(anonymous.size());
  std::erase_if(name, [](char letter) { return letter == '[' || letter == ']'; });
  return name == "eventpoll" ? "epoll" : name;
}

std::string kind_from_status(const std::string& link) {
  struct stat status;
  if (stat(link.c_str(), &status) != 0) return "file";
  if (S_ISFIFO(status.st_mode)) return "named pipe";
  if (S_ISDIR(status.st_mode)) return "directory";
  if (S_ISCHR(status.st_mode)) return "character device";
  if (S_ISBLK(status.st_mode)) return "block device";
  return "file";
}

bool may_be_borrowed(const std::string& kind) {
  static constexpr std::string_view kinds[] = {"pipe", "socket", "eventfd", "timerfd", "epoll", "inotify", "pidfd"};
  return std::ranges::find(kinds, kind) != std::end(kinds);
}

const char* after(const std::string& text, const char* key) {
  const std::size_t at = text.find(key);
  return at == std::string::npos ? nullptr : text.c_str() + at + std::strlen(key);
}

std::string timer_text(const std::string& info, std::optional<bool>& armed) {
  long long seconds = 0, nanoseconds = 0;
  const char* value = after(info, "it_value: (");
  if (value == nullptr || std::sscanf(value, "%lld, %lld", &seconds, &nanoseconds) != 2) return "timerfd";
  long long expired = 0;
  if (const char* ticks = after(info, "ticks: ")) std::sscanf(ticks, "%lld", &expired);
  armed = expired > 0 || seconds != 0 || nanoseconds != 0;
  std::string text = "timerfd";
  if (expired > 0) text += ", expired and not read";
  if (seconds == 0 && nanoseconds == 0) return text + (expired > 0 ? "" : ", disarmed: it never fires");
  char when[48];
  std::snprintf(when, sizeof when, ", fires in %.1f s",
                static_cast<double>(seconds) + 1e-9 * static_cast<double>(nanoseconds));
  return text + when;
}

std::string signal_text(const std::string& info) {
  unsigned long long mask = 0;
  const char* value = after(info, "sigmask:");
  if (value == nullptr || std::sscanf(value, "%llx", &mask) != 1) return "signalfd";
  std::string names;
  for (int number = 1; number <= 64; ++number)
    if ((mask >> (number - 1) & 1) != 0) names += " " + signal_name(number);
  return names.empty() ? "signalfd for no signal" : "signalfd for" + names;
}

// What fdinfo alone tells; of pipes and sockets more is said when their ends are known.
void read_info(const std::string& info, model::HangDescriptor& descriptor) {
  unsigned flags = 0;
  if (const char* value = after(info, "flags:")) std::sscanf(value, "%o", &flags);
  const unsigned access = flags & O_ACCMODE;
  descriptor.readable = access == O_RDONLY || access == O_RDWR;
  descriptor.writable = access == O_WRONLY || access == O_RDWR;
  unsigned long long count = 0;
  if (const char* value = after(info, "eventfd-count:"); value != nullptr && std::sscanf(value, "%llx", &count) == 1) {
    descriptor.unread = count;
    descriptor.count = count;
    descriptor.text = "eventfd, count " + std::to_string(count);
    descriptor.ready_in = count > 0;
  }
  if (descriptor.kind == "timerfd") descriptor.text = timer_text(info, descriptor.armed);
  if (descriptor.kind == "signalfd") descriptor.text = signal_text(info);
  if (descriptor.kind == "pidfd")
    if (const char* value = after(info, "\nPid:"))
      descriptor.text = "pidfd of process " + std::to_string(std::atoi(value));
  if (descriptor.kind == "epoll") {
    std::size_t members = 0;
    for (std::size_t at = 0; (at = info.find("tfd:", at)) != std::string::npos; ++at) ++members;
    descriptor.text = "epoll set with " + std::to_string(members) + (members == 1 ? " member" : " members");
  }
}

void look_inside(int pidfd, std::int32_t pid, model::HangDescriptor& descriptor) {
  if (!may_be_borrowed(descriptor.kind)) return;
  const BorrowedDescriptor borrowed(pidfd, pid, descriptor.descriptor, descriptor.kind == "pipe");
  if (!borrowed.usable()) return;
  if (descriptor.kind == "pipe") {
    descriptor.unread = borrowed.unread();
    descriptor.capacity = borrowed.pipe_capacity();
  }
  if (descriptor.kind == "socket") descriptor.unread = borrowed.unread();
  if (borrowed.is_second()) {
    if (descriptor.readable) descriptor.ready_in = descriptor.unread.value_or(0) > 0;
    return;
  }
  const auto ready = borrowed.ready();
  if (!ready) return;
  if (descriptor.readable) descriptor.ready_in = ready->in;
  if (descriptor.writable) descriptor.ready_out = ready->out;
}

model::HangDescriptor read_descriptor(int pidfd, std::int32_t pid, std::int32_t number) {
  model::HangDescriptor descriptor;
  const std::string link = process_path(pid) + "/fd/" + std::to_string(number);
  descriptor.descriptor = number;
  descriptor.target = read_link(link).value_or("");
  descriptor.kind = kind_from_target(descriptor.target);
  if (descriptor.kind.empty()) descriptor.kind = kind_from_status(link);
  read_info(read_whole(process_path(pid) + "/fdinfo/" + std::to_string(number)).value_or(""), descriptor);
  look_inside(pidfd, pid, descriptor);
  if (descriptor.text.empty()) descriptor.text = descriptor.kind + " " + descriptor.target;
  return descriptor;
}

const model::HangDescriptor* find(const model::HangProcess& process, std::int32_t number) {
  const auto found = std::ranges::find(process.descriptors, number, &model::HangDescriptor::descriptor);
  return found == process.descriptors.end() ? nullptr : &*found;
}

void complete_wait(int pidfd, const model::HangProcess& process, model::Wait& wait) {
  for (model::WaitDescriptor& member : wait.descriptors) {
    const model::HangDescriptor* descriptor = find(process, member.descriptor);
    if (descriptor == nullptr) continue;
    const bool in = member.wanted.find("in") != std::string::npos && descriptor->ready_in.value_or(false);
    const bool out = member.wanted.find("out") != std::string::npos && descriptor->ready_out.value_or(false);
    member.ready = in || out;
    const bool receives = wait.kind == model::WaitKind::read || wait.kind == model::WaitKind::accept;
    const bool sends = wait.kind == model::WaitKind::write || wait.kind == model::WaitKind::connect;
    if (descriptor->kind != "socket" || wait.timeout_s || (!receives && !sends)) continue;
    const BorrowedDescriptor socket(pidfd, process.pid, member.descriptor, false);
    if (socket.usable()) wait.timeout_s = socket.socket_limit(receives);
  }
}

}  // namespace

void read_descriptors(ProcessReading& reading) {
  model::HangProcess& process = reading.process;
  const auto numbers = numbers_in(process_path(process.pid) + "/fd");
  if (!numbers) return;
  const int pidfd = open_pidfd(process.pid);
  for (const std::int32_t number : *numbers) {
    if (process.descriptors.size() == most_descriptors) {
      reading.missing.push_back("process " + std::to_string(process.pid) + " has " + std::to_string(numbers->size()) +
                                " descriptors; only the first " + std::to_string(most_descriptors) + " are shown");
      break;
    }
    process.descriptors.push_back(read_descriptor(pidfd, process.pid, number));
  }
  for (model::HangThread& thread : process.threads) complete_wait(pidfd, process, thread.wait);
  if (pidfd >= 0) close(pidfd);
}

}  // namespace wedge::diagnose
