// Data races from end to end: found, named, replayed, made points of, silenced. Which accesses race is compared with
// the real ThreadSanitizer elsewhere.
#include <gtest/gtest.h>
#include <algorithm>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

class Built {
 public:
  static const Built& get() {
    static const Built built;
    return built;
  }
  std::string program(const std::string& compiler) const { return folder_ / compiler; }

 private:
  Built() {
    std::vector<Build> builds;
    for (const std::string& compiler : compilers)
      if (has_compiler(compiler))
        builds.push_back({own_source("programs/racing.cpp"), compiler, Level::instrumented, program(compiler), {}});
    build_all(builds);
  }
  Folder folder_;
};

class Races : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (!has_compiler(GetParam())) GTEST_SKIP() << "NOT TESTED: " << GetParam() << " is not installed";
  }
  Finished run(const std::string& race, const Words& more = {}) const {
    Words words{"run", Built::get().program(GetParam()), "--out", out_.path()};
    words.insert(words.end(), more.begin(), more.end());
    if (std::ranges::find(more, "--executions") == more.end()) words.insert(words.end(), {"--executions", "3000"});
    return wedge(words, {{"RACE", race}});
  }
  model::VariantResult variant() const { return only_variant(out_.path()); }

  Folder out_;
};

TEST_P(Races, race_is_found_named_and_replayed) {
  const Finished finished = run("simple");
  EXPECT_EQ(finished.status, 1) << finished.output << finished.errors;
  const model::VariantResult found = variant();
  EXPECT_EQ(found.outcome, Outcome::race);
  ASSERT_FALSE(found.findings.empty());
  EXPECT_EQ(found.findings.front().confirmed, "3 of 3");
  EXPECT_TRUE(contains(found.findings.front().text, "counter")) << found.findings.front().text;
  EXPECT_TRUE(contains(found.findings.front().text, "increment")) << found.findings.front().text;
  expect_replays(out_.path(), 3, "fiber", {{"RACE", "simple"}});
  expect_replays(out_.path(), 3, "thread", {{"RACE", "simple"}});
}

TEST_P(Races, both_stacks_and_steps_are_known) {
  run("simple");
  const model::VariantResult found = variant();
  ASSERT_FALSE(found.findings.empty());
  const model::Trace trace = trace_in(out_.path(), found.findings.front());
  ASSERT_FALSE(trace.races.empty());
  const model::Race& race = trace.races.front();
  EXPECT_TRUE(race.name.ends_with("counter")) << race.name;
  EXPECT_EQ(race.bytes, 4U);
  EXPECT_NE(race.earlier.task, race.later.task);
  for (const model::RaceAccess* access : {&race.earlier, &race.later}) {
    const model::Stack* stack = model::stack_of(trace, access->stack);
    ASSERT_NE(stack, nullptr);
    EXPECT_GT(stack->frames.size(), 1U);
    EXPECT_TRUE(contains(stack->place.file, "racing.cpp")) << stack->place.file;
    EXPECT_GT(access->step, 0U);
  }
}

TEST_P(Races, locks_that_both_held_are_told) {
  const Finished finished = run("wrong_locks");
  EXPECT_TRUE(contains(finished.output, "holding mutex lock_a")) << finished.output;
  EXPECT_TRUE(contains(finished.output, "holding mutex lock_b")) << finished.output;
}

TEST_P(Races, what_is_behind_a_race_is_found_and_comes_first) {
  const Finished finished = run("behind");
  EXPECT_EQ(finished.status, 1) << finished.output << finished.errors;
  const model::VariantResult found = variant();
  EXPECT_EQ(found.outcome, Outcome::panic) << finished.output;
  EXPECT_GT(found.findings.size(), 1U);
  EXPECT_EQ(found.findings.back().outcome, Outcome::race);
  expect_replays(out_.path(), 3, "fiber", {{"RACE", "behind"}});
}

TEST_P(Races, without_the_detector_there_is_nothing) {
  const Finished finished = run("simple", {"--no-races"});
  EXPECT_EQ(finished.status, 0) << finished.output << finished.errors;
}

