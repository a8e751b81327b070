// A viewer never analyses what its user selects, because an analysis that nobody wants any more is never cancelled.
//   Source    samsartor/checkpointui c9abd8c, document not_cancelling_bug.md; replaced by polling in 9498010
//   Symptom   select a large tensor, then a small one: its charts never come, while keys and 'q' still work
//   Left out  the end of the process, which ends the analysis thread in the original: here 'q' waits for it;
//             the key 'y', by which the user asks for the charts of a large tensor; that to select what is no tensor
//             keeps the old analysis; empty tensors, whose spectrum is set under a pin of its own, as any other;
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
// thread flushes its bag ten times a second. Where `without/X` has no switch, X is not in the program as found.
// What the document says of each, and what came out: README.md.
#include "scenarios/deferred_reclamation/program.h"

namespace {

using deferred_reclamation::Size;
using deferred_reclamation::Switches;
using wedge::Outcome;
using Bystander = Switches::Bystander;
using Drop = Switches::Drop;
using Guards = Switches::Guards;
using Pins = Switches::Pins;
using Read = Switches::Read;
using References = Switches::References;
using Selection = Switches::Selection;
using Wait = Switches::Wait;

std::function<void()> with(const Switches& switches) {
  return [switches] { deferred_reclamation::run(switches); };
}

// The same with the cause taken away.
std::function<void()> alone(Switches switches) {
  switches.flushes_every_tick = true;
  return with(switches);
}

// Of a variant that takes virtual seconds.
wedge::Variant slow(std::string name, std::function<void()> body, wedge::Expectation expectation) {
  return {std::move(name), std::move(body), std::move(expectation), 0, wedge::Unfit::real_time};
}

wedge::Expectation symptom(const std::string& text = "deferred work never run") {
  return wedge::expect(Outcome::unmet_obligation, text);
}
// It fails, and it is no thread that is pinned.
const wedge::Expectation nobody_is_pinned =
    symptom("slot 1 of 64 of the bag of thread UI, which has not handed it over; nobody is pinned");
const wedge::Expectation analysis_is_pinned = symptom("thread analysis is pinned since epoch");
// It fails otherwise: nothing is deferred any more.
const wedge::Expectation destroyed = symptom("it has been taken out to be run");
const wedge::Expectation sealed = symptom("sealed at epoch");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "deferred-reclamation/stale-analysis",
    .title = "an analysis that is never cancelled",
    .source = "https://github.com/samsartor/checkpointui",
    .variants =
        {
            {"as-found", with({}), symptom()},
            // Asleep until it is asked for the spectrum.
            {"as-found/medium-tensor", with({.first = Size::medium}),
             symptom("of the medium tensor sits in slot 1 of 64 of the bag of thread UI, which has not handed it over; "
                     "nobody is pinned")},
            slow("as-found/slow-read", with({.read = Read::forty_seconds, .selection = Selection::after_45_seconds}),
                 nobody_is_pinned),
            // 257 drops: the last one runs the destructor that the first has deferred.
            {"as-found/258-selections", with({.selection = Selection::when_asleep, .further_selections = 256}), passes},

            // What it was: two things together.
            {"without/destructor-left-in-bag", with({.flushes_every_tick = true}), passes},
            {"alone/destructor-left-in-bag",
             with({.pins = Pins::none,
                   .read = Read::instant,
                   .references = References::none_extracted,
                   .guards = Guards::never_overlap,
                   .selection = Selection::when_asleep}),
             nobody_is_pinned},
            {"without/death-wakes-nobody", with({.drop = Drop::wake_waiters, .wait = Wait::checks_again}), passes},
            {"alone/death-wakes-nobody", alone({}), passes},

            // The theories of the document, in its order.
            {"without/pinned-thread", with({.pins = Pins::none}), nobody_is_pinned},
            {"alone/pinned-thread", alone({.pins = Pins::analyses_for_ever}), analysis_is_pinned},
            {"alone/pinned-two-seconds",
             with({.selection = Selection::when_asleep, .bystander = Bystander::pinned_two_seconds}), passes},
            {"without/blocked-in-tensor-read", with({.read = Read::instant}), nobody_is_pinned},
            slow("alone/blocked-in-tensor-read",
                 alone({.read = Read::ten_seconds, .selection = Selection::while_reading}), passes),
            {"without/read-never-returns", with({.read = Read::instant}), nobody_is_pinned},
            {"alone/read-never-returns", alone({.read = Read::never_returns}), destroyed},
            {"without/read-never-returns-pinned", with({.read = Read::instant}), nobody_is_pinned},
            {"alone/read-never-returns-pinned", alone({.read = Read::pinned_for_ever}), analysis_is_pinned},
            {"without/extracted-refs", with({.references = References::none_extracted}), nobody_is_pinned},
            {"alone/extracted-refs", alone({.references = References::kept_to_the_end}), passes},
            {"without/cell-does-not-wake-on-drop", with({.cell_wakes_on_drop = true}), nobody_is_pinned},
            {"alone/cell-does-not-wake-on-drop", alone({.cell_wakes_on_drop = false}), destroyed},
            {"without/hidden-executor-pinned", with({.bystander = Bystander::none}), nobody_is_pinned},
            {"alone/hidden-executor-pinned", alone({.bystander = Bystander::pinned_for_ever}),
             symptom("thread executor is pinned since epoch")},
            {"without/every-poll-pins", with({.pins = Pins::not_in_polls}), nobody_is_pinned},
            {"alone/every-poll-pins", alone({.pins = Pins::polls_stay_pinned}), analysis_is_pinned},
            {"without/overlapping-guards", with({.guards = Guards::never_overlap}), nobody_is_pinned},
            {"alone/overlapping-guards", alone({.guards = Guards::overlap}), passes},
            {"without/nested-guards", with({.pins = Pins::as_found}), nobody_is_pinned},
            {"alone/nested-guards", alone({.pins = Pins::nested}), passes},
            {"without/two-analyses-race", with({.selection = Selection::when_asleep}), nobody_is_pinned},
            {"alone/two-analyses-race", alone({.selection = Selection::while_reading}), passes},
            {"without/hidden-pins-in-sources", with({.read = Read::as_found}), nobody_is_pinned},
            {"alone/hidden-pins-in-sources", alone({.read = Read::pinned}), passes},

            // The fixes of the document, then those of upstream and others.
            {"fix/drop-refs-early", with({.references = References::dropped_early}), nobody_is_pinned},
            {"fix/drop-refs-after-read", with({.references = References::dropped_after_read}), nobody_is_pinned},
            {"fix/scope-pins", with({.read = Read::scoped_pins}), nobody_is_pinned},
            {"fix/advance-in-analysis-thread",
             with({.references = References::dropped_after_read, .analysis_flushes = true}), nobody_is_pinned},
            {"fix/advance-in-another-thread", with({.bystander = Bystander::flushes}), nobody_is_pinned},
            {"fix/flush-once", with({.drop = Drop::flush_once}), sealed},
            // The worker has to stay pinned over both flushes: seen about once in 20,000 executions of random.
            {"fix/flush-twice-after-unpin", with({.drop = Drop::flush_twice}),
             symptom("sealed at epoch").too_rare("random")},
            {"fix/flush-inside-guard", with({.drop = Drop::flush_inside_guard}), sealed},
            {"fix/pinned-thread-during-flush",
             with({.drop = Drop::flush_twice, .bystander = Bystander::pinned_during_the_flush}), sealed},
            {"fix/timeout-around-read", with({.read_has_time_limit = true}), nobody_is_pinned},
            slow("fix/timeout-around-slow-read",
                 with({.read = Read::forty_seconds,
                       .selection = Selection::after_45_seconds,
                       .read_has_time_limit = true}),
                 wedge::expect(Outcome::unmet_obligation, "the large tensor is read")),
            {"fix/flag-without-wake", with({.drop = Drop::set_flag, .wait = Wait::watches_flag}), nobody_is_pinned},
            {"fix/flag-with-wake", with({.drop = Drop::set_flag_and_wake, .wait = Wait::watches_flag}), passes},
            {"fix/upstream-poll", with({.wait = Wait::every_100_ms}), passes},
            {"fix/upstream-poll-guard-through-sleep", with({.wait = Wait::every_100_ms_pinned}), passes},
            {"fix/wake-in-drop", with({.drop = Drop::wake_waiters}), nobody_is_pinned},
            {"fix/wake-in-drop-and-check-again", with({.drop = Drop::wake_waiters, .wait = Wait::checks_again}),
             passes},
            {"fix/cells-outside-the-box", with({.drop = Drop::cells_at_once}), passes},
            {"fix/extra-logging", with({.logs = true}), nobody_is_pinned},

            // How long both forms of polling take, and hold back what another thread flushes: on stdout.
            {"measured/upstream-poll", with({.wait = Wait::every_100_ms, .measures = true}), passes},
            {"measured/upstream-poll-guard-through-sleep", with({.wait = Wait::every_100_ms_pinned, .measures = true}),
             passes},

            {"upstream-test/dead-ref-get-none", deferred_reclamation::test_dead_reference_gets_nothing, passes},
            {"upstream-test/concurrent-drop-get", deferred_reclamation::test_drop_during_get, passes},
            {"upstream-test/concurrent-recycler-stress", deferred_reclamation::test_counters_used_again, passes},
            {"upstream-test/recycler-of-many-objects", deferred_reclamation::test_many_objects, passes},
            // Not upstream's: what none of theirs asks.
            {"upstream-test/drop-wakes-waiter-added", deferred_reclamation::test_drop_wakes_waiter,
             symptom("in slot 1 of 64 of the bag of thread test, which has not handed it over; nobody is pinned")},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
