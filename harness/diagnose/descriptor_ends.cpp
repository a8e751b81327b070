// Pairs the ends of pipes, sockets and eventfds over all processes of the machine.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <map>
#include <set>
#include <string_view>
#include <unordered_map>

#include <unistd.h>

#include "harness/diagnose/descriptors.h"
#include "harness/diagnose/process_tree.h"
#include "harness/diagnose/socket_tables.h"

namespace wedge::diagnose {
namespace {

using model::DescriptorEnd;
using model::HangDescriptor;

constexpr auto patience = std::chrono::seconds(3);

// Every descriptor of the machine by where it leads.
class MachineDescriptors {
 public:
  explicit MachineDescriptors(const std::set<std::string>& wanted) {
    const auto self = static_cast<std::int32_t>(getpid());
    const auto deadline = std::chrono::steady_clock::now() + patience;
    for (const std::int32_t pid : numbers_in("/proc").value_or(std::vector<std::int32_t>{})) {
      if (pid == self) continue;
      if (std::chrono::steady_clock::now() >= deadline) {
        complete_ = false;
        break;
      }
      const std::string directory = process_path(pid) + "/fd";
      const auto numbers = numbers_in(directory);
      // A process that ended meanwhile holds nothing any more.
      if (!numbers && read_stat(process_path(pid))) complete_ = false;
      for (const std::int32_t number : numbers.value_or(std::vector<std::int32_t>{})) {
        const auto target = read_link(directory + "/" + std::to_string(number));
        if (target && wanted.contains(*target)) by_target_[*target].push_back({pid, number});
      }
    }
  }

  bool complete() const { return complete_; }
  const std::vector<DescriptorEnd>& at(const std::string& target) const {
    static const std::vector<DescriptorEnd> none;
    const auto found = by_target_.find(target);
    return found == by_target_.end() ? none : found->second;
  }