TEST_P(Races, every_plain_access_can_be_a_point) {
  const Finished finished = run("behind", {"--points", "all"});
  EXPECT_EQ(variant().outcome, Outcome::panic) << finished.output;
}

TEST_P(Races, program_declares_a_race_harmless) {
  const Finished finished = run("benign");
  EXPECT_EQ(finished.status, 0) << finished.output << finished.errors;
  const model::VariantResult found = variant();
  ASSERT_FALSE(found.benign.empty());
  EXPECT_EQ(found.benign.front().reason, "a statistic that may be off by some");
  EXPECT_TRUE(contains(read_text(out_ / "report.md"), "a statistic that may be off by some"));
}

TEST_P(Races, rule_declares_a_race_harmless) {
  for (const char* pattern : {"counter", "racing.cpp", "*increment*"}) {
    write_text(out_ / "rules", std::string("# rules\n\n") + pattern + " only a statistic\n");
    const Finished finished = run("simple", {"--benign", out_ / "rules"});
    EXPECT_EQ(finished.status, 0) << pattern << finished.output << finished.errors;
    ASSERT_FALSE(variant().benign.empty());
    EXPECT_EQ(variant().benign.front().reason, "only a statistic");
  }
  write_text(out_ / "rules", "other_variable is another one\n");
  EXPECT_EQ(run("simple", {"--benign", out_ / "rules"}).status, 1);
}

TEST_P(Races, rule_without_a_reason_is_refused) {
  write_text(out_ / "rules", "\ncounter\n");
  const Finished finished = run("simple", {"--benign", out_ / "rules"});
  EXPECT_EQ(finished.status, 2);
  EXPECT_TRUE(contains(finished.errors, "rules:2: 'counter' has no reason")) << finished.errors;
}

TEST_P(Races, variable_on_a_stack_is_named_by_its_task) {
  const Finished finished = run("on_the_stack");
  EXPECT_TRUE(contains(finished.output, "a variable on the stack of task 0")) << finished.output;
}

TEST_P(Races, heap_block_is_named_by_its_allocation) {
  const Finished finished = run("on_the_heap");
  EXPECT_TRUE(contains(finished.output, "a heap block of 24 bytes: ")) << finished.output;
  EXPECT_TRUE(contains(finished.output, "Data race on a heap block of 24 bytes, allocated by task 0 with new at "))
      << finished.output;
  EXPECT_TRUE(contains(finished.output, ", 4 bytes at offset 16")) << finished.output;
  const model::Trace trace = trace_in(out_.path(), variant().findings.front());
  const model::Race& race = trace.races.front();
  const model::Stack* stack = model::stack_of(trace, race.block_stack);
  ASSERT_NE(stack, nullptr);
  EXPECT_GT(stack->frames.size(), 1U);
  EXPECT_TRUE(contains(stack->place.file, "racing.cpp")) << stack->place.file;
}

TEST_P(Races, points_on_memory_say_what_it_is) {
  const Finished in_block = run("behind_on_the_heap");
  EXPECT_EQ(variant().outcome, Outcome::panic) << in_block.output;
  EXPECT_TRUE(contains(in_block.output, " in a heap block of 8 bytes")) << in_block.output;
  const Finished in_variable = run("behind");
  EXPECT_TRUE(contains(in_variable.output, "writes memory first")) << in_variable.output;
}

TEST_P(Races, block_that_was_freed_is_named_too) {
  const Finished finished = run("freed_by_one");
  EXPECT_EQ(variant().outcome, Outcome::misuse) << finished.output;
  EXPECT_TRUE(contains(finished.output, "Data race on a heap block of 4 bytes, allocated by task 0 with new at "))
      << finished.output;
}

TEST_P(Races, loop_on_a_plain_flag_ends) {
  const Finished finished = run("spin", {"--executions", "50"});
  EXPECT_EQ(variant().outcome, Outcome::race) << finished.output << finished.errors;
}

INSTANTIATE_TEST_SUITE_P(EveryCompiler, Races, testing::ValuesIn(compilers),
                         [](const auto& param) { return as_test_name(param.param); });

}  // namespace
}  // namespace wedge::e2e
