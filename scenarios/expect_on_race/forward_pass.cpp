// An inference engine panics because a request is cancelled between the check that its state exists and its use.
//   Source    oldnordic/ROCmForge, docs/DEBUG_P0_RACE_CONDITION_FIX_2026-01-11.md; "fixed" in 0774119
//   Symptom   "request state should exist", and the process is gone
//   Left out  what masks it in the original: no token ever gets as far (masked.cpp); the seconds that it takes to build
//             a GPU runtime, without a lock; the numbers
//
//   inference loop                                   client A
//   1  reads the scheduler: not cancelled
//                                                    2  cancels: marks the request under the scheduler's lock
//   3  ensures the state: it is there, lets go
//                                                    4  removes the state, under the lock of the states
//   5  locks the states, looks the request up: panic
//
// Every variant is the same program (program.h) with other switches. A theory "X causes it" has two: `without/X` is
// what was found with X taken away, `alone/X` has X, forced where need be, and nobody who cancels. What the document
// says of each, and what came out: README.md.
#include "scenarios/expect_on_race/program.h"

namespace {

using expect_on_race::Switches;
using expect_on_race::with;
using wedge::Outcome;
using Cancels = Switches::Cancels;
using Lookup = Switches::Lookup;
using Reload = Switches::Reload;

const wedge::Expectation symptom = wedge::expect(Outcome::panic, "request state should exist");
const wedge::Expectation passes = wedge::expect(Outcome::pass);
const wedge::Expectation self_deadlock = wedge::expect(
    Outcome::unmet_obligation, "the inference loop waits to read the scheduler, which it holds itself for writing");

// With nobody who cancels.
std::function<void()> alone(Switches switches) {
  switches.cancels = Cancels::nobody;
  return with(switches);
}

const wedge::Scenario scenario{
    .id = "expect-on-race/forward-pass",
    .title = "a request is cancelled between check and use of its state",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", with({}), symptom},

            // Who removes the state? The first is right; the second is why it matters.
            {"without/cancel", with({.cancels = Cancels::nobody}), passes},
            {"alone/cancel", with({.cancels = Cancels::client}), symptom},
            {"without/check-then-act", with({.lookup = Lookup::under_one_lock}), passes},
            {"alone/check-then-act", alone({}), passes},
            {"without/ctrl-c", with({.cancels = Cancels::client}), symptom},
            {"alone/ctrl-c", with({.cancels = Cancels::ctrl_c}), symptom},
            {"without/other-completions", with({.second_client = false}), symptom},
            {"alone/other-completions", alone({.second_client = true}), passes},
            {"without/failures", with({.second_fails = false}), symptom},
            {"alone/failures", alone({.second_client = true, .second_fails = true}), self_deadlock},
            {"without/reload", with({.reload = Reload::never}), symptom},
            {"alone/reload", alone({.reload = Reload::while_the_loop_runs}), symptom},
            {"without/reload-with-exclusive-access", with({.reload = Reload::never}), symptom},
            {"alone/reload-with-exclusive-access", alone({.reload = Reload::with_the_loop_stopped}), passes},
            {"without/high-concurrency", with({.second_client = false}), symptom},
            {"alone/high-concurrency", alone({.second_client = true, .third_client = true}), passes},

            // What of the locks?
            {"without/lock-order", with({.order = Switches::Order::one_for_all}), symptom},
            {"alone/lock-order", alone({.order = Switches::Order::as_found}), passes},
            {"without/fair-locks", with({.fair_locks = false}), symptom},
            {"alone/fair-locks", alone({.fair_locks = true}), passes},

            // The fix of the document, what it proposes for later, and others.
            {"fix/ok-or-else", with({.lookup = Lookup::ok_or_else}), self_deadlock},
            {"fix/lock-ordering", with({.order = Switches::Order::one_for_all}), symptom},
            {"fix/map-unlocked-while-computing", with({.map_locked_while_computing = false}), symptom},
            {"fix/cancellation-tokens", with({.cancel = Switches::Cancel::sets_token}), passes},
            {"fix/ensure-and-lookup-under-one-lock", with({.lookup = Lookup::under_one_lock}), passes},
            {"fix/ensure-again", with({.lookup = Lookup::ensures_again}), passes},
            {"fix/guard-scoped-before-snapshot", with({.snapshot_under_guard = false}), symptom},
            {"fix/ok-or-else-and-guard-scoped", with({.lookup = Lookup::ok_or_else, .snapshot_under_guard = false}),
             passes},
            {"fix/one-lock-and-guard-scoped", with({.lookup = Lookup::under_one_lock, .snapshot_under_guard = false}),
             passes},

            // The tests that came with the fix, on the program without it. The last is not upstream's: the second, with
            // what it lacks.
            {"upstream-test/forward-pass-without-a-model", expect_on_race::test_forward_pass_without_a_model, passes},
            {"upstream-test/cancel-during-forward-pass", expect_on_race::test_cancel_during_forward_pass, passes},
            {"upstream-test/cancel-during-forward-pass-corrected",
             expect_on_race::test_cancel_during_forward_pass_corrected, symptom},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
