// The sibling of the failure: the same picture from outside, but Ctrl-C does nothing, for the parent cannot run at all.
//   Source    goodboy/tractor, document subint_sigint_starvation_issue.md
//   Symptom   the write of the signal handler to the loop's wakeup sockets says EAGAIN, after six that succeed
//   Left out  what unacknowledged_cancel.cpp leaves out; that an interpreter's lock is given up now and then: here the
//             child's work keeps it while it waits
//
//   parent's loop                                        child's thread
//   1  starts the child, sleeps in epoll without the lock
//                                                        2  takes the lock of the interpreter, and waits 1 s, and
//                                                           again, for ever, with it
//   3  is woken, and waits for the lock
//   4  Ctrl-C: the handler writes a byte; that succeeds
//      six times, for so much fits, and then it is EAGAIN.
//      Nobody has read one
#include "scenarios/cause.h"
#include "scenarios/orphaned_recv/program.h"

namespace {

using namespace orphaned_recv;
using wedge::Outcome;
using Lock = Switches::InterpreterLock;

// Where the loop gets to run, the user presses until it ends: what comes while the body still runs is only an error of
// the body, and the next one is needed (as-found/early-ctrl-c).
std::function<void()> with(Switches switches) {
  if (scenarios::cause_is_removed()) switches.interpreter_lock = Lock::released_while_waiting;
  if (switches.presses == 0)
    switches.presses = switches.interpreter_lock == Lock::held_while_waiting ? 8 : until_it_ends;
  return [switches] { run(switches); };
}

wedge::Expectation symptom(const std::string& keyboard = "6 writes succeed, 2 say EAGAIN, the loop has read 0") {
  return wedge::expect(Outcome::deadline, keyboard);
}
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "orphaned-recv/starved-interrupt",
    .title = "Ctrl-C for a loop that does not get to run",
    .source = "https://github.com/goodboy/tractor",
    .variants =
        {
            {"as-found", with({.interpreter_lock = Lock::held_while_waiting}),
             wedge::expect(Outcome::deadline, "the parent's loop does not get to run")},

            {"without/lock-held-while-waiting", with({.interpreter_lock = Lock::released_while_waiting}), passes},
            {"alone/lock-held-while-waiting",
             with({.unacknowledged = Switches::Unacknowledged::is_an_error,
                   .body = Switches::Body::really_cancels,
                   .interpreter_lock = Lock::held_while_waiting}),
             symptom()},
            {"without/silence-counts-as-done",
             with({.unacknowledged = Switches::Unacknowledged::is_an_error,
                   .interpreter_lock = Lock::held_while_waiting}),
             symptom()},
            {"alone/silence-counts-as-done", with({.interpreter_lock = Lock::released_while_waiting}), passes},
            // The document of the sibling: six writes succeed, so the loop ran six times and drained the sockets.
            // Pressed within no time, nothing can have drained them in between.
            {"without/six-writes-mean-six-drains",
             with({.interpreter_lock = Lock::held_while_waiting, .press_every = 0s}), symptom()},
            {"alone/six-writes-mean-six-drains", with({.interpreter_lock = Lock::released_while_waiting}), passes},

            {"fix/press-again", with({.interpreter_lock = Lock::held_while_waiting, .presses = 20}),
             symptom("6 writes succeed, 14 say EAGAIN, the loop has read 0")},
            {"fix/larger-wakeup-buffer", with({.interpreter_lock = Lock::held_while_waiting, .wakeup_buffer = 1 << 16}),
             symptom("8 writes succeed, 0 say EAGAIN, the loop has read 0")},
            {"fix/release-the-lock-while-waiting", with({.interpreter_lock = Lock::released_while_waiting}), passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
