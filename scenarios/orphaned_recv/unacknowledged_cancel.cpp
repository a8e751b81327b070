// A test of a multi-actor library never ends, because a request to cancel that nobody answers counts as done.
//   Source    goodboy/tractor 4a325458, document subint_cancel_delivery_hang_issue.md; the class of it fixed for
//             children that are processes in 9426fea5
//   Symptom   the parent sits in epoll, far beyond the moment at which its child should be gone; Ctrl-C works
//   Left out  Python, and the lock of its interpreter where no theory is about it; the connection's beginning (see
//             replaced_event.cpp); the waiter for the child's result; the helper thread that joins the child's;
//             the 0.5 s for which the nursery's exit and the child's farewell to the registry wait each; the stack dump
//             at 15 s; the end of the process, which ends the child's thread in the original
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
//   8  t = 15 s: the limit of the whole test cancels all;
//      only now the way out is taken, and comes out at 21 s
//      with the error that has been kept since 3
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
wedge::Expectation says(const std::string& text) { return wedge::expect(Outcome::deadline, text); }
wedge::Expectation fails(const std::string& text) { return wedge::expect(Outcome::panic, "the test fails: " + text); }
const wedge::Expectation passes = wedge::expect(Outcome::pass);
using Body = Switches::Body;
using Work = Switches::ChildWork;
using Lock = Switches::InterpreterLock;
constexpr auto refuses = Destroy::refuses;
constexpr auto ends_the_child = Destroy::ends_the_child;
constexpr auto is_an_error = Unacknowledged::is_an_error;
constexpr auto terminates = Unacknowledged::terminates_if_it_can;
constexpr auto once_works = Switches::PressOnce::the_child_works;

