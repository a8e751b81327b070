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

struct Switches {
  // What the nursery makes of a request to cancel that nobody has acknowledged.
  enum class Unacknowledged {
    counts_as_done,
    is_an_error,            // that comes out of the nursery's body, so that the hard kill is tried
    terminates_if_it_can,   // upstream, for children that are processes
    ends_the_message_loop,  // nobody receives on that channel any more
  };
  enum class ChildWork {
    blocks_its_loop,
    blocks_until_given_up,  // nobody waits for its acknowledgement any more; and awaits then
    awaits,
    awaits_for_8s,
    returns_a_result,
  };
  // How the body of the test ends. What it was written as does not exist: it raises an error.
  enum class Body { missing_attribute, really_cancels, ends, has_the_result };
  enum class ErrorOfBody { kept_until_children_end, cancels_the_nursery };
  // What it comes to when the interpreter of a child is destroyed that still runs.
  enum class Destroy { refuses, ends_the_child };
  enum class MessageLoops { cancelled_at_the_end, waited_for };
  // What becomes of the child's end of the channel when the child is ended from outside.
  enum class ChannelEnd { stays_open, closed, closed_but_held_elsewhere };
  // The last: while the child waits, too.
  enum class InterpreterLock { none, released_while_waiting, kept_once_abandoned };
  enum class PressOnce { the_child_works, the_failure_is_there };

  Unacknowledged unacknowledged = Unacknowledged::counts_as_done;
  ChildWork child_work = ChildWork::blocks_its_loop;
  Body body = Body::missing_attribute;
  ErrorOfBody error_of_body = ErrorOfBody::kept_until_children_end;
  Destroy destroy = Destroy::refuses;
  MessageLoops message_loops = MessageLoops::cancelled_at_the_end;
  ChannelEnd channel_end = ChannelEnd::stays_open;
  InterpreterLock interpreter_lock = InterpreterLock::none;
  Span cancel_limit = 500ms;             // of one request
  bool asks_child = true;                // to cancel itself; otherwise the request is not even sent
  bool cancel_is_shielded = true;        // against the limit of all requests together
  bool child_can_be_terminated = false;  // as a process can, whose end of the channel is closed then
  bool hard_kill = true;                 // is tried when the supervisor is cancelled
  bool waits_bounded_to_join = false;    // before it looks whether the child has ended
  bool waits_bounded_for_exit = false;   // once the child has been asked to end
  bool aborts_channel_after_kill = false;
  bool ends_message_loop_after_kill = false;
  bool child_dies_in_bootstrap = false;  // before it connects
  bool logs_bootstrap_error = false;
  bool start_is_raced_against_exit = false;                // by the supervisor
  bool has_test_timeout = false;                           // a watchdog that ends the process after 3 s
  int presses = 0;                                         // of Ctrl-C
  PressOnce press_once = PressOnce::the_failure_is_there;  // the first; any other not before that
  Span press_every = 100ms;                                // after the first
  int wakeup_buffer = 1;                                   // in bytes, as asked of the kernel
  Span hangs_if_idle_for = 11s;                            // the way out that exists takes 7 s
  bool error_fails = false;                                // the variant is a test: what it ends in matters
  bool child_must_be_gone = false;                         // and so does this
  // If the body has come to its end; a schedule may let the limit of the whole test pass before.
  std::optional<Span> takes_at_least = {};  // for the variants in which a time limit is what ends it
  std::optional<Span> takes_at_most = {};   // in which nothing can run; where time is real nobody can promise it
  bool must_end_in_error_of_body = false;   // and not in that of the limit, or of a Ctrl-C
};

inline const std::string no_such_attribute = "the nursery of children has no attribute cancel_scope";

// Runs the program once.
void run(const Switches& switches);

// A time limit as documented; a third of it where time is real. Not less: what has a way out takes most of the time
// after which it counts as hung, and on a busy machine a little more.
inline Span limit(Span documented) { return wedge::controlled() ? documented : documented / 3; }

// A point that the program passes, for other threads.
class Milestone {
 public:
  void reach() {
    const std::lock_guard lock(mutex_);
    reached_ = true;
  }
  bool is_reached() const {
    const std::lock_guard lock(mutex_);
    return reached_;
  }

