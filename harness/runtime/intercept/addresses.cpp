// Compares addresses with the loopback and with this process's own listening sockets.
#include "harness/runtime/intercept/addresses.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
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

int option_of(int fd, int option) {
  int value = 0;
  socklen_t size = sizeof value;
  return kernel(SYS_getsockopt, fd, SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool has_port(int fd, in_port_t port) {
  Address own{};
  return name_of(SYS_getsockname, fd, own) && is_internet(own) && port_of(own) == port;
}

// A socket of ours with that port; -1: none.
int socket_at(in_port_t port, bool listening) {
  for (int fd = 0; fd <= highest_descriptor(); ++fd)
    if (kind_of_descriptor(fd) == DescriptorKind::socket && (!listening || option_of(fd, SO_ACCEPTCONN) == 1) &&
        has_port(fd, port))
      return fd;
  return -1;
}

Address address_at(const void* place, socklen_t size) {
  Address address{};
  if (place != nullptr && size >= sizeof(sa_family_t))
    std::memcpy(&address, place, size < sizeof address ? size : sizeof address);
  return address;
}

bool is_connected_here(int fd, const Address& peer) {
  if (is_internet(peer)) return socket_at(port_of(peer), true) >= 0;
  ucred listener{};
  socklen_t size = sizeof listener;
  if (kernel(SYS_getsockopt, fd, SOL_SOCKET, SO_PEERCRED, &listener, &size) != 0) return true;
  return listener.pid == static_cast<pid_t>(raw::call(SYS_getpid));
}

}  // namespace

void refuse_outside(const void* address, socklen_t size, const char* what) {
  const Address to = address_at(address, size);
  bool outside = false;
  if (to.general.sa_family == AF_INET) outside = !is_local(to.four.sin_addr);
  if (to.general.sa_family == AF_INET6) outside = !is_local(to.six.sin6_addr);
  if (to.general.sa_family == AF_VSOCK) outside = true;
  if (outside)
    unsupported(what, "the address is not one of this machine's loopback, so the other end is not in this process");
}

void refuse_outside_listener(int fd) {
  Address peer{};
  if (option_of(fd, SO_TYPE) == SOCK_DGRAM) return;
  if (!name_of(SYS_getpeername, fd, peer) || is_connected_here(fd, peer)) return;
  unsupported("connect", "nobody in this process listens there, so the other end is another process");
}

bool is_listener_full(int fd, const sockaddr* address, socklen_t size) {
  const Address to = address_at(address, size);
  if (!is_internet(to) || option_of(fd, SO_TYPE) != SOCK_STREAM) return false;
  const int listener = socket_at(port_of(to), true);
  if (listener < 0) return false;
  tcp_info information{};
  socklen_t room = sizeof information;
  if (kernel(SYS_getsockopt, listener, IPPROTO_TCP, TCP_INFO, &information, &room) != 0) return false;
  // Of a listener these two are the length of its queue and the limit that listen() set.
  return information.tcpi_unacked > information.tcpi_sacked;
}

bool is_port_used_here(const sockaddr* address, socklen_t size) {
  return is_internet_address(address, size) && socket_at(port_of(address_at(address, size)), false) >= 0;
}

bool is_internet_address(const sockaddr* address, socklen_t size) { return is_internet(address_at(address, size)); }

}  // namespace wedge::runtime
