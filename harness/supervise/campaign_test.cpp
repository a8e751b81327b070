// A campaign's result depends on which executions fail and on nothing else.
#include "harness/supervise/campaign.h"

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include <gtest/gtest.h>

#include "harness/supervise/errors.h"
#include "harness/supervise/rounds.h"

namespace wedge::supervise {
namespace {

// Workers that are only pretended: the answers come in an order that a seed decides.
class FakeWorkers : public Workers {
 public:
  FakeWorkers(unsigned count, std::set<std::uint64_t> failing, unsigned seed)
      : busy_(count), failing_(std::move(failing)), random_(seed) {}

  unsigned count() const override { return static_cast<unsigned>(busy_.size()); }

  void begin(unsigned worker, const model::Recipe& recipe, std::uint64_t first, std::uint64_t count) override {
    EXPECT_FALSE(busy_[worker].has_value());
    EXPECT_TRUE(begins_afresh_) << "what another campaign has learned is still known";
    busy_[worker] = {first, count};
    strategies.push_back(recipe.strategy);
    hints.push_back(recipe.hint_steps);
    for (std::uint64_t i = first; i < first + count; ++i) recipes[i] = recipe;
    // Between rounds everybody has answered.
    const bool begins_round = first == 0 || end_of_round(first - 1, executions) == first;
    if (begins_round) {
      EXPECT_EQ(executed.size(), first) << "a round began before the one before it had ended";
    }
  }

  RangeResult wait() override {
    if (interrupt_after >= 0 && interrupt_after-- == 0) throw Interrupted();
    std::vector<unsigned> candidates;
    for (unsigned worker = 0; worker < busy_.size(); ++worker)
      if (busy_[worker]) candidates.push_back(worker);
    const unsigned worker = candidates.at(random_() % candidates.size());
    const auto [first, count] = *busy_[worker];
    busy_[worker].reset();
    const auto failed = failing_.lower_bound(first);
    const bool fails = failed != failing_.end() && *failed < first + count;
    const std::uint64_t end = fails ? *failed + 1 : first + count;
    for (std::uint64_t i = first; i < end; ++i) EXPECT_TRUE(executed.insert(i).second) << i << " ran twice";
    Lessons lessons;
    for (std::uint64_t i = first; i < end; ++i) lessons.longest = std::max(lessons.longest, length_of(i));
    for (const SeenRace& race : racing)
      for (std::uint64_t i = first; i < end; ++i)
        if (i >= race.execution && (i - race.execution) % 5 == 0) {
          const bool known = std::ranges::binary_search(recipes[i].races, race.pair);
          if (!known) lessons.races.try_emplace(race.pair, SeenRace{race.pair, i, race.benign});
        }
    if (!fails) return {worker, std::nullopt, lessons};
    model::Trace trace;
    trace.recipe.execution = *failed;
    trace.fingerprint = *failed % 2 == 0 ? "even" : "odd";
    return {worker, trace, lessons};
  }

  void learn(const model::SearchKnowledge& knowledge) override {
    if (executed.empty())
      begins_afresh_ = knowledge.known == model::PairSet{} && knowledge.corpus.schedules[0].count == 0;
    for (const auto& range : busy_) EXPECT_FALSE(range.has_value()) << "a worker is busy";
  }
  void abandon(unsigned worker) override { busy_[worker].reset(); }

  // A trace with all races that the execution shows, as news or not.
  std::optional<model::Trace> repeat(const model::Recipe& recipe, std::uint64_t execution) override {
    EXPECT_EQ(recipe, recipes[execution]);
    model::Trace trace;
    trace.recipe = recipe;
    trace.recipe.execution = execution;
    trace.outcome = Outcome::race;
    for (const SeenRace& race : racing) {
      if (execution < race.execution || (execution - race.execution) % 5 != 0) continue;
      trace.modules = {{"program", ""}};
      model::Race found;
      found.earlier.stack = static_cast<std::uint32_t>(race.pair.one.offset);
      found.later.stack = static_cast<std::uint32_t>(race.pair.other.offset);
      found.benign = race.benign;
      for (const std::uint32_t stack : {found.earlier.stack, found.later.stack})
        trace.stacks[stack].frames = {{0, stack, {}}};
      trace.races.push_back(found);
    }
    return trace;
  }

  // The scout is the shortest, so that estimates taken from any other execution would be noticed.
  static std::uint64_t length_of(std::uint64_t execution) { return 42 + execution; }

  std::set<std::uint64_t> executed;
  std::map<std::uint64_t, model::Recipe> recipes;  // by execution: what its worker was asked to do
  std::vector<std::string> strategies;
  std::vector<std::uint64_t> hints;
  int interrupt_after = -1;
  std::uint64_t executions = 1000;  // of the campaign
  std::vector<SeenRace> racing;     // shown from that execution on in every fifth

