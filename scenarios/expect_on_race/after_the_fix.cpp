// The documented fix turns the panic into an error, and the error into a hang that not even Ctrl-C ends.
//   Source    oldnordic/ROCmForge 0774119, where expect() became ok_or_else(); still so in its latest version
//   Symptom   "Error processing request 1", then silence: no status, no submit, no cancel ever returns, and in
//             `generate` neither does the cancel that Ctrl-C leads to; no stack shows anything
//   Left out  as in forward_pass.cpp
//
//   inference loop                                   client A
//   1  ensures the state, lets go
//                                                    2  cancels: removes the state
//   3  looks it up: an error, handed up to the batch
//   4  locks the scheduler for writing, marks the
//      request as failed
//   5  takes a snapshot of the request: that reads
//      the scheduler, which 4 still holds            6  asks for a status: waits behind 5 for ever
#include "scenarios/expect_on_race/program.h"

namespace {

using expect_on_race::Switches;
using expect_on_race::with;
using wedge::Outcome;
using Cancels = Switches::Cancels;
using Lookup = Switches::Lookup;
using Waits = Switches::Waits;

std::function<void()> fixed_with(Switches switches) {
  switches.lookup = Lookup::ok_or_else;
  return with(switches);
}

// With a client who cancels, one whose request fails, and one who wants an answer.
std::function<void()> another_fails(Switches switches) {
  switches.second_client = true;
  switches.second_fails = true;
  switches.third_client = true;
  return with(switches);
}

std::function<void()> b_loses_patience(Waits where) {
  return fixed_with({.second_client = true, .tokens_of_second = 5, .second_waits = where});
}

const wedge::Expectation symptom = wedge::expect(
    Outcome::unmet_obligation, "the inference loop waits to read the scheduler, which it holds itself for writing");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "expect-on-race/after-the-fix",
    .title = "an error path that waits for a lock it holds",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", fixed_with({}), symptom},

            // What it takes: the guard, any error, and a lock that lets nobody in twice, be it fair or not.
            {"without/guard-held-over-snapshot", fixed_with({.snapshot_under_guard = false}), passes},
            {"alone/guard-held-over-snapshot",
             fixed_with({.cancels = Cancels::nobody, .second_client = true, .second_fails = true}), symptom},
            {"without/cancel", fixed_with({.cancels = Cancels::nobody}), passes},
            {"alone/cancel", fixed_with({.cancels = Cancels::client, .snapshot_under_guard = false}), passes},

            {"without/fair-locks", fixed_with({.fair_locks = false}), symptom},
            {"alone/fair-locks", fixed_with({.cancels = Cancels::nobody, .fair_locks = true}), passes},
            {"without/locks-that-are-not-reentrant", fixed_with({.reentrant_locks = true}), passes},
            {"alone/locks-that-are-not-reentrant", fixed_with({.cancels = Cancels::nobody, .reentrant_locks = false}),
             passes},

            // The user's own Ctrl-C, where as found a client cancels over HTTP. In `stream` the command line asks
            // nothing more once it has cancelled, and ends; the engine is lost all the same.
            {"without/own-ctrl-c-in-generate", fixed_with({.cancels = Cancels::client}), symptom},
            {"alone/own-ctrl-c-in-generate", fixed_with({.cancels = Cancels::ctrl_c_in_generate}), symptom},
            {"without/own-ctrl-c-in-stream", fixed_with({.cancels = Cancels::client}), symptom},
            {"alone/own-ctrl-c-in-stream", fixed_with({.cancels = Cancels::ctrl_c_in_stream}),
             wedge::expect(Outcome::unmet_obligation, "; client A has cancelled and left")},

            // Another user, in the middle of an answer, who loses patience; and a client who goes on submitting. The
            // text says whether it helped.
            {"fix/ctrl-c-in-generate", b_loses_patience(Waits::in_generate), symptom},
            {"fix/ctrl-c-in-stream", b_loses_patience(Waits::in_stream), symptom},
            {"fix/submit-another", fixed_with({.submissions = 10}), symptom},
            {"fix/lock-ordering", fixed_with({.order = Switches::Order::one_for_all}), symptom},

            // What takes the one error away that as found is at hand, and what it comes to when there is another.
            {"fix/ensure-and-lookup-under-one-lock", with({.lookup = Lookup::under_one_lock}), passes},
            {"fix/ensure-and-lookup-under-one-lock-and-another-fails",
             another_fails({.lookup = Lookup::under_one_lock}), symptom},
            {"fix/ensure-again", with({.lookup = Lookup::ensures_again}), passes},
            {"fix/ensure-again-and-another-fails", another_fails({.lookup = Lookup::ensures_again}), symptom},
            {"fix/cancellation-tokens", fixed_with({.cancel = Switches::Cancel::sets_token}), passes},
            {"fix/cancellation-tokens-and-another-fails",
             another_fails({.lookup = Lookup::ok_or_else, .cancel = Switches::Cancel::sets_token}), symptom},

            // All of these with that other error, and a third client who wants its answer.
            {"fix/guard-scoped-before-snapshot",
             another_fails({.lookup = Lookup::ok_or_else, .snapshot_under_guard = false}), passes},
            {"fix/one-lock-and-guard-scoped",
             another_fails({.lookup = Lookup::under_one_lock, .snapshot_under_guard = false}), passes},
            {"fix/one-lock-guard-scoped-and-map-unlocked",
             another_fails({.lookup = Lookup::under_one_lock,
                            .map_locked_while_computing = false,
                            .snapshot_under_guard = false}),
             passes},
            {"fix/ensure-again-guard-scoped-and-map-unlocked",
             another_fails(
                 {.lookup = Lookup::ensures_again, .map_locked_while_computing = false, .snapshot_under_guard = false}),
             passes},
            {"fix/back-to-expect", with({.lookup = Lookup::expects}),
             wedge::expect(Outcome::panic, "request state should exist")},

            // The tests that came with the fix, on the program with it, and the two that are not upstream's: no test of
            // a pass alone comes to where its error is handled. The stress test needs no race, but one request that
            // fails.
            {"upstream-test/forward-pass-without-a-model",
             expect_on_race::test_forward_pass_without_a_model({.lookup = Lookup::ok_or_else}), passes},
            {"upstream-test/cancel-during-forward-pass",
             expect_on_race::test_cancel_during_forward_pass({.lookup = Lookup::ok_or_else}), passes},
            {"upstream-test/cancel-during-forward-pass-as-printed",
             expect_on_race::test_cancel_during_forward_pass_as_printed({.lookup = Lookup::ok_or_else}), passes},
            {"upstream-test/cancel-during-forward-pass-corrected",
             expect_on_race::test_cancel_during_forward_pass_corrected({.lookup = Lookup::ok_or_else}), passes},
            {"upstream-test/stress", another_fails({.lookup = Lookup::ok_or_else}), symptom},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
