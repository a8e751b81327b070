// Whole messages over a stream socket: each is its length in four bytes, then so many bytes.
//
// Belongs to one event loop. One task at a time may receive, and one may send.
#pragma once

#include <optional>
#include <stdexcept>
#include <string>

#include "primitives/event_loop.h"

namespace primitives {

// The other end went away in the middle of a message, or while one was being sent.
struct BrokenChannel : std::runtime_error {
  using std::runtime_error::runtime_error;
};

class Channel {
 public:
  static constexpr std::size_t longest_message = 1 << 16;

  explicit Channel(Descriptor socket) : socket_(std::move(socket)) {}

  // The next message; nothing when the other end has been closed between two. As long as anybody has the other end
  // open, in this process or another one, that does not come.
  Async<std::optional<std::string>> receive();
  Async<> send(std::string message);

  // Closes this end. Who waits for it gets Closed, and so does everybody later.
  void abort();
  // The same where nobody waits, and there need be no loop any more.
  void close() { socket_.close(); }
  int socket() const { return socket_.number(); }
  // What has arrived and nobody has received; for reports.
  int unread_bytes() const;

 private:
  std::optional<std::string> take_message();

  Descriptor socket_;
  std::string received_;
};

// The bytes that send() writes.
std::string framed(const std::string& message);

}  // namespace primitives
