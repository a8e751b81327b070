// Conformance of connected local sockets: streams, datagrams, flags, shutdown, timeouts and passed descriptors.
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include "harness/conformance/support.h"

namespace conformance {
namespace {

constexpr const char* case_family = "sockets";

std::string receive(int socket, int flags = 0, std::size_t limit = 100) {
  std::string text(limit, '\0');
  const ssize_t count = recv(socket, text.data(), text.size(), flags);
  if (count < 0) return name_of_error(errno);
  text.resize(static_cast<std::size_t>(count));
  return text;
}

long send_text(int socket, std::string_view text, int flags = MSG_NOSIGNAL) {
  return send(socket, text.data(), text.size(), flags);
}

CASE(stream_joins_what_datagrams_keep_apart) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    const SocketPair sockets(type);
    record_call("send", send_text(sockets.left, "one"));
    record_call("send", send_text(sockets.left, "two"));
    record("received", receive(sockets.right));
    record("short", receive(sockets.right, MSG_DONTWAIT, 2));
    record("rest", receive(sockets.right, MSG_DONTWAIT));
    int seen = -1;
    socklen_t size = sizeof seen;
    record_call("type", getsockopt(sockets.left, SOL_SOCKET, SO_TYPE, &seen, &size));
    record("kept", seen == type);
  }
}

CASE(receive_flags) {
  const SocketPair sockets(SOCK_STREAM);
  record("nothing there", receive(sockets.right, MSG_DONTWAIT));
  send_text(sockets.left, "abcdef");
  record("peek", receive(sockets.right, MSG_PEEK, 3));
  record("all of it", receive(sockets.right, MSG_WAITALL, 6));
  const SocketPair datagrams(SOCK_DGRAM);
  send_text(datagrams.left, "abcdef");
  std::array<char, 3> small{};
  record_call("truncated", recv(datagrams.right, small.data(), small.size(), MSG_TRUNC));
  record_call("on nothing", recv(-1, small.data(), small.size(), 0));
  const Pipe pipe;
  record_call("on a pipe", recv(pipe.reader, small.data(), small.size(), 0));
  record_call("send on a pipe", send(pipe.writer, small.data(), small.size(), 0));
}

CASE(receiver_blocks_until_something_is_sent) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    const SocketPair sockets(type);
    std::string text;
    std::thread receiver([&] { text = receive(sockets.right); });
    for (int i = 0; i < 5; ++i) sched_yield();
    send_text(sockets.left, "hello");
    receiver.join();
    record("text", text);
  }
}

CASE(waitall_waits_for_all) {
  const SocketPair sockets(SOCK_STREAM);
  std::string text;
  std::thread receiver([&] { text = receive(sockets.right, MSG_WAITALL, 6); });
  send_text(sockets.left, "abc");
  sched_yield();
  send_text(sockets.left, "def");
  receiver.join();
  record("text", text);
}

CASE(read_and_write_work_on_sockets) {
  const SocketPair sockets(SOCK_STREAM);
  std::array<char, 10> bytes{};
  ssize_t count = -1;
  std::thread reader([&] { count = read(sockets.right, bytes.data(), bytes.size()); });
  record_call("write", write(sockets.left, "hello", 5));
  reader.join();
  record("count", count);
  record("bytes", bytes.data());
}

CASE(shutdown_ends_one_direction) {
  const SocketPair sockets(SOCK_STREAM);
  send_text(sockets.left, "last");
  record_call("shutdown", shutdown(sockets.left, SHUT_WR));
  record_call("send", send_text(sockets.left, "more"));
  record("received", receive(sockets.right));
  record("then the end", receive(sockets.right).size());
  record_call("back", send_text(sockets.right, "answer"));
  record("answer", receive(sockets.left));
  record_call("how", shutdown(sockets.left, 77));
  record_call("of nothing", shutdown(-1, SHUT_WR));
  record_call("read side", shutdown(sockets.left, SHUT_RD));
  record("reads nothing", receive(sockets.left).size());
  record_call("peer cannot send", send_text(sockets.right, "x"));
}

