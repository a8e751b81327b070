// The sibling of the failure: Ctrl-C does nothing, for the parent cannot run at all.
//   Source    goodboy/tractor, document subint_sigint_starvation_issue.md
//   Symptom   the write of the signal handler to the loop's wakeup sockets says EAGAIN, after six that succeed
//   Left out  what unacknowledged_cancel.cpp leaves out; that the original's test closes the child's channel first, so
//             that the request to cancel fails at once; and how the child comes to keep the lock of the interpreter,
//             which it should give up while it waits. Nobody has found that out. That it keeps it for good, once it is
//             abandoned, stands in for it
//
//   parent's loop                                        child's thread
//   1  starts the child, which connects
//                                                        2  its work waits 1 s, and again, for ever; without the lock
//                                                           of the interpreter, which both share
//   3  the body cancels the nursery: the supervisor asks
//      the child to cancel itself, waits 3 s for its exit,
//      and 3 s for its thread
//   4  the destruction of the child is refused, since it
//      runs: it is abandoned
//   5  sleeps in epoll, without the lock
//                                                        6  takes the lock, and waits with it from now on
//   7  is woken, and waits for the lock
//   8  Ctrl-C: the handler writes a byte; that succeeds
//      six times, for so much fits, and then it is EAGAIN.
//      Nobody has read one
#include "scenarios/cause.h"
#include "scenarios/orphaned_recv/program.h"

namespace {

using namespace orphaned_recv;
using wedge::Outcome;
using Lock = Switches::InterpreterLock;

// The test does not cancel, but fails. The user presses once the child is abandoned.
std::function<void()> by_an_error(Switches switches) {
  if (scenarios::cause_is_removed()) switches.interpreter_lock = Lock::released_while_waiting;
  if (switches.presses == 0) switches.presses = 8;
  return [switches] { run(switches); };
}

// The same with a test that cancels.
std::function<void()> with(Switches switches) {
  switches.body = Switches::Body::really_cancels;
  return by_an_error(switches);
}

wedge::Expectation symptom(const std::string& keyboard = "6 writes succeed, 2 say EAGAIN, the loop has read 0") {
  return wedge::expect(Outcome::deadline, keyboard);
}
const wedge::Expectation passes = wedge::expect(Outcome::pass);
constexpr auto kept = Lock::kept_once_abandoned;
constexpr auto released = Lock::released_while_waiting;

const wedge::Scenario scenario{
    .id = "orphaned-recv/starved-interrupt",
    .title = "Ctrl-C for a loop that does not get to run",
    .source = "https://github.com/goodboy/tractor",
    .variants =
        {
            {"as-found", with({.interpreter_lock = kept}),
             wedge::expect(Outcome::deadline, "the parent's loop does not get to run and would not take a Ctrl-C")},

            // In the last of the four nobody cancels by himself: an error does.
            {"without/abandoned-child", with({.child_work = Switches::ChildWork::awaits, .interpreter_lock = kept}),
             passes},
            {"alone/abandoned-child", with({.interpreter_lock = released}), passes},
            {"without/lock-kept-while-waiting", with({.interpreter_lock = released}), passes},
            {"alone/lock-kept-while-waiting",
             by_an_error({.unacknowledged = Switches::Unacknowledged::is_an_error, .interpreter_lock = kept}),
             symptom()},
            // The document on it: the supervisor's shielded wait for the end of the body is "structurally involved".
            {"without/shielded-wait-to-join", with({.interpreter_lock = kept, .waits_bounded_to_join = true}),
             symptom()},
            {"alone/shielded-wait-to-join", with({.interpreter_lock = released, .waits_bounded_to_join = false}),
             passes},
            // What was read from the writes. Six succeed, so the loop ran six times and drained the sockets: pressed
            // within no time, nothing can have drained them in between. One succeeds, so the loop drains them.
            {"without/six-writes-mean-six-drains", with({.interpreter_lock = kept, .press_every = 0s}), symptom()},
            {"alone/six-writes-mean-six-drains", with({.interpreter_lock = released, .press_every = 0s}), passes},
            {"without/one-write-means-a-drain", with({.interpreter_lock = kept, .presses = 1}),
             symptom("1 writes succeed, 0 say EAGAIN, the loop has read 0")},
            {"alone/one-write-means-a-drain", with({.interpreter_lock = released, .presses = 1}), passes},

            {"fix/press-again", with({.interpreter_lock = kept, .presses = 20}),
             symptom("6 writes succeed, 14 say EAGAIN, the loop has read 0")},
            {"fix/larger-wakeup-buffer", with({.interpreter_lock = kept, .wakeup_buffer = 1 << 16}),
             symptom("8 writes succeed, 0 say EAGAIN, the loop has read 0")},
            {"fix/release-the-lock-while-waiting", with({.interpreter_lock = released}), passes},
            // Those of the document on it: a lock for each interpreter, and a destruction that does not refuse.
            {"fix/a-lock-for-each", with({.interpreter_lock = Lock::none}), passes},
            {"fix/forced-destruction", with({.destroy = Switches::Destroy::ends_the_child, .interpreter_lock = kept}),
             passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
