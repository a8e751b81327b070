// Reads the arrays that poll and select were given, and the members of epoll sets.
#include "harness/diagnose/descriptor_waits.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include <poll.h>
#include <sys/epoll.h>
#include <sys/syscall.h>

#include "harness/diagnose/system_calls.h"

namespace wedge::diagnose {
namespace {

constexpr std::uint64_t most_members = 4096;

std::string direction(bool in, bool out) { return in && out ? "in out" : out ? "out" : "in"; }

std::vector<model::WaitDescriptor> from_poll(const AddressSpace& memory, const SystemCallFile& call) {
  std::vector<pollfd> members(std::min(call.arguments[1], most_members));
  std::vector<model::WaitDescriptor> result;
  if (!memory.read(call.arguments[0], members.data(), members.size() * sizeof(pollfd))) return result;
  for (const pollfd& member : members) {
    if (member.fd < 0) continue;
    const bool out = (member.events & (POLLOUT | POLLWRNORM | POLLWRBAND)) != 0;
    const bool in = (member.events & (POLLIN | POLLRDNORM | POLLRDBAND | POLLPRI)) != 0;
    result.push_back({member.fd, in || out ? direction(in, out) : "", false});
  }
  return result;
}

std::vector<model::WaitDescriptor> from_select(const AddressSpace& memory, const SystemCallFile& call) {
  const std::uint64_t count = std::min(call.arguments[0], most_members);
  std::array<std::vector<std::uint64_t>, 2> sets;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    sets[i].resize((count + 63) / 64);
    const std::uint64_t address = call.arguments[i + 1];
    if (address == 0 || !memory.read(address, sets[i].data(), sets[i].size() * 8))
      std::ranges::fill(sets[i], std::uint64_t{0});
  }
  const auto has = [](const std::vector<std::uint64_t>& set, std::uint64_t bit) {
    return (set[bit / 64] >> bit % 64 & 1) != 0;
  };
  std::vector<model::WaitDescriptor> result;
  for (std::uint64_t i = 0; i < count; ++i) {
    const bool in = has(sets[0], i);
    const bool out = has(sets[1], i);
    if (in || out) result.push_back({static_cast<std::int32_t>(i), direction(in, out), false});
  }
  return result;
}

std::vector<model::WaitDescriptor> from_epoll(const AddressSpace& memory, const SystemCallFile& call) {
  std::vector<model::WaitDescriptor> result;
  for (const EpollMember& member : epoll_members(memory.pid(), static_cast<std::int32_t>(call.arguments[0]))) {
    const bool out = (member.events & EPOLLOUT) != 0;
    const bool in = (member.events & (EPOLLIN | EPOLLPRI)) != 0;
    const bool edge = (member.events & EPOLLET) != 0;
    result.push_back({member.descriptor, in || out ? direction(in, out) : "", false, edge});
  }
  return result;
}

}  // namespace

std::vector<EpollMember> epoll_members(std::int32_t pid, std::int32_t epoll) {
  std::vector<EpollMember> members;
  const std::string text = read_whole(process_path(pid) + "/fdinfo/" + std::to_string(epoll)).value_or(std::string());
  for (std::size_t at = text.find("tfd:"); at != std::string::npos; at = text.find("tfd:", at + 1)) {
    EpollMember member;
    if (std::sscanf(text.c_str() + at, "tfd: %d events: %x", &member.descriptor, &member.events) == 2)
      members.push_back(member);
  }
  return members;
}

std::vector<model::WaitDescriptor> descriptors_of(const AddressSpace& memory, const SystemCallFile& call,
                                                  model::WaitKind kind) {
  using enum model::WaitKind;
  const bool is_select = call.number == SYS_select || call.number == SYS_pselect6;
  if (kind == poll) return is_select ? from_select(memory, call) : from_poll(memory, call);
  if (kind == epoll) return from_epoll(memory, call);
  const SystemCall* known = system_call(call.number);
  if (known == nullptr || known->descriptor < 0) return {};
  const auto descriptor = static_cast<std::int32_t>(call.arguments[static_cast<std::size_t>(known->descriptor)]);
  const bool out = kind == write || kind == connect;
  return {{descriptor, kind == file_lock || kind == other ? "" : direction(!out, out), false}};
}

}  // namespace wedge::diagnose
