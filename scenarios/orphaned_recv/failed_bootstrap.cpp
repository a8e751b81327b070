// A parent waits for ever for a child that has died before it connected: the error was in a thread, where nobody saw
// it.
//   Source    goodboy/tractor, the driver thread of a child; "fixed" in 54561959, which logs the error
//   Symptom   the parent sits in epoll, and one Ctrl-C does not end it: that is an error of the body, which is kept
//   Left out  what unacknowledged_cancel.cpp leaves out; that the child connects of itself: here the two ends are there
//             from the start, and those of a child that has died stay open, as no connection is there to be closed
//
//   parent's loop                                        child's thread
//   1  starts the child's thread
//                                                        2  an error, before it connects; nobody reports it
//                                                        3  tells the parent that it has exited, and ends
//   4  the supervisor waits for the child to have started,
//      and looks for its exit only after that; the body
//      waits for the same
#include "scenarios/cause.h"
#include "scenarios/orphaned_recv/program.h"

namespace {

using namespace orphaned_recv;
using wedge::Outcome;

// With a child that would do what it is asked to, and a test that would ask it.
std::function<void()> with(Switches switches) {
  switches.child_work = Switches::ChildWork::awaits;
  switches.body = Switches::Body::really_cancels;
  if (scenarios::cause_is_removed()) switches.start_is_raced_against_exit = true;
  return [switches] { run(switches); };
}

const wedge::Expectation symptom = wedge::expect(Outcome::deadline, "supervisor: the child to have started");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "orphaned-recv/failed-bootstrap",
    .title = "a child that dies before it has started",
    .source = "https://github.com/goodboy/tractor",
    .variants =
        {
            {"as-found", with({.child_dies_in_bootstrap = true}), symptom},
            {"as-found/ctrl-c", with({.child_dies_in_bootstrap = true, .presses = 1}), symptom},

            {"without/waits-for-the-start-alone",
             with({.child_dies_in_bootstrap = true, .start_is_raced_against_exit = true}), passes},
            {"alone/waits-for-the-start-alone", with({.child_dies_in_bootstrap = true, .logs_bootstrap_error = true}),
             symptom},
            {"without/error-in-bootstrap", with({}), passes},
            {"alone/error-in-bootstrap", with({.child_dies_in_bootstrap = true, .start_is_raced_against_exit = true}),
             passes},
            {"without/invisible-error", with({.child_dies_in_bootstrap = true, .logs_bootstrap_error = true}), symptom},
            {"alone/invisible-error", with({.child_dies_in_bootstrap = true, .start_is_raced_against_exit = true}),
             passes},

            {"fix/log-bootstrap-error", with({.child_dies_in_bootstrap = true, .logs_bootstrap_error = true}), symptom},
            {"fix/race-start-against-exit",
             with({.child_dies_in_bootstrap = true, .start_is_raced_against_exit = true}), passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
