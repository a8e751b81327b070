// The engine is torn down while its loop still computes: to stop it is to set a flag and to sleep.
//   Source    oldnordic/ROCmForge, run_local_generate: "explicit engine cleanup", a sleep of 100 ms, which the document
//             counts among what is fixed already (P0 bug 1); later 500 ms, "more than sufficient"
//   Symptom   a GPU that is released under a running decode, at the end of a program that was told to end cleanly
//   Left out  as in forward_pass.cpp; the command line, which has one request where this has a batch of two
//
//   inference loop                                   main
//   1  takes up a batch of two requests
//                                                    2  Ctrl-C: cancels the first, sets the flag, sleeps 100 ms
//   3  computes for the second: 150 ms, all of its
//      tokens without a look at the flag
//                                                    4  releases the device
//   5  the next token: there is no device any more
#include "scenarios/cause.h"
#include "scenarios/expect_on_race/program.h"

namespace {

using expect_on_race::Engine;
using expect_on_race::RequestId;
using expect_on_race::Switches;
using wedge::Outcome;
using namespace std::chrono_literals;

enum class Stop { sleeps, sleeps_longer, joins };

constexpr auto time_per_token = 50ms;
constexpr auto time_per_token_of_a_large_model = 400ms;

void run(Stop how, std::chrono::milliseconds time_per_token) {
  if (scenarios::cause_is_removed()) how = Stop::joins;
  wedge::deadline(10s);
  Engine engine({.lookup = Switches::Lookup::under_one_lock, .time_per_token = time_per_token});
  engine.start();
  const RequestId first = engine.submit(3, 1);
  engine.submit(3, 1);
  std::this_thread::sleep_for(75ms);
  engine.cancel(first);
  engine.stop();
  if (how != Stop::joins) std::this_thread::sleep_for(how == Stop::sleeps ? 100ms : 1s);
  if (how == Stop::joins) engine.join();
  engine.release_device();
  if (how != Stop::joins) engine.join();  // here the process of the original ends
}

const wedge::Expectation symptom = wedge::expect(Outcome::panic, "decode on a device that has been released");
const wedge::Expectation passes = wedge::expect(Outcome::pass);

const wedge::Scenario scenario{
    .id = "expect-on-race/stop",
    .title = "a sleep in the place of a join",
    .source = "https://github.com/oldnordic/ROCmForge",
    .variants =
        {
            {"as-found", [] { run(Stop::sleeps, time_per_token); }, symptom},
            // 1 s, where the decode takes 1.2 s. With the shorter decode only a loop that is kept from running for a
            // whole second is still there.
            {"fix/sleep-longer", [] { run(Stop::sleeps_longer, time_per_token_of_a_large_model); }, symptom},
            {"fix/join", [] { run(Stop::joins, time_per_token_of_a_large_model); }, passes},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