 private:
  mutable std::mutex mutex_;
  bool reached_ = false;
};

struct Milestones {
  Milestone child_works;
  Milestone body_is_over;  // it wants all cancelled, or has what it wants
  Milestone request_is_given_up;
  Milestone failure_is_there;  // what the scenario is about, so that it can only wait
};

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
  // Around a wait of the child's work.
  void release_to_wait() {
    if (!is_kept()) release();
  }
  void take_after_wait() {
    if (!is_kept()) take();
  }
  // The caller has it, and is the child's thread.
  void child_is_abandoned() { abandoned_ = true; }
  // For the loop of one of the two.
  void lend_while_asleep(primitives::EventLoop& loop) {
    loop.around_sleep([this] { release(); }, [this] { take(); });
  }

 private:
  bool is_kept() const { return abandoned_ && kind_ == Switches::InterpreterLock::kept_once_abandoned; }

  Switches::InterpreterLock kind_;
  std::mutex mutex_;
  bool abandoned_ = false;  // for the child's thread alone
};

// The child: a thread with an event loop of its own.
class Child {
 public:
  Child(const Switches& switches, InterpreterLock& lock, Milestones& milestones, primitives::Descriptor socket)
      : switches_(switches), lock_(lock), milestones_(milestones), channel_(std::move(socket)) {}

  // `exited` is called by the child's thread, at its end.
  void start(std::function<void()> exited);
  // Requires: the child can be terminated.
  void terminate();
  // The parent destroys the interpreter, or terminates what can be; whether that has ended the child. If not, it is
  // abandoned.
  bool destroy();
  // The process ends, and this thread with it.
  void end_with_process();
  // For reports, while all stand still.
  int unread_bytes() const { return channel_.unread_bytes(); }

 private:
  enum class End { none, with_process, destroyed, terminated };
  enum class Abandoned { no, yes, noticed };

  void live(const std::function<void()>& exited);
  Async<> run_loop();
  Async<> work(primitives::RpcPeer& peer);
  void wait_in_slices(const std::function<bool()>& until);
  void notice_abandonment();
  End ended() const;
  void end(End how);

  const Switches& switches_;
  InterpreterLock& lock_;
  Milestones& milestones_;
  primitives::Channel channel_;
  primitives::Descriptor held_elsewhere_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  End end_ = End::none;
  Abandoned abandoned_ = Abandoned::no;
  std::thread thread_;
};

struct NoSuchAttribute : std::logic_error {
  using std::logic_error::logic_error;
};

// The parent: the test, the nursery of children with its supervisor, and the message loop of the connection.
class Parent {
 public:
  Parent(const Switches& switches, InterpreterLock& lock, Milestones& milestones, Child& child,
         primitives::Descriptor socket);

  // The test, as the user runs it: until it has ended; in which error, if any.
  std::string run();
  // When it has ended.
  bool was_too_slow() const { return was_too_slow_; }
  bool child_is_gone() const { return child_exited_.is_set() || destroyed_; }
  primitives::EventLoop& loop() { return loop_; }
  std::string explain() const;

 private:
  void hear(const std::string& what);
  Async<> test();
  Async<> nursery_of_children();
  Async<> body(primitives::Nursery& nursery);
  Async<> cancel_children();
  Async<> request_cancel();
  Async<> supervise_child();
  Async<> start_child();
  Async<> see_child_off();
  Async<> soft_kill();
  Async<bool> ask_to_cancel(primitives::Shield shield);
  Async<> message_loop();
  Async<> read_messages();

  const Switches& switches_;
  InterpreterLock& lock_;
  Milestones& milestones_;
  Child& child_;
  primitives::EventLoop loop_;
  primitives::Channel channel_;
  primitives::RpcPeer peer_;
  primitives::Event started_;
  primitives::Event result_;
  primitives::Event join_children_;  // the body has ended: the supervisor may look after the child's end
  primitives::Event child_exited_;
  primitives::Event started_or_exited_;
  primitives::Event asked_or_exited_;
  primitives::CancelScope reading_;
  bool destroy_tried_ = false;
  bool destroyed_ = false;
  bool was_too_slow_ = false;
};

}  // namespace orphaned_recv
