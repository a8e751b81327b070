// Compares addresses with the loopback and with this process's own listening sockets.
#include "harness/runtime/intercept/addresses.h"

#include <netinet/in.h>
#include <sys/un.h>

#include <cstring>

#include "harness/runtime/intercept/descriptor_call.h"

namespace wedge::runtime {

namespace {

union Address {
  sockaddr general;
  sockaddr_in four;
  sockaddr_in6 six;
  sockaddr_storage any;
};

bool is_local(const in_addr& address) {
  const std::uint32_t number = ntohl(address.s_addr);
  return number == INADDR_ANY || (number >> 24) == 127;
}

bool is_local(const in6_addr& address) {
  if (IN6_IS_ADDR_LOOPBACK(&address) || IN6_IS_ADDR_UNSPECIFIED(&address)) return true;
  in_addr four{};
  std::memcpy(&four, address.s6_addr + 12, sizeof four);
  return IN6_IS_ADDR_V4MAPPED(&address) && is_local(four);
}

bool is_internet(const Address& address) {
  return address.general.sa_family == AF_INET || address.general.sa_family == AF_INET6;
}

in_port_t port_of(const Address& address) {
  return address.general.sa_family == AF_INET ? address.four.sin_port : address.six.sin6_port;
}

bool name_of(long number, int fd, Address& address) {
  socklen_t size = sizeof address;
  return kernel(number, fd, &address, &size) == 0;
}

bool listens_at(int fd, in_port_t port) {
  int listening = 0;
  socklen_t size = sizeof listening;
  if (kernel(SYS_getsockopt, fd, SOL_SOCKET, SO_ACCEPTCONN, &listening, &size) != 0 || listening == 0) return false;
  Address own{};
  return name_of(SYS_getsockname, fd, own) && is_internet(own) && port_of(own) == port;
}

bool anybody_here_listens_at(in_port_t port) {
  for (int fd = 0; fd <= highest_descriptor(); ++fd)
    if (kind_of_descriptor(fd) == DescriptorKind::socket && listens_at(fd, port)) return true;
  return false;
}

bool is_connected_here(int fd, const Address& peer) {
  if (is_internet(peer)) return anybody_here_listens_at(port_of(peer));
  ucred listener{};
  socklen_t size = sizeof listener;
  if (kernel(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) return true;
  return listener.pid == static_cast<pid_t>(raw::call(SYS_getpid));
}

}  // namespace

void refuse_outside(const void* address, socklen_t size, const char* what) {
  if (address == nullptr || size < sizeof(sa_family_t)) return;
  Address to{};
  std::memcpy(&to, address, size < sizeof to ? size : sizeof to);
  bool outside = false;
  if (to.general.sa_family == AF_INET) outside = !is_local(to.four.sin_addr);
  if (to.general.sa_family == AF_INET6) outside = !is_local(to.six.sin6_addr);
  if (to.general.sa_family == AF_VSOCK) outside = true;
  if (outside) unsupported(what, "the address is not one of this machine's loopback, so the other end is not in this process");
}

void refuse_outside_listener(int fd) {
  Address peer{};
  int type = 0;
  socklen_t size = sizeof type;
  if (kernel(SYS_getsockopt, fd, SOL_SOCKET, SO_TYPE, &type, &size) != 0 || type == SOCK_DGRAM) return;
  if (!name_of(SYS_getpeername, fd, peer) || is_connected_here(fd, peer)) return;
  unsupported("connect", "nobody in this process listens there, so the other end is another process");
}

}  // namespace wedge::runtime
