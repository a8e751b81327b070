// A guide says where a schedule departs from the default and nothing else, and a rate says how sure it is.
#include "harness/supervise/guide.h"

#include <gtest/gtest.h>

#include "harness/model/sample_trace.h"
#include "harness/supervise/minimise.h"

namespace wedge::supervise {
namespace {

using model::clock_choice;
using model::first_value;
using model::GuideEntry;
using model::Operation;
using model::Trace;

constexpr GuideEntry entry(std::uint16_t task, model::ChoiceEntry choice, std::uint32_t own_steps) {
  return {task, choice, own_steps, model::not_used, 0};
}

Trace with_choices(std::vector<model::ChoiceEntry> choices) {
  Trace trace;
  trace.choices = std::move(choices);
  return trace;
}

TEST(guide, of_a_schedule_without_switches_is_empty) { EXPECT_EQ(guide_of(with_choices({0, 0, 0})), Guide{}); }

TEST(guide, names_each_switch_by_the_steps_of_the_task_that_ran_before) {
  const Guide expected{entry(0, 1, 2), entry(0, 2, 3), entry(1, 0, 1)};
  EXPECT_EQ(guide_of(with_choices({0, 0, 1, 0, 2})), expected);
}

TEST(guide, keeps_early_timeouts_and_values_in_the_order_of_their_use) {
  const Guide expected{entry(0, clock_choice, 1), entry(0, 1, 1), entry(1, first_value + 1, 1)};
  EXPECT_EQ(guide_of(with_choices({0, clock_choice, 1, first_value + 1})), expected);
}

TEST(guide, says_that_a_task_goes_on_after_it_yielded) {
  Trace trace = with_choices({0, 0, 0});
  trace.events = {model::sample_event(1, 0, Operation::yield, 0, 0)};
  EXPECT_EQ(guide_of(trace), Guide{entry(0, 0, 2)});
}

TEST(guide, says_that_a_task_goes_on_before_the_default_loses_patience) {
  const Guide guide = guide_of(with_choices(std::vector<model::ChoiceEntry>(1200, 0)));
  ASSERT_EQ(guide.size(), 2U);
  EXPECT_LT(guide[0].own_steps, model::guide_patience);
}

TEST(guide, what_the_scheduler_did_not_have_to_do_is_a_switch) {
  GuideEntry interrupting = entry(0, 1, 2);
  interrupting.interrupts = 1;
  EXPECT_TRUE(is_switch(interrupting));
  EXPECT_FALSE(is_switch(entry(0, 1, 2)));
  EXPECT_TRUE(is_switch(entry(0, clock_choice, 2)));
  EXPECT_TRUE(is_switch(entry(0, first_value + 1, 2)));
  EXPECT_FALSE(is_switch(entry(0, first_value, 2)));
}

TEST(rate, is_the_wilson_interval) {
  const model::FailureRate rate = rate_of(20, 100);
  EXPECT_NEAR(rate.low, 0.1334, 0.0001);
  EXPECT_NEAR(rate.high, 0.2888, 0.0001);
}

TEST(rate, of_no_or_only_failures_does_not_leave_the_possible) {
  EXPECT_EQ(rate_of(0, 100).low, 0);
  EXPECT_NEAR(rate_of(0, 100).high, 0.0370, 0.0001);
  EXPECT_EQ(rate_of(100, 100).high, 1);
  EXPECT_EQ(rate_of(0, 0).executions, 0U);
}

TEST(analysis, is_made_of_what_is_confirmed_and_has_a_schedule) {
  Trace trace = model::sample_deadlock();
  EXPECT_TRUE(can_be_analysed(trace));
  trace.confirmation.same = 2;
  EXPECT_FALSE(can_be_analysed(trace));
  trace = model::sample_deadlock();
  trace.choices.clear();
  EXPECT_FALSE(can_be_analysed(trace));
  trace = model::sample_deadlock();
  trace.outcome = Outcome::hang;
  EXPECT_FALSE(can_be_analysed(trace));
}

}  // namespace
}  // namespace wedge::supervise