 private:
  bool begins_afresh_ = false;
  std::vector<std::optional<std::pair<std::uint64_t, std::uint64_t>>> busy_;
  std::set<std::uint64_t> failing_;
  std::mt19937 random_;
};

CampaignPlan plan_of(std::uint64_t executions, bool keep_going) {
  CampaignPlan plan;
  plan.recipe.strategy = "pct";
  plan.executions = executions;
  plan.chunk = 10;
  plan.keep_going = keep_going;
  return plan;
}

std::vector<std::uint64_t> executions_of(const CampaignResult& result) {
  std::vector<std::uint64_t> executions;
  for (const model::Trace& trace : result.findings) executions.push_back(trace.recipe.execution);
  return executions;
}

TEST(campaign, ends_at_the_smallest_failing_execution_whoever_answers_first) {
  for (unsigned workers : {1U, 2U, 3U, 8U})
    for (unsigned seed = 0; seed < 50; ++seed) {
      FakeWorkers fake(workers, {137, 141, 152, 300}, seed);
      const CampaignResult result = run_campaign(plan_of(1000, false), fake);
      EXPECT_EQ(result.executions, 138U);
      EXPECT_EQ(result.failures, 1U);
      EXPECT_EQ(result.first_failure, 137U);
      EXPECT_EQ(executions_of(result), std::vector<std::uint64_t>{137});
      for (std::uint64_t i = 0; i < 137; ++i) EXPECT_TRUE(fake.executed.contains(i)) << i << " never ran";
    }
}

TEST(campaign, keep_going_counts_all_and_keeps_one_finding_per_fingerprint) {
  for (unsigned workers : {1U, 2U, 5U})
    for (unsigned seed = 0; seed < 50; ++seed) {
      FakeWorkers fake(workers, {19, 20, 21, 22, 998, 999}, seed);
      const CampaignResult result = run_campaign(plan_of(1000, true), fake);
      EXPECT_EQ(result.executions, 1000U);
      EXPECT_EQ(result.failures, 6U);
      EXPECT_EQ(result.first_failure, 19U);
      EXPECT_EQ(executions_of(result), (std::vector<std::uint64_t>{19, 20}));
      EXPECT_EQ(fake.executed.size(), 1000U);
    }
}

TEST(campaign, with_enough_failures_no_further_round_begins_whoever_answers_first) {
  for (unsigned workers : {1U, 2U, 5U})
    for (unsigned seed = 0; seed < 50; ++seed) {
      FakeWorkers fake(workers, {19, 20, 70, 600}, seed);
      CampaignPlan plan = plan_of(1000, true);
      plan.enough = 3;
      const CampaignResult result = run_campaign(plan, fake);
      EXPECT_EQ(result.executions, 512U);
      EXPECT_EQ(result.failures, 3U);
      EXPECT_EQ(result.first_failure, 19U);
      plan.enough = 5;
      FakeWorkers other(workers, {19, 20, 70, 600}, seed);
      EXPECT_EQ(run_campaign(plan, other).executions, 1000U);
    }
}

TEST(campaign, without_failures_every_execution_runs_once) {
  for (std::uint64_t executions : {1U, 2U, 10U, 11U, 1000U}) {
    FakeWorkers fake(3, {}, 1);
    fake.executions = executions;
    const CampaignResult result = run_campaign(plan_of(executions, false), fake);
    EXPECT_EQ(result.executions, executions);
    EXPECT_FALSE(result.first_failure.has_value());
    EXPECT_EQ(fake.executed.size(), executions);
    EXPECT_TRUE(result.complete);
  }
}

TEST(campaign, the_scout_walks_at_random_and_gives_the_estimates) {
  FakeWorkers fake(2, {}, 1);
  fake.executions = 100;
  run_campaign(plan_of(100, false), fake);
  EXPECT_EQ(fake.strategies.front(), "random");
  EXPECT_EQ(fake.hints.front(), 0U);
  EXPECT_EQ(fake.strategies[1], "pct");
  EXPECT_EQ(fake.hints[1], 42U);
}

TEST(campaign, what_a_recipe_says_depends_on_the_execution_alone) {
  std::map<std::uint64_t, model::Recipe> alone;
  for (unsigned workers : {1U, 2U, 3U, 8U})
    for (unsigned seed = 0; seed < 3; ++seed) {
      FakeWorkers fake(workers, {19, 20, 21, 900}, seed);
      fake.executions = 6000;
      run_campaign(plan_of(6000, true), fake);
      EXPECT_EQ(fake.recipes.size(), 6000U);
      if (alone.empty()) alone = fake.recipes;
      EXPECT_TRUE(fake.recipes == alone) << workers << " workers, seed " << seed;
    }
}

TEST(campaign, a_failing_scout_is_a_finding) {
  FakeWorkers fake(2, {0}, 1);
  const CampaignResult result = run_campaign(plan_of(100, false), fake);
  EXPECT_EQ(result.executions, 1U);
  EXPECT_EQ(result.first_failure, 0U);
  EXPECT_EQ(fake.executed.size(), 1U);
}

TEST(campaign, out_of_time_still_counts_a_gapless_range) {
  FakeWorkers fake(2, {}, 1);
  CampaignPlan plan = plan_of(1000000, false);
  fake.executions = plan.executions;
  unsigned asked = 0;
  plan.out_of_time = [&] { return ++asked > 20; };
  const CampaignResult result = run_campaign(plan, fake);
  EXPECT_EQ(result.executions, fake.executed.size());
  EXPECT_EQ(*fake.executed.rbegin() + 1, fake.executed.size());
  EXPECT_LT(result.executions, 1000U);
}

SeenRace race_between(std::uint64_t one, std::uint64_t other, std::uint64_t execution, std::string benign = {}) {
  return {{{"program", one}, {"program", other}}, execution, std::move(benign)};
}

TEST(campaign, goes_on_behind_a_race_for_a_while) {
  for (unsigned workers : {1U, 2U, 8U})
    for (unsigned seed = 0; seed < 10; ++seed) {
      FakeWorkers fake(workers, {}, seed);
      fake.racing = {race_between(1, 2, 30)};
      const CampaignResult result = run_campaign(plan_of(10000, false), fake);
      EXPECT_EQ(result.executions, 30 + 1 + executions_behind_a_race);
      EXPECT_EQ(result.first_failure, 30U);
      EXPECT_EQ(executions_of(result), std::vector<std::uint64_t>{30});
    }
}

TEST(campaign, behind_an_expected_race_what_is_worse_is_looked_for_to_the_end) {
  for (unsigned workers : {1U, 2U, 8U})
    for (unsigned seed = 0; seed < 10; ++seed) {
      FakeWorkers fake(workers, {5000}, seed);
      fake.racing = {race_between(1, 2, 30)};
      CampaignPlan plan = plan_of(10000, false);
      plan.races_are_expected = true;
      const CampaignResult result = run_campaign(plan, fake);
      EXPECT_EQ(result.executions, 5001U);
      EXPECT_EQ(executions_of(result), (std::vector<std::uint64_t>{5000, 30}));
    }
}

TEST(campaign, every_race_is_a_finding_by_its_first_execution) {
  for (unsigned workers : {1U, 2U, 8U})
    for (unsigned seed = 0; seed < 10; ++seed) {
      FakeWorkers fake(workers, {}, seed);
      fake.racing = {race_between(1, 2, 30), race_between(3, 4, 30), race_between(1, 4, 700)};
      const CampaignResult result = run_campaign(plan_of(10000, true), fake);
      EXPECT_EQ(result.executions, 10000U);
      EXPECT_EQ(executions_of(result), (std::vector<std::uint64_t>{30, 30, 700}));
      EXPECT_EQ(fake.recipes[63].races.size(), 0U);
      EXPECT_EQ(fake.recipes[64].races.size(), 2U);
      EXPECT_EQ(fake.recipes[9999].races.size(), 3U);
    }
}

TEST(campaign, what_is_worse_than_a_race_comes_first_and_ends_the_campaign) {
  for (unsigned workers : {1U, 2U, 8U})
    for (unsigned seed = 0; seed < 10; ++seed) {
      FakeWorkers fake(workers, {300, 301}, seed);
      fake.racing = {race_between(1, 2, 30), race_between(3, 4, 302)};
      const CampaignResult result = run_campaign(plan_of(10000, false), fake);
      EXPECT_EQ(result.executions, 301U);
      EXPECT_EQ(result.first_failure, 30U);
      EXPECT_EQ(executions_of(result), (std::vector<std::uint64_t>{300, 30}));
    }
}

TEST(campaign, benign_races_neither_count_nor_end_it) {
  FakeWorkers fake(2, {}, 1);
  fake.racing = {race_between(1, 2, 30, "the program says so"), race_between(3, 4, 50)};
  CampaignPlan plan = plan_of(3000, false);
  plan.is_benign = [](model::Trace& trace) { return trace.races.front().earlier.stack == 3; };
  const CampaignResult result = run_campaign(plan, fake);
  EXPECT_EQ(result.executions, 3000U);
  EXPECT_EQ(result.failures, 0U);
  EXPECT_FALSE(result.first_failure.has_value());
  EXPECT_EQ(result.benign.size(), 2U);
}

TEST(campaign, an_interruption_keeps_what_is_known) {
  FakeWorkers fake(1, {5, 8}, 1);
  fake.interrupt_after = 4;  // the scout; 5 fails; 6 and 7; 8 fails, which is in the next round
  const CampaignResult result = run_campaign(plan_of(1000, true), fake);
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.first_failure, 5U);
  EXPECT_EQ(result.failures, 2U);
}

}  // namespace
}  // namespace wedge::supervise