 private:
  std::unordered_map<std::string, std::vector<DescriptorEnd>> by_target_;
  bool complete_ = true;
};

struct Access {
  bool reads = false, writes = false;
};

std::string info_of(const DescriptorEnd& end) {
  return read_whole(process_path(end.pid) + "/fdinfo/" + std::to_string(end.descriptor)).value_or("");
}

Access access_of(const DescriptorEnd& end) {
  unsigned flags = 0;
  const std::string info = info_of(end);
  const std::size_t at = info.find("flags:");
  if (at != std::string::npos) std::sscanf(info.c_str() + at + 6, "%o", &flags);
  const unsigned mode = flags & 3;
  return {mode == 0 || mode == 2, mode == 1 || mode == 2};
}

bool is(const DescriptorEnd& end, std::int32_t pid, const HangDescriptor& descriptor) {
  return end.pid == pid && end.descriptor == descriptor.descriptor;
}

std::string holders(const std::vector<DescriptorEnd>& ends, std::int32_t own) {
  std::map<std::int32_t, std::string> by_process;
  for (const DescriptorEnd& end : ends) {
    std::string& text = by_process[end.pid];
    text += (text.empty() ? "" : ", ") + std::to_string(end.descriptor);
  }
  if (by_process.empty()) return "nobody";
  if (by_process.size() == 1 && by_process.contains(own))
    return "nobody but itself (descriptor " + by_process[own] + ")";
  std::string text;
  for (const auto& [pid, descriptors] : by_process)
    text += (text.empty() ? "" : " and ") + (pid == own ? std::string("itself") : "process " + std::to_string(pid)) +
            " (descriptor " + descriptors + ")";
  return text;
}

std::string pipe_text(const HangDescriptor& pipe, std::int32_t pid) {
  std::string text = pipe.kind;
  if (pipe.unread && pipe.capacity)
    text += ", " + std::to_string(*pipe.unread) + " of " + std::to_string(*pipe.capacity) + " bytes";
  else if (pipe.unread)
    text += ", " + std::to_string(*pipe.unread) + " bytes";
  return text + (pipe.readable ? ", written by " : ", read by ") + holders(pipe.other_end, pid);
}

void pair_pipe(const MachineDescriptors& machine, std::int32_t pid, HangDescriptor& pipe) {
  for (const DescriptorEnd& end : machine.at(pipe.target)) {
    const Access access = access_of(end);
    if (!is(end, pid, pipe) && ((access.reads && pipe.readable) || (access.writes && pipe.writable)))
      pipe.same_end.push_back(end);
    if ((access.writes && pipe.readable) || (access.reads && pipe.writable)) pipe.other_end.push_back(end);
  }
  pipe.other_end_known = machine.complete();
  pipe.text = pipe_text(pipe, pid);
}

// All eventfds lead to the same place; only their numbers tell them apart.
std::uint64_t eventfd_number(const std::string& info) {
  unsigned long long number = 0;
  const std::size_t at = info.find("eventfd-id:");
  if (at != std::string::npos) std::sscanf(info.c_str() + at + 11, "%llu", &number);
  return number;
}

void pair_eventfd(const MachineDescriptors& machine, std::int32_t pid, HangDescriptor& eventfd) {
  const std::uint64_t number = eventfd_number(info_of({pid, eventfd.descriptor}));
  if (number == 0) return;
  for (const DescriptorEnd& end : machine.at(eventfd.target))
    if (!is(end, pid, eventfd) && eventfd_number(info_of(end)) == number) eventfd.same_end.push_back(end);
  // Whoever has it can both count up and take.
  eventfd.other_end = eventfd.same_end;
  eventfd.other_end_known = machine.complete();
  if (!eventfd.same_end.empty()) eventfd.text += ", also held by " + holders(eventfd.same_end, pid);
}

std::string socket_text(const HangDescriptor& socket, const SocketState& state, std::int32_t pid) {
  std::string text = socket.kind;
  if (!state.addresses.empty()) text += " " + state.addresses;
  if (state.listening) return text + ", listening";
  if (socket.unread) text += ", " + std::to_string(*socket.unread) + " bytes unread";
  if (state.peer != 0) return text + ", the other end held by " + holders(socket.other_end, pid);
  if (socket.kind == "unix socket" && !state.connected) return text + ", not connected";
  if (socket.kind == "unix socket") return text + ", the other end is closed";
  return text;
}

std::string socket_target(std::uint64_t inode) { return "socket:[" + std::to_string(inode) + "]"; }

std::uint64_t inode_of(const std::string& target) {
  unsigned long long inode = 0;
  std::sscanf(target.c_str(), "socket:[%llu]", &inode);
  return inode;
}

void pair_socket(const MachineDescriptors& machine, const SocketTable& table, std::int32_t pid,
                 HangDescriptor& socket) {
  for (const DescriptorEnd& end : machine.at(socket.target))
    if (!is(end, pid, socket)) socket.same_end.push_back(end);
  const auto found = table.sockets.find(inode_of(socket.target));
  if (found == table.sockets.end()) return;
  const SocketState& state = found->second;
  if (!state.kind.empty()) socket.kind = state.kind;
  if (!socket.unread) socket.unread = state.unread;
  if (state.peer != 0) socket.other_end = machine.at(socket_target(state.peer));
  // The peer of a connection to another machine is not here, and anybody may still connect to one that listens; that
  // of a closed one is nowhere.
  const bool local = (socket.kind == "unix socket" && state.connected) || state.peer != 0;
  socket.other_end_known = local && machine.complete();
  socket.text = socket_text(socket, state, pid);
}

// Sockets of processes that share a network need to be asked for only once.
const SocketTable& table_for(std::int32_t pid, std::map<std::string, SocketTable>& tables) {
  const std::string network = read_link(process_path(pid) + "/ns/net").value_or("");
  const auto [known, is_new] = tables.try_emplace(network);
  if (is_new) known->second = read_sockets(pid);
  return known->second;
}

}  // namespace

void find_ends(std::vector<ProcessReading>& readings) {
  std::set<std::string> wanted;
  std::map<std::string, SocketTable> tables;
  for (const ProcessReading& reading : readings) {
    for (const HangDescriptor& descriptor : reading.process.descriptors) {
      if (descriptor.kind == "pipe" || descriptor.kind == "named pipe" || descriptor.kind == "eventfd" ||
          descriptor.kind == "socket")
        wanted.insert(descriptor.target);
      if (descriptor.kind != "socket") continue;
      const SocketTable& table = table_for(reading.process.pid, tables);
      const auto state = table.sockets.find(inode_of(descriptor.target));
      if (state != table.sockets.end() && state->second.peer != 0) wanted.insert(socket_target(state->second.peer));
    }
  }
  if (wanted.empty()) return;
  const MachineDescriptors machine(wanted);
  for (ProcessReading& reading : readings) {
    const std::int32_t pid = reading.process.pid;
    for (HangDescriptor& descriptor : reading.process.descriptors) {
      if (descriptor.kind == "pipe" || descriptor.kind == "named pipe") pair_pipe(machine, pid, descriptor);
      if (descriptor.kind == "eventfd") pair_eventfd(machine, pid, descriptor);
      if (descriptor.kind == "socket") pair_socket(machine, table_for(pid, tables), pid, descriptor);
    }
  }
}

}  // namespace wedge::diagnose
