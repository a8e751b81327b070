// What a parent learns of the death of its child from the channel between them: the end of the channel, if and only if
// nobody else has the child's end open.
//   Source    goodboy/tractor, the hypothesis of subint_cancel_delivery_hang_issue.md, with a child that is a process
//   Symptom   that of unacknowledged_cancel.cpp: the parent sits in epoll, Ctrl-C works
//   Left out  under control the child is a thread that closes what it has and ends, for Wedge controls one process;
//             on the free rungs it is a process, and killed
//
//   parent's loop                                        child, killed at one of these points
//                                                        1  connected
//                                                        2  half of "hello" is written
//   4  receives it, sends the spec                       3  "hello" is written
//                                                        5  the spec is received
//   7  receives it, asks the child to cancel itself      6  "started" is written
//   8  waits 0.5 s for the acknowledgement               9  the request to cancel is received
//                                                       10  the acknowledgement is written
//   11 receives until the end of the channel, for ever if there is another holder of the child's end
#include <csignal>
#include <thread>

#include <sys/prctl.h>
#include <sys/wait.h>

#include <wedge/scenario.h>
#include "primitives/channel.h"
#include "primitives/event_loop.h"
#include "primitives/rpc.h"
#include "scenarios/cause.h"

namespace {

using namespace std::chrono_literals;
using primitives::Async;
using primitives::Channel;
using primitives::Descriptor;
using primitives::Event;
using primitives::EventLoop;
using primitives::Nursery;
using primitives::RpcPeer;
using primitives::Span;
using wedge::Outcome;

Span limit(Span documented) { return wedge::controlled() ? documented : documented / 3; }

enum class Point { connected, half_a_hello, hello, spec_received, started, cancel_received, acknowledged, none };
constexpr std::array<const char*, 8> point_names{"connected", "half-a-hello",    "hello",        "spec-received",
                                                 "started",   "cancel-received", "acknowledged", "its-own-end"};

struct Killed {};

// Something with a copy of what this process has open, that ends on its own: a process, or under control a thread.
class Peer {
 public:
  explicit Peer(const std::function<void()>& live) {
    if (wedge::controlled()) {
      thread_ = std::thread(live);
      return;
    }
    pid_ = ::fork();
    if (pid_ != 0) return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    live();
    ::_exit(0);
  }
  void wait() {
    if (thread_.joinable()) thread_.join();
    if (pid_ > 0) ::waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }
  void kill() const {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
  }

 private:
  std::thread thread_;
  pid_t pid_ = 0;
};

class Child {
 public:
  Child(Descriptor socket, Point killed_at) : channel_(std::move(socket)), killed_at_(killed_at) {}

  void live() {
    EventLoop loop;
    try {
      loop.run(run());
    } catch (const Killed&) {
    } catch (const std::runtime_error&) {  // the parent has gone
    }
    channel_.close();
  }
  // In a process that is not the child: closes what the child has a copy of.
  void let_go() { channel_.close(); }

 private:
  void reach(Point point) const {
    if (point != killed_at_) return;
    if (!wedge::controlled()) ::kill(::getpid(), SIGKILL);
    throw Killed();
  }

  Async<> run() {
    reach(Point::connected);
    const std::string hello = primitives::framed("Thello");
    if (killed_at_ == Point::half_a_hello) {
      [[maybe_unused]] const auto written = ::write(channel_.socket(), hello.data(), hello.size() / 2);
      reach(Point::half_a_hello);
    }
    co_await channel_.send("Thello");
    reach(Point::hello);
    co_await channel_.receive();
    reach(Point::spec_received);
    co_await channel_.send("Tstarted");
    reach(Point::started);
    co_await channel_.receive();
    reach(Point::cancel_received);
    co_await channel_.send("A");
    reach(Point::acknowledged);
  }

  Channel channel_;
  Point killed_at_;
};

Async<> ask_to_cancel(RpcPeer& peer, Event& hello, Event& started) {
  co_await hello.wait("the child's hello");
  co_await peer.tell("spec");
  co_await started.wait("the child to have started");
  co_await peer.cancel_other(limit(500ms));
}

// Receives until the channel ends, whichever way.
Async<> talk(Channel& channel) {
  Event hello;
  Event started;
  RpcPeer peer(channel, {.told = [&](const std::string& what) { (what == "hello" ? hello : started).set(); }});
  co_await primitives::with_nursery("connection", [&](Nursery& nursery) -> Async<> {
    nursery.start("asks", ask_to_cancel(peer, hello, started));
    try {
      co_await peer.serve();
    } catch (const std::runtime_error& error) {
      wedge::note(std::string("the channel ends: ") + error.what());
    }
    nursery.scope.cancel();
  });
}

struct Setting {
  Point killed_at = Point::started;
  bool held_elsewhere = false;
  bool watches_child = false;  // the parent closes the channel when the child has ended
};

class Parent {
 public:
  explicit Parent(const Setting& setting) : setting_(setting), ends_(primitives::connected_pair()) {}

