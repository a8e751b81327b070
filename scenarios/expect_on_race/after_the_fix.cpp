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

            {"without/guard-held-over-snapshot", fixed_with({.snapshot_under_guard = false}), passes},
            {"alone/guard-held-over-snapshot",
             fixed_with({.cancels = Cancels::nobody, .second_client = true, .second_fails = true}), symptom},
            {"without/cancel", fixed_with({.cancels = Cancels::nobody}), passes},
            {"alone/cancel", fixed_with({.cancels = Cancels::client, .snapshot_under_guard = false}), passes},

            // A user who loses patience; the text says whether it helped.
            {"fix/ctrl-c-in-generate", fixed_with({.second_client = true, .second_waits = Waits::in_generate}),
             symptom},
            {"fix/ctrl-c-in-stream", fixed_with({.second_client = true, .second_waits = Waits::in_stream}), symptom},
            {"fix/lock-ordering", fixed_with({.order = Switches::Order::one_for_all}), symptom},
            {"fix/guard-scoped-before-snapshot", fixed_with({.snapshot_under_guard = false}), passes},
            {"fix/ensure-and-lookup-under-one-lock", with({.lookup = Lookup::under_one_lock}), passes},
            {"fix/one-lock-and-guard-scoped", with({.lookup = Lookup::under_one_lock, .snapshot_under_guard = false}),
             passes},
            {"fix/cancellation-tokens", fixed_with({.cancel = Switches::Cancel::sets_token}), passes},
            {"fix/back-to-expect", with({.lookup = Lookup::expects}),
             wedge::expect(Outcome::panic, "request state should exist")},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
