// A server's teardown waits for ever for its peers to go: it waits on an event that somebody has replaced.
//   Source    goodboy/tractor, IPC server, `no_more_peers`; not reported; its symptom bounded to 3 s in e312a68d
//   Symptom   the teardown never ends, though every peer has gone
//   Left out  the listener: a peer hands the server its end of a connection; what is said on it
//
//   server's loop                                        peers, in threads of their own
//                                                        1  A connects: a fresh event, not set
//   2  the teardown waits on this event
//                                                        3  B connects: again a fresh event, in place of the first
//                                                        4  A and B go: with the last of them the second event is set
//   5  the teardown waits on the first event, which
//      nobody can set any more
//
// And in its other form a connection goes before its handshake, as a ping does: the handler leaves early, with a fresh
// event and no peer whose leaving would set it. That there are peers is looked up in the event.
#include <algorithm>
#include <array>
#include <memory>
#include <set>
#include <thread>
#include <vector>

#include <wedge/scenario.h>
#include "primitives/channel.h"
#include "primitives/event_loop.h"
#include "scenarios/cause.h"

namespace {

using namespace std::chrono_literals;
using primitives::Async;
using primitives::Channel;
using primitives::Descriptor;
using primitives::Event;
using primitives::EventLoop;
using primitives::Nursery;
using wedge::Outcome;

enum class Fix {
  none,
  bounded_wait,           // upstream, 3 s
  wait_again,             // on the event that is there when the wait ends
  replaced_when_set,      // an event that somebody may wait for stays
  old_one_set,            // before it is replaced, and the wait looks again
  after_handshake,        // replaced when there is a peer
  set_without_handshake,  // a handler that leaves early does what the others do
  counts_peers,           // has_peers() counts them
};

// As documented; a third of it where time is real.
primitives::Span limit(primitives::Span documented) { return wedge::controlled() ? documented : documented / 3; }

class Server {
 public:
  // With one fix, or two.
  explicit Server(Fix fix, Fix other = Fix::none) : fixes_{fix, other} { no_more_peers_->set(); }

  // Handles one connection, from its first byte to its end.
  Async<> handle(std::shared_ptr<Descriptor> socket) {
    if (!has(Fix::after_handshake)) replace_event();  // 1, 3
    Channel channel(std::move(*socket));
    const auto hello = co_await channel.receive();
    if (!hello) ping_gone_.set();
    if (!hello && !has(Fix::set_without_handshake)) co_return;
    if (has(Fix::after_handshake)) replace_event();
    peers_.insert(&channel);
    first_peer_.set();
    while (hello && co_await channel.receive()) {
    }
    peers_.erase(&channel);
    if (peers_.empty()) no_more_peers_->set();  // 4
  }

  Async<> tear_down() {
    if (has(Fix::bounded_wait))
      co_await primitives::move_on_after(limit(3s), wait_for_peers_to_go());
    else
      co_await wait_for_peers_to_go();
  }

  Event& first_peer() { return first_peer_; }
  Event& ping_gone() { return ping_gone_; }
  std::string explain() const {
    return "lost wakeup: the teardown waits on an event that " +
           std::string(waits_for_ == no_more_peers_.get() ? "is still the server's" : "has been replaced") +
           ", there are " + std::to_string(peers_.size()) + " peers, and the server's event is " +
           (no_more_peers_->is_set() ? "set" : "not set");
  }

 private:
  bool has(Fix fix) const { return std::ranges::count(fixes_, fix) != 0; }
  bool has_peers() const { return has(Fix::counts_peers) ? !peers_.empty() : !no_more_peers_->is_set(); }

  void replace_event() {
    if (has(Fix::replaced_when_set) && !no_more_peers_->is_set()) return;
    if (has(Fix::old_one_set)) no_more_peers_->set();
    no_more_peers_ = std::make_shared<Event>();
  }

  Async<> wait_for_peers_to_go() {
    const bool looks_again = has(Fix::wait_again) || has(Fix::old_one_set);
    for (bool first = true; has_peers() && (first || looks_again); first = false) {
      const auto event = no_more_peers_;
      waits_for_ = event.get();
      co_await event->wait("no more peers");  // 2, 5
    }
  }

