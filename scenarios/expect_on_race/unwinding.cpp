// The same panic in a build that unwinds: only the inference task ends, nobody is told, and clients poll for ever.
//   Source    oldnordic/ROCmForge before 0774119, profiles dev and test (release has panic = "abort")
//   Symptom   one line about a panic, then a client that looks every 20 ms and never sees an end; Ctrl-C works
//   Left out  as in forward_pass.cpp
//
//   inference loop                                   client B
//   1  panics, as in forward_pass.cpp; its guards
//      let go of the locks, nothing is poisoned
//                                                    2  looks: still being processed
//                                                    ... and so on, every 20 ms
#include "scenarios/expect_on_race/program.h"

namespace {

using expect_on_race::Switches;
using expect_on_race::with;
using wedge::Outcome;
using Lookup = Switches::Lookup;

std::function<void()> unwinding(Switches switches) {
  switches.panics = Switches::Panics::unwind;
  switches.second_client = true;
  return with(switches);
}

const wedge::Expectation symptom =
    wedge::expect(Outcome::deadline, "the inference task has died of a panic, and nobody is told");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "expect-on-race/unwinding",
    .title = "clients poll for ever for a task that has died silently",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", unwinding({}), symptom},
            {"without/cancel", unwinding({.cancels = Switches::Cancels::nobody}), passes},
            {"alone/cancel", unwinding({.cancels = Switches::Cancels::client}), symptom},
            {"fix/panic-abort", with({.second_client = true}),
             wedge::expect(Outcome::panic, "request state should exist")},
            {"fix/ok-or-else", unwinding({.lookup = Lookup::ok_or_else}),
             wedge::expect(Outcome::unmet_obligation,
                           "the inference loop waits to read the scheduler, which it holds itself for writing")},
            {"fix/ctrl-c-in-generate", unwinding({.second_waits = Switches::Waits::in_generate}), passes},
            {"fix/ctrl-c-in-stream", unwinding({.second_waits = Switches::Waits::in_stream}), passes},
            {"fix/ensure-and-lookup-under-one-lock", unwinding({.lookup = Lookup::under_one_lock}), passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
