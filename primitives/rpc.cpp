// The message loop of one side, and the request that needs an answer.
#include "primitives/rpc.h"

namespace primitives {
namespace {

// The first byte of a message says what it is.
constexpr char tells = 'T';
constexpr char asks_to_cancel = 'C';
constexpr char acknowledges = 'A';

}  // namespace

std::string RpcPeer::cancel_request() { return framed(std::string(1, asks_to_cancel)); }

Async<> RpcPeer::serve() {
  for (;;) {
    const auto message = co_await channel_.receive();
    if (!message) co_return;
    switch (message->empty() ? '\0' : message->front()) {
      case tells:
        handlers_.told(message->substr(1));
        break;
      case asks_to_cancel:
        // Before it happens: afterwards nobody may be left to do it.
        co_await channel_.send(std::string(1, acknowledges));
        handlers_.cancelled();
        break;
      case acknowledges:
        acknowledged_.set();
        break;
      default:
        throw BrokenChannel("a message of no known kind");
    }
  }
}

Async<> RpcPeer::tell(std::string text) { co_await channel_.send(tells + text); }

Async<> RpcPeer::request_cancel() {
  co_await channel_.send(std::string(1, asks_to_cancel));
  co_await acknowledged_.wait("the acknowledgement of a request to cancel");
}

Async<bool> RpcPeer::cancel_other(Span limit, Shield shield) {
  co_return co_await move_on_after(limit, request_cancel(), shield);
}

}  // namespace primitives