  std::array<Fix, 2> fixes_;
  std::shared_ptr<Event> no_more_peers_ = std::make_shared<Event>();
  std::set<const Channel*> peers_;
  Event first_peer_;
  Event ping_gone_;
  const Event* waits_for_ = nullptr;
};

// A ping connects and goes, without a word.
enum class Connection { ping, short_peer, staying_peer };

void connect(EventLoop& loop, Server& server, Nursery& connections, Connection kind) {
  auto ends = primitives::connected_pair();
  loop.post([&server, &connections, socket = std::make_shared<Descriptor>(std::move(ends[0]))] {
    connections.start("connection", server.handle(socket));
  });
  if (kind == Connection::ping) return;
  const std::string hello = primitives::framed("hello");
  [[maybe_unused]] const auto written = ::write(ends[1].number(), hello.data(), hello.size());
  if (kind == Connection::staying_peer) std::this_thread::sleep_for(limit(100ms));
}

// `without_cause`: what takes away the cause of this one alone.
void serve(Fix fix, Fix without_cause, const std::vector<Connection>& kinds) {
  EventLoop loop;
  Server server(fix, scenarios::cause_is_removed() ? without_cause : Fix::none);
  wedge::Obligation torn_down("the server is torn down", [&] { return server.explain(); });
  std::vector<std::thread> threads;
  const auto main = [&]() -> Async<> {
    co_await primitives::with_nursery("connections", [&](Nursery& connections) -> Async<> {
      for (const Connection kind : kinds) threads.emplace_back([&, kind] { connect(loop, server, connections, kind); });
      co_await server.first_peer().wait("the first peer");
      if (kinds.back() == Connection::ping) co_await server.ping_gone().wait("the end of the ping");
      co_await server.tear_down();
      torn_down.fulfil();
      for (std::thread& thread : threads) thread.join();
      // What they have posted by now is run before the next turn.
      co_await primitives::checkpoint();
      connections.scope.cancel();
    });
  };
  loop.run(main());
}

std::function<void()> two_peers(Fix fix = Fix::none) {
  return [fix] { serve(fix, Fix::replaced_when_set, {Connection::staying_peer, Connection::staying_peer}); };
}
std::function<void()> peer_and_ping(Fix fix = Fix::none) {
  return [fix] { serve(fix, Fix::set_without_handshake, {Connection::short_peer, Connection::ping}); };
}

wedge::Expectation symptom(const std::string& text) {
  return wedge::expect(Outcome::unmet_obligation, "lost wakeup: the teardown waits on an event that " + text);
}
const std::string replaced = "has been replaced, there are 0 peers, and the server's event is set";
const std::string never_set = "is still the server's, there are 0 peers, and the server's event is not set";
const wedge::Expectation passes = wedge::expect(Outcome::pass);
const std::string source = "https://github.com/goodboy/tractor";

const wedge::Scenario replaced_event{
    .id = "orphaned-recv/replaced-event",
    .title = "an event replaced while somebody waits on it",
    .source = source,
    .variants =
        {
            {"as-found", two_peers(), symptom(replaced)},
            {"without/replaced-while-waited-on", two_peers(Fix::replaced_when_set), passes},
            {"alone/replaced-while-waited-on", two_peers(Fix::set_without_handshake), symptom(replaced)},
            {"fix/bounded-wait", two_peers(Fix::bounded_wait), passes},
            {"fix/wait-again", two_peers(Fix::wait_again), symptom(replaced)},
            {"fix/replaced-when-set", two_peers(Fix::replaced_when_set), passes},
            {"fix/old-one-set", two_peers(Fix::old_one_set), passes},
            {"fix/after-handshake", two_peers(Fix::after_handshake), symptom(replaced)},
            {"fix/counts-peers", two_peers(Fix::counts_peers), symptom(replaced)},
        },
};

const wedge::Scenario failed_handshake{
    .id = "orphaned-recv/failed-handshake",
    .title = "an event made for a peer that never was",
    .source = source,
    .variants =
        {
            {"as-found", peer_and_ping(), symptom(never_set)},
            {"without/early-return", peer_and_ping(Fix::set_without_handshake), passes},
            {"alone/early-return", peer_and_ping(Fix::replaced_when_set), symptom(never_set)},
            {"fix/bounded-wait", peer_and_ping(Fix::bounded_wait), passes},
            {"fix/wait-again", peer_and_ping(Fix::wait_again), symptom(never_set)},
            {"fix/replaced-when-set", peer_and_ping(Fix::replaced_when_set), symptom(never_set)},
            {"fix/old-one-set", peer_and_ping(Fix::old_one_set), symptom(never_set)},
            {"fix/after-handshake", peer_and_ping(Fix::after_handshake), passes},
            {"fix/set-without-handshake", peer_and_ping(Fix::set_without_handshake), passes},
            {"fix/counts-peers", peer_and_ping(Fix::counts_peers), passes},
        },
};
const wedge::Registration first(replaced_event);
const wedge::Registration second(failed_handshake);

}  // namespace
