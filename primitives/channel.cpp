// Reading and writing whole messages without ever blocking the thread.
#include "primitives/channel.h"

#include <sys/ioctl.h>

#include <cstring>

namespace primitives {
namespace {

constexpr std::size_t length_bytes = 4;

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

std::string framed(const std::string& message) {
  const auto length = static_cast<std::uint32_t>(message.size());
  std::string bytes(length_bytes, '\0');
  std::memcpy(bytes.data(), &length, length_bytes);
  return bytes + message;
}

std::optional<std::string> Channel::take_message() {
  if (received_.size() < length_bytes) return std::nullopt;
  std::uint32_t length = 0;
  std::memcpy(&length, received_.data(), length_bytes);
  if (length > longest_message) throw BrokenChannel("a message claims to be too long");
  if (received_.size() < length_bytes + length) return std::nullopt;
  std::string message = received_.substr(length_bytes, length);
  received_.erase(0, length_bytes + length);
  return message;
}

Async<std::optional<std::string>> Channel::receive() {
  for (;;) {
    if (auto message = take_message()) co_return message;
    if (!socket_.is_open()) throw Closed();
    char buffer[512];
    const ssize_t got = ::recv(socket_.number(), buffer, sizeof buffer, MSG_DONTWAIT);
    if (got > 0) {
      received_.append(buffer, static_cast<std::size_t>(got));
    } else if (got == 0) {
      if (received_.empty()) co_return std::nullopt;
      throw BrokenChannel("the other end is closed in the middle of a message");
    } else if (would_block()) {
      co_await EventLoop::current().readable(socket_.number(), "a message");
    } else {
      throw BrokenChannel(std::strerror(errno));
    }
  }
}

Async<> Channel::send(std::string message) {
  const std::string bytes = framed(message);
  for (std::size_t sent = 0; sent < bytes.size();) {
    if (!socket_.is_open()) throw Closed();
    const ssize_t count =
        ::send(socket_.number(), bytes.data() + sent, bytes.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0)
      sent += static_cast<std::size_t>(count);
    else if (would_block())
      co_await EventLoop::current().writable(socket_.number(), "room for a message");
    else
      throw BrokenChannel(std::strerror(errno));
  }
}

void Channel::abort() {
  if (!socket_.is_open()) return;
  EventLoop::current().closing(socket_.number());
  socket_.close();
}

int Channel::unread_bytes() const {
  int bytes = 0;
  return ::ioctl(socket_.number(), FIONREAD, &bytes) == 0 ? bytes : 0;
}

}  // namespace primitives
