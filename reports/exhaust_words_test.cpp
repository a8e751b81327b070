// Every shape that the claim of an exhaustive search can have, in words.
#include "reports/exhaust_words.h"

#include <gtest/gtest.h>

#include "reports/sample_result.h"

namespace wedge::reports {
namespace {

model::ExhaustClaim whole() { return {.over = true, .sees_atomics = true, .sees_races = true, .traces = 1680}; }

std::string words_for(model::ExhaustClaim claim, std::uint64_t failures = 0) {
  model::VariantResult variant = sample_variant("bank/transfer", "fix/order", Outcome::pass);
  variant.exhaust = std::move(claim);
  variant.failures = failures;
  return exhaust_words(variant);
}

TEST(exhaust_words, whole_search_is_complete) {
  EXPECT_EQ(words_for(whole()), "complete: 1680 traces, no failure");
  model::ExhaustClaim one = whole();
  one.traces = 1;
  EXPECT_EQ(words_for(one), "complete: 1 trace, no failure");
}

TEST(exhaust_words, failures_are_counted) {
  EXPECT_EQ(words_for(whole(), 1), "complete: 1680 traces, 1 failure");
  EXPECT_EQ(words_for(whole(), 2), "complete: 1680 traces, 2 failures");
}

TEST(exhaust_words, bound_that_was_felt_is_told) {
  model::ExhaustClaim claim = whole();
  claim.bound = "2 preemptions";
  EXPECT_EQ(words_for(claim), "complete: 1680 schedules, no failure");
  claim.cut = {"bound"};
  EXPECT_EQ(words_for(claim), "complete up to 2 preemptions: 1680 schedules, no failure");
  claim.over = false;
  claim.cut.clear();
  EXPECT_EQ(words_for(claim), "not complete: 1680 schedules tried with at most 2 preemptions, no failure");
}

TEST(exhaust_words, unfinished_search_says_how_much_is_left) {
  model::ExhaustClaim claim = whole();
  claim.over = false;
  EXPECT_EQ(words_for(claim), "not complete: 1680 traces tried, no failure");
  claim.left = 300;
  EXPECT_EQ(words_for(claim), "not complete: 1680 traces tried, about 300 left, no failure");
}

// What was lost on the way is no proof, whatever the search thinks.
TEST(exhaust_words, obstacles_make_it_incomplete) {
  const std::pair<const char*, const char*> obstacles[] = {
      {"steps", "executions longer than can be remembered"},
      {"tasks", "more than 62 tasks"},
      {"undetermined", "equal choices that led to different executions"},
      {"races", "more racing places than can be points"}};
  for (const auto& [cut, words] : obstacles) {
    model::ExhaustClaim claim = whole();
    claim.cut = {cut};
    EXPECT_EQ(words_for(claim), "not complete: 1680 traces tried, " + std::string(words) + ", no failure");
  }
}

TEST(exhaust_words, conditions_follow) {
  model::ExhaustClaim claim = whole();
  claim.cut = {"timeouts", "repeats"};
  claim.redundant = 7;
  EXPECT_EQ(words_for(claim),
            "complete: 1680 traces, no failure; at most two early timeouts in each; a task that polls waits until "
            "something it looks at has changed; 7 redundant");
}

TEST(exhaust_words, what_was_not_looked_at_is_told) {
  model::ExhaustClaim claim = whole();
  claim.racing = 2;
  EXPECT_EQ(words_for(claim), "complete: 1680 traces, no failure; the places of 2 data races were points");
  claim.racing = 0;
  claim.sees_races = false;
  EXPECT_EQ(words_for(claim), "complete: 1680 traces, no failure; counts for programs without data races");
  claim.sees_atomics = false;
  EXPECT_EQ(words_for(claim),
            "complete: 1680 traces, no failure; atomics and plain memory between library calls were not seen");
}

TEST(exhaust_words, progress_is_short) {
  model::ExhaustClaim claim{.traces = 120};
  EXPECT_EQ(exhaust_progress(claim), "120 traces");
  claim.left = 300;
  EXPECT_EQ(exhaust_progress(claim), "120 traces, about 300 left");
  claim.bound = "1 delay";
  EXPECT_EQ(exhaust_progress(claim), "at most 1 delay: 120 schedules, about 300 left");
}

TEST(exhaust_words, one_line_for_each_variant_that_was_searched) {
  model::RunResult result = sample_result();
  EXPECT_EQ(exhaust_lines(result), "");
  result.variants[1].exhaust = whole();
  EXPECT_EQ(exhaust_lines(result), "bank/transfer:fix/order: complete: 1680 traces, no failure\n");
}

}  // namespace
}  // namespace wedge::reports
