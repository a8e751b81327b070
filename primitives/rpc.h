// One end of a connection on which either side tells the other things, and may ask it to cancel itself.
//
// A request to cancel is acknowledged by the message loop of the other side. A side whose loop does not get to run does
// not acknowledge: what that means is for the asker to decide.
#pragma once

#include <functional>
#include <string>

#include "primitives/channel.h"

namespace primitives {

class RpcPeer {
 public:
  // Called by the message loop: what the other side tells, and that it asks this side to cancel itself.
  struct Handlers {
    std::function<void(const std::string&)> told = [](const std::string&) {};
    std::function<void()> cancelled = [] {};
  };

  RpcPeer(Channel& channel, Handlers handlers) : channel_(channel), handlers_(std::move(handlers)) {}

  // The message loop: until the other end is closed.
  Async<> serve();
  Async<> tell(std::string text);
  // Asks the other side to cancel itself; whether it has acknowledged that within the limit.
  Async<bool> cancel_other(Span limit, Shield shield = Shield::yes);

  // The bytes of a request to cancel, on the wire.
  static std::string cancel_request();

 private:
  Async<> request_cancel();

  Channel& channel_;
  Handlers handlers_;
  Event acknowledged_;
};

}  // namespace primitives
