// Experiments on the condemned process: a lost wakeup is told from one that nobody ever had to send.
#include <gtest/gtest.h>

#include "harness/e2e/watch.h"

namespace wedge::e2e {
namespace {

using model::Confidence;
using model::HangClass;

struct Probed {
  model::Hang hang;
  Finished run;
};

Probed probed(const std::string& mode, const std::string& options = "--probe") {
  const Folder folder;
  Probed result;
  result.run = script(folder, "$WEDGE watch --idle 700ms " + options + " -- $WAITS " + mode);
  EXPECT_EQ(result.run.status, 124) << result.run.errors;
  result.hang = hang_in(folder / "out/hang-1.json");
  for (const model::Probe& probe : result.hang.probes) {
    EXPECT_TRUE(contains(read_text(folder / "out/hang-1.md"), probe.conclusion)) << probe.what;
    EXPECT_TRUE(contains(result.run.errors, probe.conclusion)) << result.run.errors;
  }
  EXPECT_TRUE(processes_with(folder, "waits " + mode).empty());
  return result;
}

// The experiment of that kind; an empty one if there was none.
model::Probe probe_with(const model::Hang& hang, const std::string& what) {
  for (const model::Probe& probe : hang.probes)
    if (contains(probe.what, what)) return probe;
  return {};
}

void expect_lost(const std::string& mode, const std::string& what) {
  const Probed result = probed(mode);
  const model::Probe probe = probe_with(result.hang, what);
  EXPECT_TRUE(contains(probe.result, " went on") || contains(probe.result, "moved meanwhile")) << probe.result;
  EXPECT_TRUE(contains(probe.conclusion, "the wakeup was lost")) << probe.conclusion;
  EXPECT_EQ(result.hang.verdict.hang_class, HangClass::lost_wakeup) << mode;
  EXPECT_EQ(result.hang.verdict.confidence, Confidence::proven) << mode;
}

void expect_missing(const std::string& mode, const std::string& what) {
  const Probed result = probed(mode);
  const model::Probe probe = probe_with(result.hang, what);
  EXPECT_TRUE(contains(probe.result, "went back to the same wait")) << probe.result;
  EXPECT_EQ(result.hang.verdict.hang_class, HangClass::missing_producer) << mode;
  EXPECT_EQ(result.hang.verdict.confidence, Confidence::high) << mode;
}

TEST(WatchProbe, a_lost_wakeup_of_a_condition_variable_is_proven) {
  expect_lost("condition-lost", "pthread_cond_broadcast");
}

TEST(WatchProbe, a_waiter_that_takes_its_item_and_waits_again_had_lost_a_wakeup) {
  expect_lost("items-lost", "pthread_cond_broadcast");
}

TEST(WatchProbe, without_an_item_the_producer_is_missing) {
  expect_missing("condition-missing", "pthread_cond_broadcast");
}

TEST(WatchProbe, a_lost_wakeup_of_an_event_loop_is_proven) { expect_lost("loop-lost", "EINTR for the event loop"); }

TEST(WatchProbe, an_event_loop_with_nothing_to_do_has_no_producer) {
  expect_missing("loop-missing", "EINTR for the event loop");
}

TEST(WatchProbe, the_capture_alone_heals_nothing) {
  for (const std::string mode : {"condition-lost", "loop-lost"}) {
    const Probed result = probed(mode, "");
    EXPECT_TRUE(result.hang.probes.empty());
    EXPECT_LT(result.hang.verdict.confidence, Confidence::proven);
  }
}

TEST(WatchProbe, an_end_that_the_reader_keeps_open_itself_is_closed) {
  const Probed result = probed("own-end");
  ASSERT_EQ(result.hang.probes.size(), 1U);
  EXPECT_TRUE(contains(result.hang.probes[0].what, "closing the other end")) << result.hang.probes[0].what;
  EXPECT_EQ(result.hang.verdict.hang_class, HangClass::orphaned_io);
  EXPECT_EQ(result.hang.verdict.confidence, Confidence::proven) << result.hang.probes[0].result;
}

TEST(WatchProbe, a_full_pipe_is_emptied) {
  const Probed result = probed("full-pipe");
  ASSERT_EQ(result.hang.probes.size(), 1U);
  EXPECT_TRUE(contains(result.hang.probes[0].what, "emptying the pipe")) << result.hang.probes[0].what;
  EXPECT_EQ(result.hang.verdict.hang_class, HangClass::pipe_back_pressure);
  EXPECT_EQ(result.hang.verdict.confidence, Confidence::proven) << result.hang.probes[0].result;
}

TEST(WatchProbe, a_deadlock_needs_no_experiment) {
  const Probed result = probed("deadlock");
  EXPECT_TRUE(result.hang.probes.empty());
  EXPECT_EQ(result.hang.verdict.hang_class, HangClass::deadlock);
  EXPECT_TRUE(contains(result.run.errors, "there is no experiment")) << result.run.errors;
}

}  // namespace
}  // namespace wedge::e2e