const wedge::Scenario scenario{
    .id = "orphaned-recv/unacknowledged-cancel",
    .title = "a request to cancel that nobody answers",
    .source = "https://github.com/goodboy/tractor",
    .variants =
        {
            {"as-found", with({}), symptom()},
            // One Ctrl-C is enough, and nothing is needed but the time limits of the way out: 3 s, 3 s, 0.5 s.
            {"as-found/ctrl-c",
             with({.presses = 1, .takes_at_least = 7s, .takes_at_most = 8500ms, .must_end_in_error_of_body = true}),
             passes},
            {"as-found/early-ctrl-c", with({.presses = 1, .press_once = once_works}), symptom()},
            {"as-found/early-ctrl-c-and-another", with({.presses = 2, .press_once = once_works}), passes},
            // The limit of the whole test ends it, 6 s later; and in the error of the body, not in that of the limit.
            {"as-found/left-alone",
             with({.hangs_if_idle_for = 26s,
                   .takes_at_least = 21s,
                   .takes_at_most = 22s,
                   .must_end_in_error_of_body = true}),
             passes},
            {"as-found/lock-released", with({.interpreter_lock = Lock::released_while_waiting}),
             says("unread by the child: 5 bytes")},

            // What it was: the first of these, and what it takes besides.
            {"without/silence-counts-as-done", with({.unacknowledged = is_an_error}), passes},
            {"alone/silence-counts-as-done", with({.cancel_limit = 2900ms, .hard_kill = false}), symptom()},
            {"without/child-blocks-its-loop", with({.child_work = Work::awaits}), passes},
            {"alone/child-blocks-its-loop", alone({}), passes},
            {"without/cancel-never-issued", with({.body = Body::really_cancels}), passes},
            {"alone/cancel-never-issued", alone({.body = Body::missing_attribute}), passes},

            // The theories of the document, in its order. Nothing is destroyed in the program as found: without the
            // destruction, the hard kill, or the lock it does what it did.
            {"without/orphaned-receive", with({.unacknowledged = Unacknowledged::ends_the_message_loop}), symptom()},
            {"alone/orphaned-receive",
             alone({.destroy = ends_the_child, .message_loops = Switches::MessageLoops::waited_for}), symptom()},
            {"without/child-destroyed", with({.destroy = refuses}), says("destruction of the child: not tried")},
            {"alone/child-destroyed", alone({.destroy = ends_the_child}), passes},
            {"without/after-the-hard-kill", with({.hard_kill = false}), symptom()},
            {"alone/after-the-hard-kill", alone({.hard_kill = true}), passes},
            {"without/request-processed-by-chance", with({.asks_child = false}), says("unread by the child: 0 bytes")},
            {"alone/request-processed-by-chance",
             alone({.child_work = Work::awaits, .destroy = ends_the_child, .cancel_limit = 1ms, .hard_kill = false}),
             passes},
            {"without/answer-too-late", with({.cancel_limit = 2900ms}), symptom()},
            {"alone/answer-too-late", alone({.child_work = Work::blocks_until_given_up}), passes},
            {"without/interpreter-lock", with({.interpreter_lock = Lock::none}), symptom()},
            {"alone/interpreter-lock", alone({.interpreter_lock = Lock::released_while_waiting}), passes},

            // The fixes of the document, then those of upstream and others.
            {"fix/abort-channel-after-kill", with({.aborts_channel_after_kill = true}), symptom()},
            {"fix/end-message-loop-after-kill", with({.ends_message_loop_after_kill = true}), symptom()},
            {"fix/bound-the-wait-to-join", with({.waits_bounded_to_join = true}), symptom()},
            {"fix/test-timeout-3s", with({.has_test_timeout = true}), wedge::expect(Outcome::panic)},
            {"fix/test-timeout-3s-and-silence-is-an-error",
             with({.unacknowledged = is_an_error, .has_test_timeout = true}), wedge::expect(Outcome::panic)},
            {"fix/upstream-terminate", with({.unacknowledged = terminates}), symptom()},
            {"fix/upstream-terminate-a-process", with({.unacknowledged = terminates, .child_can_be_terminated = true}),
             passes},
            {"fix/longer-request", with({.cancel_limit = 4s}), symptom()},
            {"fix/unshielded-longer-request",
             with({.cancel_limit = 4s,
                   .cancel_is_shielded = false,
                   .hangs_if_idle_for = 14s,
                   .must_end_in_error_of_body = true}),
             passes},
            {"fix/silence-is-an-error",
             with({.unacknowledged = is_an_error, .takes_at_most = 8s, .must_end_in_error_of_body = true}), passes},
            {"fix/bound-the-wait-for-exit",
             with({.waits_bounded_for_exit = true, .takes_at_most = 8s, .must_end_in_error_of_body = true}), passes},
            {"fix/error-cancels-the-nursery",
             with({.error_of_body = Switches::ErrorOfBody::cancels_the_nursery, .takes_at_most = 8500ms}), passes},
            {"fix/test-really-cancels",
             with({.body = Body::really_cancels, .error_fails = true, .takes_at_least = 6500ms, .takes_at_most = 8s}),
             passes},
            // The limit counts from the request, not from the end of the body: nobody has asked this child to end.
            {"control/bounded-exit-of-a-healthy-child",
             with({.child_work = Work::awaits_for_8s,
                   .body = Body::ends,
                   .waits_bounded_for_exit = true,
                   .error_fails = true,
                   .takes_at_least = 8s}),
             passes},

            // The tests that upstream has, and the second as it was meant: it really cancels, and looks for the child.
            {"upstream-test/happy-teardown",
             with({.child_work = Work::returns_a_result, .body = Body::has_the_result, .error_fails = true}), passes},
            {"upstream-test/non-checkpointing-child",
             with({.hangs_if_idle_for = 26s, .error_fails = true, .takes_at_most = 22s}), fails(no_such_attribute)},
            {"upstream-test/non-checkpointing-child-corrected",
             with({.body = Body::really_cancels, .error_fails = true, .child_must_be_gone = true}),
             fails("the child is still there")},
            // The same two where the failure is cured, and the second where a child can be ended from outside.
            {"control/cured-and-tested", with({.unacknowledged = is_an_error, .error_fails = true}),
             fails(no_such_attribute)},
            {"control/cured-and-tested-as-corrected",
             with({.unacknowledged = is_an_error,
                   .body = Body::really_cancels,
                   .error_fails = true,
                   .child_must_be_gone = true}),
             fails("the child is still there")},
            {"control/cured-and-tested-with-a-process",
             with({.unacknowledged = is_an_error,
                   .body = Body::really_cancels,
                   .child_can_be_terminated = true,
                   .error_fails = true,
                   .child_must_be_gone = true}),
             passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
