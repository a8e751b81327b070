// A test of a multi-actor library never ends, because a request to cancel that nobody answers counts as done.
//   Source    goodboy/tractor 4a325458, document subint_cancel_delivery_hang_issue.md; the class of it fixed for
//             children that are processes in 9426fea5
//   Symptom   the parent sits in epoll, far beyond the moment at which its child should be gone; Ctrl-C works
//   Left out  Python, and the lock of its interpreter where no theory is about it; the connection's beginning (see
//             replaced_event.cpp); the waiter for the child's result; the helper thread that joins the child's;
//             the end of the process, which ends the child's thread in the original
//
//   parent's loop                                        child's thread
//   1  starts the child, which connects
//                                                        2  its work waits 1 s, and again, for ever: it is the only
//                                                           thread of the child's loop, which runs no other task
//   3  t = 0.5 s: the body fails; its error is kept until
//      the children have ended, and cancels nothing
//   4  sends the request to cancel: into a receive queue
//                                                        5  never reads it
//   6  t = 1.0 s: no answer within the 0.5 s of a request:
//      a note for debugging, and all counts as done. The
//      hard kill waits for the 3 s of all requests to pass,
//      and they have ended after 0.5
//   7  the nursery waits for the supervisor, which waits
//      for the child's exit, without a limit: nobody asks
//      for it any more
//
// Every variant is the same program (program.h) with other switches. A theory "X causes it" has two: `without/X` is
// what was found with X taken away, `alone/X` has X, forced where need be, and the cause taken away: there a request
// that nobody acknowledges is an error. What the document says of each, and what came out: README.md.
#include "scenarios/cause.h"
#include "scenarios/orphaned_recv/program.h"

namespace {

using namespace orphaned_recv;
using wedge::Outcome;
using Unacknowledged = Switches::Unacknowledged;
using Destroy = Switches::Destroy;

std::function<void()> with(Switches switches) {
  if (scenarios::cause_is_removed()) switches.unacknowledged = Unacknowledged::is_an_error;
  return [switches] { run(switches); };
}

// The same with the cause taken away.
std::function<void()> alone(Switches switches) {
  switches.unacknowledged = Unacknowledged::is_an_error;
  return with(switches);
}

wedge::Expectation symptom(const std::string& text = {}) {
  return wedge::expect(Outcome::deadline, "the parent's loop sleeps in epoll and would take a Ctrl-C" + text);
}
const wedge::Expectation passes = wedge::expect(Outcome::pass);
constexpr auto refuses = Destroy::refuses;

const wedge::Scenario scenario{
    .id = "orphaned-recv/unacknowledged-cancel",
    .title = "a request to cancel that nobody answers",
    .source = "https://github.com/goodboy/tractor",
    .variants =
        {
            {"as-found", with({}), symptom()},
            {"as-found/ctrl-c", with({.presses = until_it_ends, .press_every = 2s}), passes},
            {"as-found/early-ctrl-c", with({.presses = 1, .first_press = 200ms}), symptom()},
            {"as-found/left-alone", with({.hangs_if_idle_for = 26s, .takes_at_least = 15s}), passes},

            // What it was: the first of these, and what it takes besides.
            {"without/silence-counts-as-done", with({.unacknowledged = Unacknowledged::is_an_error}), passes},
            {"alone/silence-counts-as-done", with({.cancel_limit = 2900ms, .hard_kill = false}), symptom()},
            {"without/child-blocks-its-loop", with({.child_work = Switches::ChildWork::awaits}), passes},
            {"alone/child-blocks-its-loop", alone({}), passes},
            {"without/cancel-never-issued", with({.body = Switches::Body::really_cancels}), passes},
            {"alone/cancel-never-issued", alone({.body = Switches::Body::missing_attribute}), passes},

            // The theories of the document, in its order.
            {"without/orphaned-receive", with({.unacknowledged = Unacknowledged::ends_the_message_loop}), symptom()},
            {"alone/orphaned-receive",
             alone({.destroy = Destroy::ends_the_child, .message_loops = Switches::MessageLoops::waited_for}),
             symptom()},
            {"without/child-destroyed", with({.destroy = refuses}), symptom()},
            {"alone/child-destroyed", alone({.destroy = Destroy::ends_the_child}), passes},
            {"without/after-the-hard-kill", with({.hard_kill = false}), symptom()},
            {"alone/after-the-hard-kill", alone({.hard_kill = true}), passes},
            {"without/answer-too-late", with({.cancel_limit = 2900ms}), symptom()},
            {"alone/answer-too-late", alone({.cancel_limit = 1ms}), passes},
            {"without/interpreter-lock", with({.interpreter_lock = Switches::InterpreterLock::none}), symptom()},
            {"alone/interpreter-lock", alone({.interpreter_lock = Switches::InterpreterLock::released_while_waiting}),
             passes},

            // The fixes of the document, then those of upstream and others.
            {"fix/abort-channel-after-kill", with({.aborts_channel_after_kill = true}), symptom()},
            {"fix/end-message-loop-after-kill", with({.ends_message_loop_after_kill = true}), symptom()},
            {"fix/bound-the-wait-to-join", with({.waits_bounded_to_join = true}), symptom()},
            {"fix/test-timeout-3s", with({.has_test_timeout = true}), wedge::expect(Outcome::panic)},
            {"fix/upstream-terminate", with({.unacknowledged = Unacknowledged::terminates_if_it_can}), symptom()},
            {"fix/longer-request", with({.cancel_limit = 4s}), symptom()},
            {"fix/unshielded-longer-request",
             with({.cancel_limit = 4s, .cancel_is_shielded = false, .hangs_if_idle_for = 14s}), passes},
            {"fix/silence-is-an-error", with({.unacknowledged = Unacknowledged::is_an_error}), passes},
            {"fix/bound-the-wait-for-exit", with({.waits_bounded_for_exit = true}), passes},
            {"fix/error-cancels-the-nursery", with({.error_of_body = Switches::ErrorOfBody::cancels_the_nursery}),
             passes},
            {"fix/test-really-cancels", with({.body = Switches::Body::really_cancels}), passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
