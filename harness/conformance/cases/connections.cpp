// Conformance of listening and connecting: AF_UNIX, TCP and UDP over the loopback.
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "connections";

// An address of either family, as the calls want it.
class Address {
 public:
  // A name outside the file system, which nobody else uses.
  static Address local(const char* suffix) {
    Address address;
    auto& local = reinterpret_cast<sockaddr_un&>(address.storage_);
    local.sun_family = AF_UNIX;
    const std::string name = "wedge-conformance-" + std::to_string(unique_number()) + '-' + suffix;
    std::memcpy(local.sun_path + 1, name.data(), name.size());
    address.size_ = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    return address;
  }
  static Address loopback(std::uint16_t port = 0) {
    Address address;
    auto& internet = reinterpret_cast<sockaddr_in&>(address.storage_);
    internet.sin_family = AF_INET;
    internet.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    internet.sin_port = htons(port);
    address.size_ = sizeof internet;
    return address;
  }
  static Address of(int socket) {
    Address address;
    address.size_ = sizeof address.storage_;
    getsockname(socket, address.data(), &address.size_);
    return address;
  }

  sockaddr* data() { return reinterpret_cast<sockaddr*>(&storage_); }
  socklen_t size() const { return size_; }
  int family() const { return storage_.ss_family; }
  int port() const { return ntohs(reinterpret_cast<const sockaddr_in&>(storage_).sin_port); }

 private:
  sockaddr_storage storage_{};
  socklen_t size_ = 0;
};

Descriptor listening(Address address, int backlog = 8, int flags = 0) {
  Descriptor socket(::socket(address.family(), SOCK_STREAM | flags, 0));
  if (bind(socket, address.data(), address.size()) != 0) record_error("bind", errno);
  if (listen(socket, backlog) != 0) record_error("listen", errno);
  return socket;
}

// Connects a new socket; the error in errno.
Descriptor connected(Address address) {
  Descriptor socket(::socket(address.family(), SOCK_STREAM, 0));
  if (connect(socket, address.data(), address.size()) != 0) socket.close();
  return socket;
}

Descriptor accepted(int listener) { return Descriptor(accept(listener, nullptr, nullptr)); }

std::string receive(int socket, int flags = 0) {
  std::array<char, 100> bytes{};
  const ssize_t count = recv(socket, bytes.data(), bytes.size(), flags);
  return count < 0 ? name_of_error(errno) : std::string(bytes.data(), static_cast<std::size_t>(count));
}

long send_text(int socket, std::string_view text) { return send(socket, text.data(), text.size(), MSG_NOSIGNAL); }

// A client and a server exchange a word each.
void converse(Address address) {
  const Descriptor listener = listening(address);
  const Address actual = Address::of(listener);
  std::string asked;
  std::thread server([&] {
    const Descriptor socket = accepted(listener);
    asked = receive(socket);
    send_text(socket, "answer");
  });
  {
    const Descriptor client = connected(actual);
    record_call("send", send_text(client, "question"));
    record("answer", receive(client));
    record("end", receive(client).size());
  }
  server.join();
  record("question", asked);
}

CASE(local_client_and_server_converse) { converse(Address::local("converse")); }
CASE(tcp_client_and_server_converse) { converse(Address::loopback()); }

CASE(accept_blocks_until_somebody_connects) {
  for (Address address : {Address::local("blocks"), Address::loopback()}) {
    const Descriptor listener = listening(address);
    bool accepted_one = false;
    std::thread server([&] { accepted_one = accepted(listener) >= 0; });
    for (int i = 0; i < 5; ++i) sched_yield();
    const Descriptor client = connected(Address::of(listener));
    record("connected", client >= 0);
    server.join();
    record("accepted", accepted_one);
  }
}

CASE(connection_may_wait_for_its_accept) {
  for (Address address : {Address::local("waits"), Address::loopback()}) {
    const Descriptor listener = listening(address);
    const Descriptor first = connected(Address::of(listener));
    const Descriptor second = connected(Address::of(listener));
    record_call("send", send_text(first, "first"));
    record_call("send", send_text(second, "second"));
    record("in order", receive(accepted(listener)));
    record("in order", receive(accepted(listener)));
  }
}

CASE(local_connect_blocks_while_the_queue_is_full) {
  const Address address = Address::local("full");
  const Descriptor listener = listening(address, 0);
  const Descriptor first = connected(address);
  bool second_connected = false;
  std::thread client([&] { second_connected = connected(address) >= 0; });
  for (int i = 0; i < 5; ++i) sched_yield();
  const Descriptor one = accepted(listener);
  const Descriptor two = accepted(listener);
  client.join();
  record("connected", second_connected);
}

