// Several test processes at once, as a test runner with workers has them: each hangs by itself.
//   Source    ccam80/cubie, both documents: "infinitely when executed with xdist on CUDA hardware"
//   Symptom   that of dead_watcher.cpp, in every worker
//   Left out  under control each process is a thread with all that a process has for itself, for Wedge controls one
//             process; on the free rungs they are processes. That "approximately 3 tests complete" is not explained by
//             anything known of the program
//
//   worker 1                         worker 2                         worker 3
//   1  hangs as in dead_watcher.cpp  2  hangs as in dead_watcher.cpp  3  hangs as in dead_watcher.cpp
#include "scenarios/pool_exhaustion/program.h"

namespace {

using pool_exhaustion::Switches;
using pool_exhaustion::with;
using wedge::Outcome;
using Handle = Switches::Handle;

constexpr int workers = 3;

const wedge::Expectation symptom = wedge::expect(Outcome::deadline, "the watcher has died of bad any_cast");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "pool-exhaustion/parallel-tests",
    .title = "several processes with a watcher that dies in each",
    .source = "https://github.com/ccam80/cubie",
    .variants =
        {
            {"as-found", with({.processes = workers}), symptom},
            {"fix/upstream-unwrap", with({.handle = Handle::unwrapped_after_record, .processes = workers}), passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
