// Asks the kernel for the peers of unix sockets by netlink, and reads those of TCP in /proc.
#include "harness/diagnose/socket_tables.h"

#include <array>
#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include "harness/diagnose/proc_files.h"

namespace wedge::diagnose {
namespace {

constexpr int patience_ms = 1000;
constexpr unsigned state_listening = 10;  // TCP_LISTEN, which unix sockets use, too
constexpr unsigned state_connected = 1;   // TCP_ESTABLISHED
constexpr std::uint32_t all_states = ~0U;

bool send_request(int netlink) {
  struct {
    nlmsghdr header;
    unix_diag_req request;
  } message{};
  message.header.nlmsg_len = sizeof message;
  message.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  message.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  message.request.sdiag_family = AF_UNIX;
  message.request.udiag_states = all_states;
  message.request.udiag_show = UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN | UDIAG_SHOW_NAME;
  return send(netlink, &message, sizeof message, 0) == static_cast<ssize_t>(sizeof message);
}

std::string name_from(const rtattr* attribute) {
  std::string name(static_cast<const char*>(RTA_DATA(attribute)), RTA_PAYLOAD(attribute));
  while (!name.empty() && name.back() == '\0') name.pop_back();
  if (!name.empty() && name.front() == '\0') name.front() = '@';
  return name;
}

void add_unix_socket(const nlmsghdr* header, SocketTable& table) {
  const auto* message = static_cast<const unix_diag_msg*>(NLMSG_DATA(header));
  SocketState& state = table.sockets[message->udiag_ino];
  state.kind = "unix socket";
  state.listening = message->udiag_state == state_listening;
  state.connected = message->udiag_state == state_connected;
  auto left = static_cast<int>(header->nlmsg_len - NLMSG_LENGTH(sizeof *message));
  const auto* attribute = reinterpret_cast<const rtattr*>(message + 1);
  for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
    if (attribute->rta_type == UNIX_DIAG_PEER) state.peer = *static_cast<const std::uint32_t*>(RTA_DATA(attribute));
    if (attribute->rta_type == UNIX_DIAG_NAME) state.addresses = name_from(attribute);
    if (attribute->rta_type == UNIX_DIAG_RQLEN && !state.listening)
      state.unread = static_cast<const unix_diag_rqlen*>(RTA_DATA(attribute))->udiag_rqueue;
  }
}

// False: the end was not reached.
bool receive_all(int netlink, SocketTable& table) {
  std::vector<char> buffer(65536);
  while (true) {
    pollfd ready{netlink, POLLIN, 0};
    if (poll(&ready, 1, patience_ms) != 1) return false;
    const ssize_t count = recv(netlink, buffer.data(), buffer.size(), 0);
    if (count <= 0) return false;
    auto left = static_cast<unsigned>(count);
    for (auto* header = reinterpret_cast<nlmsghdr*>(buffer.data()); NLMSG_OK(header, left);
         header = NLMSG_NEXT(header, left)) {
      if (header->nlmsg_type == NLMSG_DONE) return true;
      if (header->nlmsg_type == NLMSG_ERROR) return false;
      add_unix_socket(header, table);
    }
  }
}

void read_unix_sockets_here(SocketTable& table) {
  const int netlink = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return;
  table.unix_known = send_request(netlink) && receive_all(netlink, table);
  close(netlink);
}

// Netlink answers for the network that the asking thread lives in.
void read_unix_sockets(std::int32_t pid, SocketTable& table) {
  const std::string network = process_path(pid) + "/ns/net";
  if (read_link(network) == read_link("/proc/self/ns/net")) return read_unix_sockets_here(table);
  std::thread([&] {
    const int space = open(network.c_str(), O_RDONLY | O_CLOEXEC);
    if (space < 0) return;
    if (setns(space, CLONE_NEWNET) == 0) read_unix_sockets_here(table);
    close(space);
  }).join();
}

struct Connection {
  std::uint64_t inode = 0;
  std::string local, remote;
};

// An IPv4 connection may be written the IPv6 way at one of its ends.
std::string plain_address(const std::string& address) {
  static const std::string mapped = "0000000000000000FFFF0000";
  return address.starts_with(mapped) ? address.substr(mapped.size()) : address;
}

std::string readable(const std::string& address) {
  unsigned host = 0, port = 0;
  if (address.find(':') != 8 || std::sscanf(address.c_str(), "%8x:%4x", &host, &port) != 2) return address;
  char text[32];
  std::snprintf(text, sizeof text, "%u.%u.%u.%u:%u", host & 255, host >> 8 & 255, host >> 16 & 255, host >> 24, port);
  return text;
}

void add_connection(const char* line, const char* kind, SocketTable& table, std::vector<Connection>& connections) {
  char local[64], remote[64];
  unsigned state = 0;
  unsigned long receive_queue = 0, inode = 0;
  if (std::sscanf(line, " %*d: %63s %63s %x %*x:%lx %*x:%*x %*x %*u %*u %lu", local, remote, &state, &receive_queue,
                  &inode) != 5 ||
      inode == 0)
    return;
  connections.push_back({inode, plain_address(local), plain_address(remote)});
  SocketState& socket = table.sockets[inode];
  socket.kind = kind;
  socket.listening = state == state_listening;
  socket.connected = state == state_connected;
  socket.addresses = readable(connections.back().local);
  if (!socket.listening) {
    socket.addresses += " to " + readable(connections.back().remote);
    socket.unread = receive_queue;
  }
}

void read_internet_sockets(const std::string& path, const char* kind, SocketTable& table,
                           std::vector<Connection>& connections) {
  const std::string text = read_whole(path).value_or("");
  for (std::size_t at = text.find('\n'); at != std::string::npos && at + 1 < text.size(); at = text.find('\n', at + 1))
    add_connection(text.c_str() + at + 1, kind, table, connections);
}

void pair(const std::vector<Connection>& connections, SocketTable& table) {
  std::map<std::pair<std::string, std::string>, std::uint64_t> by_ends;
  for (const Connection& connection : connections) by_ends[{connection.local, connection.remote}] = connection.inode;
  for (const Connection& connection : connections) {
    const auto other = by_ends.find({connection.remote, connection.local});
    if (other != by_ends.end() && other->second != connection.inode)
      table.sockets[connection.inode].peer = other->second;
  }
}

}  // namespace

SocketTable read_sockets(std::int32_t pid) {
  SocketTable table;
  read_unix_sockets(pid, table);
  const std::string network = process_path(pid) + "/net/";
  std::vector<Connection> connections;
  read_internet_sockets(network + "tcp", "tcp socket", table, connections);
  read_internet_sockets(network + "tcp6", "tcp socket", table, connections);
  pair(connections, table);
  connections.clear();
  read_internet_sockets(network + "udp", "udp socket", table, connections);
  read_internet_sockets(network + "udp6", "udp socket", table, connections);
  return table;
}

}  // namespace wedge::diagnose
