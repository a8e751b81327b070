// The supervisor against a program that behaves badly in every way it can.
#include "harness/supervise/job.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <thread>

#include <unistd.h>

#include <gtest/gtest.h>

#include "harness/supervise/capture.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/interrupt.h"
#include "harness/supervise/pool.h"
#include "harness/supervise/replay.h"

namespace wedge::supervise {
namespace {

constexpr std::chrono::milliseconds patience{10000};
constexpr std::chrono::milliseconds impatience{200};

LaunchSpec fake(std::string behaviour, int divisor) {
  return {.program = std::getenv("WEDGE_FAKE_TARGET"),
          .arguments = {std::move(behaviour), std::to_string(divisor)},
          .runtime = ""};
}

// Executions [1, 10) on one worker.
RangeResult run(const LaunchSpec& spec, std::chrono::milliseconds stuck = patience) {
  Pool pool(spec, 1, stuck);
  pool.begin(0, {}, 1, 9);
  return pool.wait();
}

std::string error_of(const LaunchSpec& spec, std::chrono::milliseconds stuck = patience) {
  try {
    run(spec, stuck);
  } catch (const EnvironmentError& error) {
    return error.what();
  }
  return "no error";
}

TEST(job, passing_executions_are_done) { EXPECT_FALSE(run(fake("panic", 100)).failure.has_value()); }

TEST(job, the_first_failing_execution_is_captured) {
  const RangeResult result = run(fake("panic", 4));
  ASSERT_TRUE(result.failure.has_value());
  EXPECT_EQ(result.failure->recipe.execution, 4U);
  EXPECT_EQ(result.failure->outcome, Outcome::panic);
  EXPECT_EQ(result.failure->text, "it failed");
  EXPECT_EQ(result.failure->choices.size(), 4U);
}

TEST(job, a_process_can_serve_many_requests) {
  Pool pool(fake("panic", 4), 1, patience);
  for (std::uint64_t first = 1; first < 20; first += 4) {
    pool.begin(0, {}, first, 4);
    const RangeResult result = pool.wait();
    EXPECT_EQ(result.failure->recipe.execution, first + 3);
    EXPECT_EQ(result.lessons.longest, 11U);
    EXPECT_EQ(result.lessons.most_tasks, 3U);
  }
}

TEST(job, death_without_a_word_is_a_crash_or_a_panic) {
  const RangeResult crash = run(fake("die-by-signal", 2));
  EXPECT_EQ(crash.failure->outcome, Outcome::crash);
  EXPECT_EQ(crash.failure->signal, SIGKILL);
  const RangeResult panic = run(fake("end-with-status", 2));
  EXPECT_EQ(panic.failure->outcome, Outcome::panic);
  EXPECT_EQ(panic.failure->exit_status, 3);
  EXPECT_EQ(panic.failure->text, "the process ended with status 3");
}

TEST(job, the_guard_asks_first) {
  const RangeResult result = run(fake("spin-and-answer", 2), impatience);
  EXPECT_EQ(result.failure->outcome, Outcome::hang);
  EXPECT_EQ(result.failure->text, "stood between two points");
}

TEST(job, the_guard_kills_what_does_not_answer) {
  const RangeResult result = run(fake("spin", 2), impatience);
  EXPECT_EQ(result.failure->outcome, Outcome::hang);
  EXPECT_EQ(result.failure->recipe.execution, 2U);
}

TEST(job, an_early_end_is_explained_with_what_the_program_says) {
  const std::string error = error_of(fake("end-early", 0));
  EXPECT_NE(error.find("ended with status 127 before main"), std::string::npos) << error;
  EXPECT_NE(error.find("libmissing.so: cannot open"), std::string::npos) << error;
}

TEST(job, a_program_that_never_gets_ready_is_given_up) {
  EXPECT_NE(error_of(fake("never-ready", 0), impatience).find("did not come as far as main"), std::string::npos);
}

TEST(job, a_late_end_names_the_status) {
  EXPECT_NE(error_of(fake("end-later", 0)).find("ended with status 4"), std::string::npos);
}

TEST(job, an_interrupt_of_that_process_alone_is_an_error) {
  EXPECT_NE(error_of(fake("end-by-interrupt", 0)).find("was killed by signal 2"), std::string::npos);
}

// In a process of its own: what has been interrupted stays so.
TEST(job, an_interrupt_of_all_is_none_even_if_it_reaches_that_process_first) {
  const auto be_interrupted = [] {
    catch_interrupts();
    // Most likely after that process has ended; before it the test passes, too, but shows nothing.
    std::thread user([] {
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
      kill(getpid(), SIGINT);
    });
    int status = 1;
    try {
      run(fake("end-by-interrupt", 0));
    } catch (const Interrupted&) {
      status = 0;
    } catch (const EnvironmentError& error) {
      std::fprintf(stderr, "%s\n", error.what());
    }
    user.join();
    std::_Exit(status);
  };
  EXPECT_EXIT(be_interrupted(), testing::ExitedWithCode(0), "");
}

TEST(job, a_refusal_is_passed_on) {
  EXPECT_NE(error_of(fake("refuse", 0)).find("the runtime refuses: not like this"), std::string::npos);
}

TEST(job, exec_that_fails_is_told_from_a_program_that_fails) {
  LaunchSpec spec = fake("panic", 1);
  spec.program = "/dev/null";
  EXPECT_NE(error_of(spec).find("cannot start /dev/null: Permission denied"), std::string::npos);
}

TEST(pool, lists_what_is_registered) {
  Pool pool(fake("panic", 0), 1, patience);
  const auto listing = pool.listing();
  ASSERT_EQ(listing.size(), 1U);
  EXPECT_STREQ(listing[0].scenario, "fake/one");
}

TEST(pool, an_abandoned_worker_can_begin_again) {
  Pool pool(fake("spin", 2), 2, patience);
  pool.begin(0, {}, 2, 1);
  pool.begin(1, {}, 1, 1);
  EXPECT_EQ(pool.wait().worker, 1U);
  pool.abandon(0);
  pool.begin(0, {}, 3, 1);
  EXPECT_EQ(pool.wait().worker, 0U);
}

model::Trace failure_of(const LaunchSpec& spec) { return *run(spec).failure; }

TEST(replay, the_same_three_times_is_confirmed) {
  const LaunchSpec spec = fake("panic", 4);
  const model::Trace confirmed = confirm(failure_of(spec), {.spec = spec});
  EXPECT_EQ(confirmed.confirmation, (model::Confirmation{.same = 3, .attempts = 3, .remark = ""}));
}

TEST(replay, another_end_is_not_confirmed) {
  const model::Trace failure = failure_of(fake("panic", 4));
  const model::Trace unconfirmed = confirm(failure, {.spec = fake("panic", 100)});
  EXPECT_EQ(unconfirmed.confirmation.same, 0U);
  EXPECT_EQ(unconfirmed.confirmation.attempts, 3U);
  EXPECT_EQ(unconfirmed.confirmation.remark, "ended in pass instead");
  EXPECT_EQ(unconfirmed.text, "it failed");
  const model::Trace crashed = confirm(failure, {.spec = fake("die-by-signal", 4)});
  EXPECT_EQ(crashed.confirmation.same, 0U);
  EXPECT_NE(crashed.confirmation.remark.find("crash"), std::string::npos) << crashed.confirmation.remark;
}

TEST(replay, results_come_in_order_and_can_end_it) {
  const LaunchSpec spec = fake("panic", 4);
  unsigned seen = 0;
  replay(failure_of(spec), {.spec = spec, .times = 20, .jobs = 4}, [&](const model::Trace&) { return ++seen < 5; });
  EXPECT_EQ(seen, 5U);
  replay(failure_of(spec), {.spec = spec, .times = 20, .jobs = 4}, [&](const model::Trace&) { return ++seen > 0; });
  EXPECT_EQ(seen, 25U);
}

TEST(replay, the_first_different_event_is_found) {
  model::Trace one;
  one.events.resize(5);
  model::Trace other = one;
  EXPECT_FALSE(first_difference(one, other).has_value());
  other.events[3].task = 1;
  EXPECT_EQ(first_difference(one, other), 3U);
  other = one;
  other.events.pop_back();
  EXPECT_EQ(first_difference(one, other), 4U);
}

TEST(replay, behind_the_cut_of_a_long_log_nothing_is_compared) {
  model::Trace one;
  one.events.resize(2 * kept_events_per_end);
  one.events_total = 100000;
  model::Trace other = one;
  other.events_total = 100001;
  other.events[kept_events_per_end].task = 1;
  EXPECT_FALSE(first_difference(one, other).has_value());
  other.events[7].task = 1;
  EXPECT_EQ(first_difference(one, other), 7U);
}

}  // namespace
}  // namespace wedge::supervise