CASE(nonblocking_accept_is_eagain) {
  for (Address address : {Address::local("nonblocking"), Address::loopback()}) {
    const Descriptor listener = listening(address, 8, SOCK_NONBLOCK);
    record_call("accept", accept(listener, nullptr, nullptr));
    const Descriptor client = connected(Address::of(listener));
    pollfd entry{listener, POLLIN, 0};
    record_call("poll", poll(&entry, 1, -1));
    const Descriptor socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    record("accepted", socket >= 0);
    record("nonblocking", receive(socket));
    record("close-on-exec", fcntl(socket, F_GETFD));
  }
}

CASE(refused_and_wrong_calls) {
  record("nobody listens locally", connected(Address::local("nobody")) >= 0 ? "yes" : name_of_error(errno));
  Descriptor gone = listening(Address::loopback());
  const Address unused = Address::of(gone);
  gone.close();
  record("nobody listens", connected(unused) >= 0 ? "yes" : name_of_error(errno));
  const Descriptor plain(socket(AF_INET, SOCK_STREAM, 0));
  record_call("accept without listen", accept(plain, nullptr, nullptr));
  record_call("accept on nothing", accept(-1, nullptr, nullptr));
  record_call("listen on nothing", listen(-1, 1));
  record_call("send unconnected", send_text(plain, "x"));
  record("receive unconnected", receive(plain));
  Address address = Address::local("in use");
  const Descriptor first = listening(address);
  const Descriptor second(socket(AF_UNIX, SOCK_STREAM, 0));
  record_call("address in use", bind(second, address.data(), address.size()));
  const Descriptor client = connected(address);
  record_call("connect again", connect(client, address.data(), address.size()));
  record_call("accept flags", accept4(first, nullptr, nullptr, 0x40));
  const Pipe pipe;
  record_call("connect a pipe", connect(pipe.reader, address.data(), address.size()));
}

CASE(nonblocking_connect_ends_in_the_background) {
  const Descriptor listener = listening(Address::loopback());
  Address address = Address::of(listener);
  const Descriptor client(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0));
  record_call("connect", connect(client, address.data(), address.size()));
  pollfd entry{client, POLLOUT, 0};
  record_call("poll", poll(&entry, 1, -1));
  int error = -1;
  socklen_t size = sizeof error;
  record_call("getsockopt", getsockopt(client, SOL_SOCKET, SO_ERROR, &error, &size));
  record_error("error", error);
  record_call("connect again", connect(client, address.data(), address.size()));
}

CASE(tcp_shutdown_and_close_end_the_stream) {
  const Descriptor listener = listening(Address::loopback());
  Descriptor client = connected(Address::of(listener));
  Descriptor server = accepted(listener);
  send_text(client, "last");
  record_call("shutdown", shutdown(client, SHUT_WR));
  std::string all;
  for (std::string part = receive(server); !part.empty(); part = receive(server)) all += part;
  record("all", all);
  record_call("back", send_text(server, "answer"));
  record("answer", receive(client));
  server.close();
  record("end", receive(client).size());
}

