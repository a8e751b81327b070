// Two more defects of the same engine. With either no request gets past its first token; the race does not need more
// than that one (forward_pass.cpp, fix/masked-by-*), but has no later chance either.
//   Source    oldnordic/ROCmForge, in every stored version
//   Symptom   the first token of every request ends in the self-deadlock of after_the_fix.cpp; and where that is
//             repaired, a request gets one token whenever another one arrives
//   Left out  as in forward_pass.cpp, but for what these two are about
//
//   inference loop, unallocated-sequence             inference loop, one-token-per-arrival
//   1  computes a token                              1  a request is pending: takes it up, computes a token
//   2  appends it to a sequence of the cache that    2  nothing is pending, one is being processed: looks at the
//      nobody has ever made: an error                   former only, and sleeps; and so on, every 50 ms
//   3  takes a snapshot under the scheduler's lock
#include "scenarios/expect_on_race/program.h"

namespace {

using expect_on_race::Switches;
using expect_on_race::with;
using wedge::Outcome;
using Batches = Switches::Batches;
using Cache = Switches::Cache;
using Cancels = Switches::Cancels;

const wedge::Expectation self_deadlock = wedge::expect(
    Outcome::unmet_obligation, "the inference loop waits to read the scheduler, which it holds itself for writing");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

std::function<void()> without_cancel(Switches switches) {
  switches.cancels = Cancels::nobody;
  return with(switches);
}

// With somebody who cancels, and without the panic that this may lead to.
std::function<void()> with_cancel(Switches switches) {
  switches.lookup = Switches::Lookup::under_one_lock;
  return with(switches);
}

const wedge::Scenario sequence{
    .id = "expect-on-race/unallocated-sequence",
    .title = "every first token is refused, and the refusal deadlocks",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", without_cancel({.cache = Cache::refuses}), self_deadlock},
            {"fix/guard-scoped-before-snapshot",
             without_cancel({.cache = Cache::refuses, .snapshot_under_guard = false}),
             wedge::expect(Outcome::unmet_obligation, "a client is told that its request has failed")},
            {"fix/page-on-submit", without_cancel({.cache = Cache::knows_it_from_submit}), passes},
            {"fix/page-on-submit-and-a-client-cancels", with_cancel({.cache = Cache::knows_it_from_submit}),
             self_deadlock},
            {"fix/page-when-appending-and-a-client-cancels", with_cancel({.cache = Cache::makes_a_page}), passes},
        },
};
const wedge::Registration sequence_registration(sequence);

// The text of the symptom goes on with how many tokens it has.
wedge::Expectation stalled_with(const std::string& tokens) {
  return wedge::expect(Outcome::deadline,
                       "nothing is pending, so the loop does not look at request 1, which has " + tokens);
}

const wedge::Scenario arrival{
    .id = "expect-on-race/one-token-per-arrival",
    .title = "a loop that looks at what is pending and not at what is under way",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", without_cancel({.batches = Batches::on_arrival, .tokens_of_first = 3}), stalled_with("")},
            {"fix/another-arrival",
             without_cancel({.batches = Batches::on_arrival,
                             .tokens_of_first = 3,
                             .second_client = true,
                             .second_comes = Switches::Comes::after_a_first_token}),
             stalled_with("2 of 3 tokens")},
            {"fix/looks-at-both", without_cancel({.tokens_of_first = 3}), passes},
        },
};
const wedge::Registration arrival_registration(arrival);

}  // namespace