CASE(shutdown_wakes_a_blocked_receiver) {
  const SocketPair sockets(SOCK_STREAM);
  std::string own = "?";
  std::string peer = "?";
  std::thread first([&] { own = receive(sockets.left); });
  std::thread second([&] { peer = receive(sockets.right); });
  for (int i = 0; i < 5; ++i) sched_yield();
  record_call("shutdown", shutdown(sockets.left, SHUT_RDWR));
  first.join();
  second.join();
  record("own", own.size());
  record("peer", peer.size());
}

CASE(closing_the_peer_is_an_end_or_a_reset) {
  SocketPair clean(SOCK_STREAM);
  clean.right.close();
  record("clean", receive(clean.left).size());
  record_call("send", send_text(clean.left, "x"));
  SocketPair unread(SOCK_STREAM);
  send_text(unread.left, "never read");
  unread.right.close();
  record("unread", receive(unread.left));
  record("after the reset", receive(unread.left).size());
}

CASE(large_send_blocks_until_it_is_drained) {
  const SocketPair sockets(SOCK_STREAM);
  constexpr std::size_t size = 1'000'000;
  long sent = -1;
  std::thread sender([&] { sent = send_text(sockets.left, std::string(size, 'x')); });
  std::size_t received = 0;
  while (received < size) received += receive(sockets.right, 0, 50'000).size();
  sender.join();
  record("sent", sent);
  record("received", received);
}

CASE(nonblocking_send_is_eagain_when_full) {
  const SocketPair sockets(SOCK_STREAM);
  record("fitted", fill(sockets.left) > 0);
  record_call("send", send_text(sockets.left, "x", MSG_DONTWAIT | MSG_NOSIGNAL));
}

CASE(blocked_datagram_sender_goes_on) {
  const SocketPair sockets(SOCK_DGRAM);
  int queued = 0;
  while (send_text(sockets.left, "x", MSG_DONTWAIT) == 1) ++queued;
  long result = -1;
  std::thread sender([&] { result = send_text(sockets.left, "last"); });
  std::string last;
  for (int i = 0; i <= queued; ++i) last = receive(sockets.right);
  sender.join();
  record("sent", result);
  record("last", last);
}

CASE(receive_timeout_expires) {
  const SocketPair sockets(SOCK_STREAM);
  const timeval timeout{0, 20'000};
  record_call("set", setsockopt(sockets.left, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout));
  const Stopwatch watch;
  record("receive", receive(sockets.left));
  record("waited", watch.at_least_ms(16));  // the kernel counts in ticks
  send_text(sockets.right, "there");
  record("with data", receive(sockets.left));
}

CASE(send_timeout_expires) {
  const SocketPair sockets(SOCK_STREAM);
  fill(sockets.left);
  fcntl(sockets.left, F_SETFL, 0);
  const timeval timeout{0, 20'000};
  record_call("set", setsockopt(sockets.left, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout));
  record_call("send", send_text(sockets.left, "x"));
}

CASE(messages_are_gathered_and_scattered) {
  const SocketPair sockets(SOCK_STREAM);
  std::array<char, 3> head{'a', 'b', 'c'};
  std::array<char, 3> tail{'d', 'e', 'f'};
  std::array<iovec, 2> parts{{{head.data(), head.size()}, {tail.data(), tail.size()}}};
  msghdr message{};
  message.msg_iov = parts.data();
  message.msg_iovlen = parts.size();
  record_call("sendmsg", sendmsg(sockets.left, &message, MSG_NOSIGNAL));
  head.fill('-');
  tail.fill('-');
  record_call("recvmsg", recvmsg(sockets.right, &message, 0));
  record("head", std::string(head.data(), 3));
  record("tail", std::string(tail.data(), 3));
  record_call("nothing there", recvmsg(sockets.right, &message, MSG_DONTWAIT));
  std::thread sender([&] { send_text(sockets.left, "later"); });
  record_call("blocks", recvmsg(sockets.right, &message, 0));
  sender.join();
}

CASE(several_messages_in_one_call) {
  const SocketPair sockets(SOCK_DGRAM);
  std::array<std::array<char, 4>, 2> texts{{{'o', 'n', 'e', '1'}, {'t', 'w', 'o', '2'}}};
  std::array<iovec, 2> parts{};
  std::array<mmsghdr, 2> messages{};
  for (std::size_t i = 0; i < 2; ++i) {
    parts[i] = {texts[i].data(), texts[i].size()};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  record_call("sendmmsg", sendmmsg(sockets.left, messages.data(), 2, 0));
  record_call("recvmmsg", recvmmsg(sockets.right, messages.data(), 2, MSG_DONTWAIT, nullptr));
  record("length", messages[1].msg_len);
  record_call("nothing there", recvmmsg(sockets.right, messages.data(), 2, MSG_DONTWAIT, nullptr));
}

CASE(descriptors_are_passed_on) {
  const SocketPair sockets(SOCK_STREAM);
  const Pipe pipe;
  char byte = 'd';
  iovec part{&byte, 1};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* const header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof(int));
  const int sent = pipe.writer;
  std::memcpy(CMSG_DATA(header), &sent, sizeof sent);
  record_call("sendmsg", sendmsg(sockets.left, &message, 0));
  control.fill(0);
  record_call("recvmsg", recvmsg(sockets.right, &message, 0));
  int received = -1;
  std::memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
  const Descriptor owned(received);
  record("another number", received != sent);
  std::string text(3, '\0');
  std::thread reader([&] { static_cast<void>(!read(pipe.reader, text.data(), 3)); });
  record_call("write", write(owned, "hey", 3));
  reader.join();
  record("text", text);
}

CASE(socketpair_checks_its_arguments) {
  int ends[2] = {-1, -1};
  record_call("family", socketpair(AF_INET, SOCK_STREAM, 0, ends));
  record_call("type", socketpair(AF_UNIX, 77, 0, ends));
  record_call("protocol", socketpair(AF_UNIX, SOCK_STREAM, 77, ends));
  record_call("flags", socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends));
  record("nonblocking", receive(ends[0]));
  record("close-on-exec", fcntl(ends[1], F_GETFD));
  close(ends[0]);
  close(ends[1]);
  record_call("socket family", socket(77, SOCK_STREAM, 0));
  sockaddr_un peer{};
  socklen_t size = sizeof peer;
  const SocketPair sockets(SOCK_STREAM);
  record_call("peer", getpeername(sockets.left, reinterpret_cast<sockaddr*>(&peer), &size));
  record("peer's family", peer.sun_family == AF_UNIX);
}

CASE_ONE_OF(datagrams_of_two_senders_arrive_in_either_order) {
  const SocketPair sockets(SOCK_DGRAM);
  std::thread first([&] { send_text(sockets.left, "a"); });
  std::thread second([&] { send_text(sockets.left, "b"); });
  const std::string order = receive(sockets.right) + receive(sockets.right);
  first.join();
  second.join();
  record_one_of("order", order, {"ab", "ba"});
}

CASE_ONE_OF(receiver_sees_one_or_both_sends) {
  const SocketPair sockets(SOCK_STREAM);
  std::thread sender([&] {
    send_text(sockets.left, "a");
    send_text(sockets.left, "b");
  });
  const std::string first = receive(sockets.right);
  sender.join();
  record_one_of("first", first, {"a", "ab"});
}

CASE_ONE_OF(receive_timeout_races_with_send) {
  const SocketPair sockets(SOCK_STREAM);
  const timeval timeout{far_ms / 1000, 0};
  setsockopt(sockets.right, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  std::thread sender([&] {
    give_way_often();
    send_text(sockets.left, "a");
  });
  const std::string text = receive(sockets.right);
  sender.join();
  record_one_of("text", text, {"a", "EAGAIN"});
}

CASE_ONE_OF(send_races_with_shutdown) {
  const SocketPair sockets(SOCK_STREAM);
  std::thread closer([&] { shutdown(sockets.left, SHUT_WR); });
  const int result = send_text(sockets.left, "x") == 1 ? 0 : errno;
  closer.join();
  record_one_of("send", name_of_error(result), {"0", "EPIPE"});
}

}  // namespace
}  // namespace conformance