CASE(tcp_reset_is_seen) {
  const Descriptor listener = listening(Address::loopback());
  const Descriptor client = connected(Address::of(listener));
  Descriptor server = accepted(listener);
  const linger at_once{1, 0};
  setsockopt(server, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  server.close();
  record("receive", receive(client));
  record_call("send", send_text(client, "x"));
}

CASE(tcp_carries_much) {
  const Descriptor listener = listening(Address::loopback());
  constexpr std::size_t size = 3'000'000;
  std::thread server([&] {
    const Descriptor socket = accepted(listener);
    const std::string data(size, 'x');
    std::size_t sent = 0;
    while (sent < size) sent += static_cast<std::size_t>(send_text(socket, std::string_view(data).substr(sent)));
  });
  const Descriptor client = connected(Address::of(listener));
  std::string buffer(100'000, '\0');
  std::size_t received = 0;
  for (;;) {
    const ssize_t count = recv(client, buffer.data(), buffer.size(), 0);
    if (count <= 0) break;
    received += static_cast<std::size_t>(count);
  }
  server.join();
  record("received", received);
}

CASE(names_and_options) {
  const Descriptor listener = listening(Address::loopback());
  record("port", Address::of(listener).port() != 0);
  const Descriptor client = connected(Address::of(listener));
  Address peer;
  socklen_t size = sizeof(sockaddr_storage);
  record_call("getpeername", getpeername(client, peer.data(), &size));
  record("peer's port", peer.port() == Address::of(listener).port());
  Address seen;
  size = sizeof(sockaddr_storage);
  const Descriptor server(accept(listener, seen.data(), &size));
  record("client's port", seen.port() == Address::of(client).port());
  const int on = 1;
  record_call("no delay", setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on));
  record_call("reuse", setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
  record_call("option of nothing", setsockopt(-1, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on));
}

CASE(udp_datagrams_are_delivered) {
  const Descriptor receiver(socket(AF_INET, SOCK_DGRAM, 0));
  Address any = Address::loopback();
  record_call("bind", bind(receiver, any.data(), any.size()));
  Address address = Address::of(receiver);
  const Descriptor sender(socket(AF_INET, SOCK_DGRAM, 0));
  std::string text;
  std::thread waiter([&] {
    std::array<char, 100> bytes{};
    Address from;
    socklen_t size = sizeof(sockaddr_storage);
    const ssize_t count = recvfrom(receiver, bytes.data(), bytes.size(), 0, from.data(), &size);
    text.assign(bytes.data(), static_cast<std::size_t>(count));
  });
  record_call("sendto", sendto(sender, "hello", 5, 0, address.data(), address.size()));
  waiter.join();
  record("text", text);
  record_call("without address", send_text(sender, "x"));
  record("nothing left", receive(receiver, MSG_DONTWAIT));
}

CASE(epoll_server_serves_three_clients) {
  const Descriptor listener = listening(Address::local("epoll"), 8, SOCK_NONBLOCK);
  const Address address = Address::of(listener);
  std::atomic<int> answered{0};
  std::thread clients[3];
  for (auto& client : clients)
    client = std::thread([&] {
      const Descriptor socket = connected(address);
      send_text(socket, "ask");
      answered += receive(socket) == "told";
    });
  const Descriptor set(epoll_create1(0));
  epoll_event event{EPOLLIN, {.fd = listener}};
  epoll_ctl(set, EPOLL_CTL_ADD, listener, &event);
  std::array<Descriptor, 3> sockets;
  std::size_t known = 0;
  for (int served = 0; served < 3;) {
    epoll_wait(set, &event, 1, -1);
    if (event.data.fd == listener) {
      sockets[known] = accepted(listener);
      epoll_event added{EPOLLIN, {.fd = sockets[known]}};
      epoll_ctl(set, EPOLL_CTL_ADD, sockets[known++], &added);
    } else {
      const int socket = event.data.fd;
      receive(socket);
      send_text(socket, "told");
      epoll_ctl(set, EPOLL_CTL_DEL, socket, nullptr);
      ++served;
    }
  }
  for (auto& client : clients) client.join();
  record("answered", answered.load());
}

CASE_ONE_OF(two_clients_are_accepted_in_either_order) {
  for (Address address : {Address::local("order"), Address::loopback()}) {
    const Descriptor listener = listening(address);
    const Address actual = Address::of(listener);
    const auto connect_and_say = [&](const char* who) {
      const Descriptor socket = connected(actual);
      send_text(socket, who);
      receive(socket);  // until the server closes
    };
    std::thread first(connect_and_say, "a");
    std::thread second(connect_and_say, "b");
    std::string order;
    for (int i = 0; i < 2; ++i) order += receive(accepted(listener));
    first.join();
    second.join();
    record_one_of("order", order, {"ab", "ba"});
  }
}

CASE_ONE_OF(either_of_two_acceptors_gets_the_client) {
  const Descriptor listener = listening(Address::local("acceptors"));
  const Address address = Address::of(listener);
  Events events;
  std::atomic<int> served{0};
  const auto accept_one = [&](const char* who) {
    const Descriptor socket = accepted(listener);
    events.add(who);
    ++served;
  };
  std::thread first(accept_one, "first");
  std::thread second(accept_one, "second");
  const Descriptor one = connected(address);
  poll_until([&] { return served == 1; });
  const Descriptor two = connected(address);
  first.join();
  second.join();
  record_one_of("order", events.text(), {"first,second", "second,first"});
}

CASE_ONE_OF(connect_races_with_listen) {
  Address address = Address::local("listen");
  const Descriptor listener(socket(AF_UNIX, SOCK_STREAM, 0));
  std::thread server([&] {
    if (bind(listener, address.data(), address.size()) == 0) listen(listener, 8);
  });
  const Descriptor client(socket(AF_UNIX, SOCK_STREAM, 0));
  const int result = connect(client, address.data(), address.size()) == 0 ? 0 : errno;
  server.join();
  record_one_of("connect", name_of_error(result), {"0", "ECONNREFUSED"});
}

CASE_ONE_OF(nonblocking_accept_races_with_connect) {
  const Descriptor listener = listening(Address::local("accept"), 8, SOCK_NONBLOCK);
  std::thread client([&] { connected(Address::of(listener)); });
  const bool is_accepted = accepted(listener) >= 0;
  client.join();
  record_one_of("accepted", is_accepted ? "yes" : "no", {"yes", "no"});
}

}  // namespace
}  // namespace conformance