  void run() {
    wedge::Obligation learns("the parent learns that the child has gone", [this] { return explain(); });
    wedge::deadline(3s);
    if (setting_.held_elsewhere) hold_elsewhere();
    Child child(std::move(ends_[0]), setting_.killed_at);
    Channel channel(std::move(ends_[1]));
    Peer process([&] {
      if (!wedge::controlled()) channel.close();  // which this process has inherited
      child.live();
    });
    if (!wedge::controlled()) child.let_go();
    try {
      loop_.run(live(process, channel));
    } catch (const std::runtime_error& error) {  // broken there, or closed here
      wedge::note(std::string("the parent cannot send: ") + error.what());
    }
    learns.fulfil();
    channel.close();
    process.wait();
    if (holder_) holder_->kill();
    if (holder_) holder_->wait();
  }

 private:
  // Another child that has inherited the first one's end of the channel, and does nothing with it.
  void hold_elsewhere() {
    if (wedge::controlled())
      held_ = ends_[0].duplicate();
    else
      holder_.emplace([] { ::pause(); });
  }

  Async<> live(Peer& process, Channel& channel) {
    if (!setting_.watches_child) {
      co_await talk(channel);
      co_return;
    }
    Event exited;
    std::thread watcher([&] {
      process.wait();
      loop_.post([&] { exited.set(); });
    });
    std::exception_ptr error;
    try {
      co_await primitives::with_nursery("child", [&](Nursery& nursery) -> Async<> {
        nursery.start("talks", talk(channel));
        co_await exited.wait("the exit of the child");
        channel.abort();
      });
    } catch (...) {
      error = std::current_exception();
    }
    watcher.join();
    if (error) std::rethrow_exception(error);
  }

  std::string explain() const {
    std::string text =
        std::string("orphaned I/O: the parent's loop ") + (loop_.is_asleep() ? "sleeps in epoll" : "runs");
    for (const std::string& task : loop_.tasks()) text += "; " + task;
    return text;
  }

  Setting setting_;
  std::array<Descriptor, 2> ends_;
  Descriptor held_;             // under control,
  std::optional<Peer> holder_;  // and otherwise
  EventLoop loop_;
};

std::function<void()> with(Setting setting) {
  if (scenarios::cause_is_removed()) setting.held_elsewhere = false;
  return [setting] { Parent(setting).run(); };
}

const wedge::Expectation symptom =
    wedge::expect(Outcome::unmet_obligation, "orphaned I/O: the parent's loop sleeps in epoll");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

// Killed at every point, without and with another holder, and the parent watching.
std::vector<wedge::Variant> variants() {
  std::vector<wedge::Variant> all{
      {"as-found", with({.held_elsewhere = true}), symptom},
      {"without/another-holder", with({}), passes},
      {"alone/another-holder", with({.killed_at = Point::none, .held_elsewhere = true}), symptom},
      {"without/killed-and-not-ended", with({.killed_at = Point::none, .held_elsewhere = true}), symptom},
      {"alone/killed-and-not-ended", with({}), passes},
      {"fix/watch-the-child", with({.held_elsewhere = true, .watches_child = true}), passes},
  };
  for (std::size_t i = 0; i < point_names.size(); ++i) {
    const auto point = static_cast<Point>(i);
    const std::string name = point_names[i];
    all.push_back({"killed/" + name, with({.killed_at = point}), passes});
    all.push_back({"held/" + name, with({.killed_at = point, .held_elsewhere = true}), symptom});
    all.push_back(
        {"watched/" + name, with({.killed_at = point, .held_elsewhere = true, .watches_child = true}), passes});
  }
  return all;
}

const wedge::Scenario scenario{
    .id = "orphaned-recv/killed-child",
    .title = "a child killed while somebody else has its end of the channel",
    .source = "https://github.com/goodboy/tractor",
    .variants = variants(),
};
const wedge::Registration registration(scenario);

}  // namespace
