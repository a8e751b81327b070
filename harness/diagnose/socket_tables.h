// All sockets of a network namespace and which is connected to which.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace wedge::diagnose {

struct SocketState {
  std::string kind;        // "unix socket", "tcp socket", "udp socket"
  std::uint64_t peer = 0;  // the inode at the other end; 0: there is none on this machine
  bool listening = false;
  bool connected = false;
  std::string addresses;  // "127.0.0.1:4000 to 127.0.0.1:5000"
  std::optional<std::uint64_t> unread;
};

struct SocketTable {
  std::map<std::uint64_t, SocketState> sockets;  // by inode
  bool unix_known = false;                       // whether peers of unix sockets could be asked for
};

// As the process sees the network.
SocketTable read_sockets(std::int32_t pid);

}  // namespace wedge::diagnose
