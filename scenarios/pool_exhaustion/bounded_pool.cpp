// The same dead watcher in a later version, where the pool has a bound: now the producer waits for it, too.
//   Source    ccam80/cubie 3505e02e, where acquire() waits on a condition without a limit
//   Symptom   the test sleeps in acquire() and uses no processor at all; no watcher in any stack dump
//   Left out  as in dead_watcher.cpp
//
//   main                                             watcher
//   1  first chunk: takes both buffers of the pool,
//      submits them
//                                                    2  dies, as in dead_watcher.cpp: neither is released
//   3  second chunk: waits for a buffer, for ever
#include "scenarios/pool_exhaustion/program.h"

namespace {

using pool_exhaustion::BufferPool;
using pool_exhaustion::Switches;
using pool_exhaustion::WatcherRules;
using pool_exhaustion::with;
using wedge::Outcome;
using namespace std::chrono_literals;
using Errors = WatcherRules::Errors;
using Handle = Switches::Handle;

// Enough for one chunk.
std::function<void()> bounded(Switches switches) {
  switches.most_buffers = 2;
  return with(switches);
}

const wedge::Expectation symptom = wedge::expect(Outcome::unmet_obligation, "pool exhausted: ");
const wedge::Expectation died = wedge::expect(
    Outcome::unmet_obligation, "waits without a limit for a buffer for states; the watcher has died of bad any_cast");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "pool-exhaustion/bounded-pool",
    .title = "a producer that waits for a buffer that a dead watcher has",
    .source = "https://github.com/ccam80/cubie",
    .variants =
        {
            {"as-found", bounded({}), symptom},

            {"without/query-hands-on-the-wrapper", bounded({.handle = Handle::unwrapped_by_query}), passes},
            {"alone/query-hands-on-the-wrapper", bounded({.events = Switches::Events::one_for_each_task}), died},
            {"without/bounded-pool", with({.most_buffers = BufferPool::unbounded}),
             wedge::expect(Outcome::deadline, "missing producer: ")},
            {"alone/bounded-pool", bounded({.handle = Handle::unwrapped_by_query}), passes},
            // A chunk submits nothing before it has all its buffers.
            {"without/pool-smaller-than-a-chunk", bounded({}), died},
            {"alone/pool-smaller-than-a-chunk", with({.handle = Handle::unwrapped_by_query, .most_buffers = 1}),
             wedge::expect(Outcome::unmet_obligation,
                           "pool exhausted: the caller waits without a limit for a buffer "
                           "for observables; no watcher was started")},

            {"fix/upstream-unwrap", bounded({.handle = Handle::unwrapped_after_record}), passes},
            // The buffer is given back while the device still writes into it, and freed to make room for another one.
            {"fix/error-fails-the-task", bounded({.watcher = {.errors = Errors::fail_the_task}}),
             wedge::expect(Outcome::misuse).with_race()},
            {"fix/error-fails-the-task-after-its-copy",
             bounded({.watcher = {.errors = Errors::fail_the_task_after_its_copy}}), passes},
            {"fix/wait-checks-the-watcher", bounded({.wait_checks_the_watcher = true}), died},
            {"fix/larger-pool", with({.most_buffers = 4}), wedge::expect(Outcome::deadline, "missing producer: ")},
            {"fix/acquire-within-limit", bounded({.acquire_limit = 1ms}),
             wedge::expect(Outcome::unmet_obligation, "the caller was told \"no buffer for states\"")},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
