// The parent: starts the child, asks it to cancel itself, and waits for its end; with the time limits of the original.
#include "scenarios/orphaned_recv/program.h"

namespace orphaned_recv {

using primitives::Cancelled;
using primitives::CancelScope;
using primitives::Event;
using primitives::Nursery;
using primitives::Shield;

namespace {

constexpr Span whole_test = 15s;
constexpr Span all_requests = 3s;
constexpr Span hard_kill = 3s;  // twice: for the child to go, and for its thread to end
constexpr Span settle = 500ms;
constexpr Span drain = 500ms;

Async<> wait_for(Event& event, std::string what) { co_await event.wait(std::move(what)); }

}  // namespace

Parent::Parent(const Switches& switches, InterpreterLock& lock, Milestones& milestones, Child& child,
               primitives::Descriptor socket)
    : switches_(switches),
      lock_(lock),
      milestones_(milestones),
      child_(child),
      loop_(primitives::Wakeup(switches.wakeup_buffer)),
      channel_(std::move(socket)),
      peer_(channel_, {.told = [this](const std::string& what) { hear(what); }}) {
  lock_.lend_while_asleep(loop_);
}

std::string Parent::run() {
  lock_.take();
  std::string error;
  try {
    loop_.run(primitives::fail_after(limit(whole_test), test()));
  } catch (const primitives::TooSlow& too_slow) {
    error = too_slow.what();
    was_too_slow_ = true;
  } catch (const std::exception& other) {
    error = other.what();
  } catch (const primitives::Interrupted&) {
    error = "interrupted";
  }
  wedge::note("the test ends" + (error.empty() ? error : ": " + error));
  lock_.release();
  return error;
}

void Parent::hear(const std::string& what) {
  (what == "started" ? started_ : result_).set();
  started_or_exited_.set();
}

// The service nursery, and in it the nursery of children. What comes of that comes out when the services have ended.
Async<> Parent::test() {
  std::exception_ptr error;
  try {
    co_await primitives::with_nursery("services", [&](Nursery& services) -> Async<> {
      services.start("message loop", message_loop());
      try {
        co_await nursery_of_children();
      } catch (...) {
        error = std::current_exception();
      }
      if (switches_.message_loops == Switches::MessageLoops::cancelled_at_the_end)
        services.scope.cancel();
      else
        milestones_.failure_is_there.reach();
    });
  } catch (...) {
    if (!error) throw;
  }
  if (error) std::rethrow_exception(error);
}

// An error of the body is kept, and comes out when the children have ended, whatever else comes out of them by then:
// nobody cancels them for it.
Async<> Parent::nursery_of_children() {
  std::exception_ptr kept;
  try {
    co_await primitives::with_nursery("children", [&](Nursery& nursery) -> Async<> {
      nursery.start("supervisor", supervise_child());
      bool cancelled = false;
      try {
        co_await body(nursery);
      } catch (const Cancelled&) {
        cancelled = true;
      } catch (...) {
        kept = std::current_exception();
      }
      join_children_.set();
      if (!kept && !cancelled) co_return;
      co_await cancel_children();
      if (cancelled) throw Cancelled();
      if (switches_.error_of_body == Switches::ErrorOfBody::cancels_the_nursery) std::rethrow_exception(kept);
      milestones_.failure_is_there.reach();
    });
  } catch (...) {
    if (!kept) throw;
  }
  if (kept) std::rethrow_exception(kept);
}

Async<> Parent::body(Nursery& nursery) {
  using Body = Switches::Body;
  co_await started_.wait("the child to have started");
  if (switches_.body == Body::has_the_result)
    co_await result_.wait("the result of the child");
  else
    co_await primitives::sleep_for(limit(settle));
  milestones_.body_is_over.reach();
  if (switches_.body == Body::ends || switches_.body == Body::has_the_result) co_return;
  wedge::note("the test wants all cancelled");
  if (switches_.body == Body::missing_attribute) throw NoSuchAttribute(no_such_attribute);
  nursery.scope.cancel();
}

Async<> Parent::cancel_children() {
  CancelScope all(limit(all_requests), Shield::yes);
  co_await primitives::within(all, request_cancel());
  // The hard kill of this place. Never reached as long as each request has a limit of its own that is shorter.
  if (all.caught()) throw NoSuchAttribute("an int has no terminate()");
}

Async<> Parent::request_cancel() {
  using Unacknowledged = Switches::Unacknowledged;
  asked_or_exited_.set();
  if (!switches_.asks_child) co_return;
  const bool acknowledged = co_await ask_to_cancel(switches_.cancel_is_shielded ? Shield::yes : Shield::no);
  if (acknowledged) co_return;
  wedge::note("nobody acknowledges the request to cancel: noted for debugging");
  switch (switches_.unacknowledged) {
    case Unacknowledged::counts_as_done:
      break;
    case Unacknowledged::is_an_error:
      throw primitives::TooSlow();
    case Unacknowledged::terminates_if_it_can:
      if (switches_.child_can_be_terminated)
        child_.terminate();
      else
        wedge::note("a child that is no process has no terminate(): left alone");
      break;
    case Unacknowledged::ends_the_message_loop:
      reading_.cancel();
      break;
  }
}

// Whatever comes out of the child's life, its thread is waited for a little, and its interpreter destroyed.
Async<> Parent::supervise_child() {
  child_.start([this] {
    loop_.post([this] {
      child_exited_.set();
      started_or_exited_.set();
      asked_or_exited_.set();
    });
  });
  std::exception_ptr error;
  bool cancelled = false;
  try {
    co_await start_child();
    co_await see_child_off();
  } catch (const Cancelled&) {
    cancelled = true;
  } catch (...) {
    error = std::current_exception();
  }
  if (switches_.hard_kill)
    co_await primitives::move_on_after(limit(hard_kill), wait_for(child_exited_, "the end of the child's thread"),
                                       Shield::yes);
  if (!child_exited_.is_set()) {
    destroy_tried_ = true;
    destroyed_ = child_.destroy();
  }
  if (switches_.aborts_channel_after_kill) channel_.abort();
  if (switches_.ends_message_loop_after_kill) reading_.cancel();
  if (cancelled) throw Cancelled();
  if (error) std::rethrow_exception(error);
}

Async<> Parent::start_child() {
  co_await peer_.tell("spec");
  if (!switches_.start_is_raced_against_exit) {
    co_await started_.wait("the child to have started");
    co_return;
  }
  co_await started_or_exited_.wait("the child to have started, or to have ended");
  if (!started_.is_set()) throw std::runtime_error("the child has ended before it had started");
}

Async<> Parent::see_child_off() {
  const std::string exit = "the exit of the child";
  bool kills = false;
  try {
    CancelScope joining(switches_.waits_bounded_to_join ? std::optional(limit(hard_kill)) : std::nullopt, Shield::yes);
    co_await primitives::within(joining, wait_for(join_children_, "the end of the body"));
    if (switches_.waits_bounded_for_exit) {
      co_await asked_or_exited_.wait(exit);
      co_await primitives::move_on_after(limit(hard_kill), wait_for(child_exited_, exit));
    } else {
      co_await child_exited_.wait(exit);
    }
  } catch (const Cancelled&) {
    kills = true;
  }
  if (!kills) co_return;
  if (switches_.hard_kill) co_await primitives::move_on_after(limit(hard_kill), soft_kill(), Shield::yes);
  throw Cancelled();
}

// Asks again, whether or not the nursery has asked.
Async<> Parent::soft_kill() {
  [[maybe_unused]] const bool acknowledged = co_await ask_to_cancel(Shield::yes);
  co_await child_exited_.wait("the exit of the child");
}

// A child that has gone already does not acknowledge anything either.
Async<bool> Parent::ask_to_cancel(Shield shield) {
  bool acknowledged = false;
  try {
    acknowledged = co_await peer_.cancel_other(limit(switches_.cancel_limit), shield);
  } catch (const std::runtime_error& error) {
    wedge::note(std::string("the child cannot be asked: ") + error.what());
  }
  if (!acknowledged) milestones_.request_is_given_up.reach();
  co_return acknowledged;
}

// Receives until the child's end of the channel is closed; a little longer if it is cancelled, for the last messages.
Async<> Parent::message_loop() {
  bool cancelled = false;
  try {
    co_await primitives::within(reading_, read_messages());
  } catch (const Cancelled&) {
    cancelled = true;
  }
  if (!cancelled) co_return;
  co_await primitives::move_on_after(limit(drain), read_messages(), Shield::yes);
  throw Cancelled();
}

Async<> Parent::read_messages() {
  try {
    co_await peer_.serve();
  } catch (const std::runtime_error& error) {  // closed here, or broken there
    wedge::note(std::string("the message loop ends: ") + error.what());
  }
}

std::string Parent::explain() const {
  std::string text;
  if (!loop_.is_asleep()) {
    text = "starvation: the parent's loop does not get to run and would not take a Ctrl-C";
  } else {
    text = destroyed_ || child_exited_.is_set() ? "orphaned I/O" : "missing producer";
    text += ": the parent's loop sleeps in epoll and would take a Ctrl-C";
    if (const auto longest = loop_.sleep_limit()) {
      const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(*longest).count();
      text += "; of itself it wakes after " + std::to_string(ms) + " ms, a time limit";
    } else {
      text += "; it has no time limit";
    }
  }
  for (const std::string& task : loop_.tasks()) text += "; " + task;
  const int unread = child_.unread_bytes();
  text += "; unread by the child: " + std::to_string(unread) + " bytes";
  const char* const outcome = destroyed_ ? "done" : destroy_tried_ ? "refused" : "not tried";
  return text + "; destruction of the child: " + outcome;
}

}  // namespace orphaned_recv
