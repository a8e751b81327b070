// A viewer never analyses what its user selects, because an analysis that nobody wants any more is never cancelled.
//   Source    samsartor/checkpointui c9abd8c, document not_cancelling_bug.md; replaced by polling in 9498010
//   Symptom   select a large tensor, then a small one: its charts never come, while keys and 'q' still work
//   Left out  the end of the process, which ends the analysis thread in the original: here it finishes, if it can;
//             the file and the arithmetic; the pieces of crossbeam-epoch that primitives/epoch.h says it leaves out
//
//   UI thread                                        analysis thread
//   1  selects the large tensor
//                                                    2  takes the request, reads the tensor
//                                                    3  waits for the word to compute a histogram: asleep, not pinned
//   4  selects the small tensor: a new request
//   5  drops the old analysis: dead at once, but its
//      destructor is deferred into the bag of this
//      thread, slot 1 of 64
//   6  waits for keys; pins and flushes nothing      7  sleeps for ever: only the destructor would wake it
//
// Every variant is the same program (program.h) with other switches. A theory "X causes it" has two: `without/X` is
// what was found with X taken away, `alone/X` has X, forced where need be, and the cause taken away: there the UI
// thread flushes its bag ten times a second. What the document says of each, and what came out: README.md.
#include "scenarios/deferred_reclamation/program.h"

namespace {

using deferred_reclamation::Switches;
using wedge::Outcome;

std::function<void()> with(const Switches& switches) {
  return [switches] { deferred_reclamation::run(switches); };
}

// The same with the cause taken away.
std::function<void()> alone(Switches switches) {
  switches.flushes_every_tick = true;
  return with(switches);
}

wedge::Expectation symptom(const std::string& text = "deferred work never run") {
  return wedge::expect(Outcome::unmet_obligation, text);
}
// It fails, and it is no thread that is pinned.
const wedge::Expectation nobody_is_pinned =
    symptom("slot 1 of 64 of the bag of thread UI, which has not handed it over; nobody is pinned");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "deferred-reclamation/stale-analysis",
    .title = "an analysis that is never cancelled",
    .source = "https://github.com/samsartor/checkpointui",
    .variants =
        {
            {"as-found", with({}), symptom()},

            // What it was: two things together.
            {"without/destructor-left-in-bag", with({.flushes_every_tick = true}), passes},
            {"alone/destructor-left-in-bag",
             with({.pins = Switches::Pins::none,
                   .read = Switches::Read::instant,
                   .guards = Switches::Guards::never_overlap,
                   .selection = Switches::Selection::when_parked}),
             nobody_is_pinned},
            {"without/death-wakes-nobody",
             with({.drop = Switches::Drop::wake_waiters, .wait = Switches::Wait::checks_again}), passes},
            {"alone/death-wakes-nobody", alone({}), passes},

            // The theories of the document, in its order.
            {"without/pinned-thread", with({.pins = Switches::Pins::none}), nobody_is_pinned},
            {"alone/pinned-thread", alone({.pins = Switches::Pins::for_ever}),
             symptom("thread analysis is pinned since epoch")},
            {"without/blocked-in-tensor-read", with({.read = Switches::Read::instant}), nobody_is_pinned},
            {"alone/blocked-in-tensor-read", alone({.read = Switches::Read::ten_seconds}), passes},
            {"without/extracted-refs", with({.references = Switches::References::none_extracted}), nobody_is_pinned},
            {"alone/extracted-refs", alone({.references = Switches::References::kept_to_the_end}), passes},
            {"without/cell-does-not-wake-on-drop", with({.cell_wakes_on_drop = true}), nobody_is_pinned},
            {"alone/cell-does-not-wake-on-drop", alone({.cell_wakes_on_drop = false}),
             symptom("it has been taken out to be run")},
            {"without/hidden-executor-pinned", with({.bystander = Switches::Bystander::none}), nobody_is_pinned},
            {"alone/hidden-executor-pinned", alone({.bystander = Switches::Bystander::pinned_for_ever}),
             symptom("thread executor is pinned since epoch")},
            {"without/every-poll-pins", with({.pins = Switches::Pins::none}), nobody_is_pinned},
            {"alone/every-poll-pins", alone({.pins = Switches::Pins::as_found}), passes},
            {"without/overlapping-guards", with({.guards = Switches::Guards::never_overlap}), nobody_is_pinned},
            {"alone/overlapping-guards", alone({.guards = Switches::Guards::overlap}), passes},
            {"without/nested-guards", with({.pins = Switches::Pins::as_found}), nobody_is_pinned},
            {"alone/nested-guards", alone({.pins = Switches::Pins::nested}), passes},
            {"without/two-analyses-race", with({.selection = Switches::Selection::when_parked}), nobody_is_pinned},
            {"alone/two-analyses-race", alone({.selection = Switches::Selection::while_reading}), passes},
            {"without/hidden-pins-in-sources", with({.read = Switches::Read::as_found}), nobody_is_pinned},
            {"alone/hidden-pins-in-sources", alone({.read = Switches::Read::pinned}), passes},

            // The fixes of the document, then those of upstream and others.
            {"fix/drop-refs-early", with({.references = Switches::References::dropped_early}), symptom()},
            {"fix/scope-pins", with({.read = Switches::Read::scoped_pins}), symptom()},
            {"fix/flush-once", with({.drop = Switches::Drop::flush_once}), symptom("sealed at epoch")},
            // The worker has to stay pinned over both flushes: seen once in 20,000 executions of random.
            {"fix/flush-twice-after-unpin", with({.drop = Switches::Drop::flush_twice}),
             symptom("sealed at epoch").too_rare("random")},
            {"fix/flush-inside-guard", with({.drop = Switches::Drop::flush_inside_guard}), symptom("sealed at epoch")},
            {"fix/pinned-thread-during-flush",
             with({.drop = Switches::Drop::flush_twice, .bystander = Switches::Bystander::pinned_during_the_flush}),
             symptom("sealed at epoch")},
            {"fix/timeout-around-read", with({.read = Switches::Read::with_timeout}), symptom()},
            {"fix/flag-without-wake", with({.drop = Switches::Drop::set_flag, .wait = Switches::Wait::watches_flag}),
             symptom()},
            {"fix/flag-with-wake",
             with({.drop = Switches::Drop::set_flag_and_wake, .wait = Switches::Wait::watches_flag}), passes},
            {"fix/upstream-poll", with({.wait = Switches::Wait::every_100_ms}), passes},
            {"fix/upstream-poll-guard-through-sleep", with({.wait = Switches::Wait::every_100_ms_pinned}), passes},
            {"fix/wake-in-drop", with({.drop = Switches::Drop::wake_waiters}), symptom()},
            {"fix/wake-in-drop-and-check-again",
             with({.drop = Switches::Drop::wake_waiters, .wait = Switches::Wait::checks_again}), passes},
            {"fix/extra-logging", with({.logs = true}), symptom()},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
