// The program of these scenarios: a parent with an event loop, and a child with one of its own in another thread, which
// it starts, asks to cancel itself, and waits for. Every default of the switches is as found.
#pragma once

#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

#include <wedge/scenario.h>
#include "primitives/channel.h"
#include "primitives/event_loop.h"
#include "primitives/rpc.h"

namespace orphaned_recv {

using primitives::Async;
using primitives::Span;
using namespace std::chrono_literals;

constexpr int until_it_ends = 1'000'000;

struct Switches {
  // What the nursery makes of a request to cancel that nobody has acknowledged.
  enum class Unacknowledged {
    counts_as_done,
    is_an_error,            // that comes out of the nursery's body, so that the hard kill is tried
    terminates_if_it_can,   // upstream, for children that are processes: this one has no terminate()
    ends_the_message_loop,  // nobody receives on that channel any more
  };
  enum class ChildWork { blocks_its_loop, awaits };
  // How the body of the test ends. What it was written as does not exist: it raises an error.
  enum class Body { missing_attribute, really_cancels };
  enum class ErrorOfBody { kept_until_children_end, cancels_the_nursery };
  // What it comes to when the interpreter of a child is destroyed that still runs.
  enum class Destroy { refuses, ends_the_child };
  enum class MessageLoops { cancelled_at_the_end, waited_for };
  // What becomes of the child's end of the channel when the child is ended from outside.
  enum class ChannelEnd { stays_open, closed, closed_but_held_elsewhere };
  enum class InterpreterLock { none, released_while_waiting, held_while_waiting };

  Unacknowledged unacknowledged = Unacknowledged::counts_as_done;
  ChildWork child_work = ChildWork::blocks_its_loop;
  Body body = Body::missing_attribute;
  ErrorOfBody error_of_body = ErrorOfBody::kept_until_children_end;
  Destroy destroy = Destroy::refuses;
  MessageLoops message_loops = MessageLoops::cancelled_at_the_end;
  ChannelEnd channel_end = ChannelEnd::stays_open;
  InterpreterLock interpreter_lock = InterpreterLock::none;
  Span cancel_limit = 500ms;            // of one request
  bool cancel_is_shielded = true;       // against the limit of all requests together
  bool hard_kill = true;                // is tried when the supervisor is cancelled
  bool waits_bounded_to_join = false;   // before it looks whether the child has ended
  bool waits_bounded_for_exit = false;  // once the child has been asked to end
  bool aborts_channel_after_kill = false;
  bool ends_message_loop_after_kill = false;
  bool has_test_timeout = false;            // a watchdog that ends the process after 3 s
  int presses = 0;                          // of Ctrl-C, once the child works
  Span first_press = 2s;                    // after the child has begun to work
  Span press_every = 100ms;                 // after that
  int wakeup_buffer = 1;                    // in bytes, as asked of the kernel
  Span hangs_if_idle_for = 11s;             // the way out that exists takes 8 s
  std::optional<Span> takes_at_least = {};  // for the variants in which a time limit is what ends it
};

// Runs the program once.
void run(const Switches& switches);

// A time limit as documented; a third of it where time is real. Not less: what has a way out takes most of the time
// after which it counts as hung, and on a busy machine a little more.
inline Span limit(Span documented) { return wedge::controlled() ? documented : documented / 3; }

// The lock of an interpreter that parent and child share, in the variants that have one.
class InterpreterLock {
 public:
  explicit InterpreterLock(Switches::InterpreterLock kind) : kind_(kind) {}
  void take() {
    if (kind_ != Switches::InterpreterLock::none) mutex_.lock();
  }
  void release() {
    if (kind_ != Switches::InterpreterLock::none) mutex_.unlock();
  }
  void release_to_wait() {
    if (kind_ == Switches::InterpreterLock::released_while_waiting) mutex_.unlock();
  }
  void take_after_wait() {
    if (kind_ == Switches::InterpreterLock::released_while_waiting) mutex_.lock();
  }
  // For the loop of one of the two.
  void lend_while_asleep(primitives::EventLoop& loop) {
    loop.around_sleep([this] { release(); }, [this] { take(); });
  }

 private:
  Switches::InterpreterLock kind_;
  std::mutex mutex_;
};

// The child: a thread with an event loop of its own.
class Child {
 public:
  Child(const Switches& switches, InterpreterLock& lock, primitives::Descriptor socket)
      : switches_(switches), lock_(lock), channel_(std::move(socket)) {}

  // `exited` is called by the child's thread, at its end.
  void start(std::function<void()> exited);
  // The parent destroys the interpreter; whether that has ended the child.
  bool destroy();
  // Blocks the calling thread, at most for the span, until the child works.
  bool works_within(Span span);
  // The process ends, and this thread with it.
  void end_with_process();
  // For reports, while all stand still.
  int unread_bytes() const { return channel_.unread_bytes(); }

 private:
  void live(const std::function<void()>& exited);
  Async<> run_loop();
  Async<> work();
  void wait_in_slices();
  void end(bool destroyed);

  const Switches& switches_;
  InterpreterLock& lock_;
  primitives::Channel channel_;
  primitives::Descriptor held_elsewhere_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool works_ = false;
  bool ended_ = false;
  bool destroyed_ = false;
  std::thread thread_;
};

struct NoSuchAttribute : std::logic_error {
  using std::logic_error::logic_error;
};

// The parent: the test, the nursery of children with its supervisor, and the message loop of the connection.
class Parent {
 public:
  Parent(const Switches& switches, InterpreterLock& lock, Child& child, primitives::Descriptor socket);

  // The test, as the user runs it: until it has ended, in whatever error.
  void run();
  primitives::EventLoop& loop() { return loop_; }
  std::string explain() const;

 private:
  Async<> test();
  Async<> nursery_of_children();
  Async<> body(primitives::Nursery& nursery);
  Async<> cancel_children();
  Async<> request_cancel();
  Async<> supervise_child();
  Async<> soft_kill();
  Async<> message_loop();
  Async<> wait_for(primitives::Event& event, std::string what);
  Async<> read_messages();

  const Switches& switches_;
  InterpreterLock& lock_;
  Child& child_;
  primitives::EventLoop loop_;
  primitives::Channel channel_;
  primitives::RpcPeer peer_;
  primitives::Event started_;
  primitives::Event join_children_;  // the body has ended: the supervisor may look after the child's end
  primitives::Event child_exited_;
  primitives::CancelScope reading_;
  bool never_acknowledged_ = false;
  bool destroyed_ = false;
};

}  // namespace orphaned_recv
