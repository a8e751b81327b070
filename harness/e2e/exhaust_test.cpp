// Exhaustive search from end to end: what it finds replays, and what it claims is true and no more than that.
#include <ostream>

#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"
#include "harness/e2e/terminal.h"

namespace wedge::e2e {
namespace {

constexpr const char* small = "canaries/wrong-waiter:fix/notify-all";
constexpr const char* larger = "canaries/pass/futures:stop-token";

Finished exhausted(const std::string& target, const Folder& out, const Words& more = {}, const Variables& with = {}) {
  Words words{"run", target, "--strategy", "exhaust", "--out", out.path()};
  words.insert(words.end(), more.begin(), more.end());
  return wedge(words, with);
}

model::ExhaustClaim claim_in(const Folder& out) {
  const model::VariantResult variant = only_variant(out.path());
  EXPECT_TRUE(variant.exhaust.has_value());
  return variant.exhaust.value_or(model::ExhaustClaim{});
}

// The last line that says what was shown.
std::string claim_line(const Finished& run, const std::string& target) {
  for (const std::string& line : lines_of(run.output))
    if (line.starts_with(target + ": ")) return line.substr(target.size() + 2);
  return "no claim in:\n" + run.output + run.errors;
}

// ---------------------------------------------------------------------------------------------------------------------

constexpr const char* failing[] = {"closed-mailbox", "closed-session", "early-destruction",  "early-release",
                                   "far-inversion",  "first-use",      "flusher-stop",       "foreign-unlock",
                                   "opened-twice",   "silent-start",   "opposite-transfers", "vanished-key",
                                   "wrong-waiter"};

TEST(ExhaustFinds, canaries_that_fail_and_they_replay) {
  for (const char* name : failing) {
    SCOPED_TRACE(name);
    const Folder out;
    const Finished run = exhausted("canaries/" + std::string(name) + ":as-found", out);
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    EXPECT_TRUE(only_variant(out.path()).as_declared);
    EXPECT_FALSE(claim_in(out).over) << "it stops at the first failure";
    expect_printed_replay(run.output);
  }
}

TEST(ExhaustFinds, every_small_fix_to_be_complete) {
  for (const char* name : failing) {
    const std::string target = "canaries/" + std::string(name) + ":fix/*";
    SCOPED_TRACE(target);
    const Folder out;
    const Finished run = exhausted(target, out);
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    for (const model::VariantResult& variant : result_in(out.path()).variants) {
      ASSERT_TRUE(variant.exhaust.has_value());
      EXPECT_TRUE(variant.exhaust->over);
      EXPECT_EQ(variant.exhaust->traces + variant.exhaust->redundant, variant.executions);
      EXPECT_EQ(variant.failures, 0U);
    }
  }
}

// By hand: who of the three comes in which order to the locks that two of them share.
TEST(ExhaustFinds, as_many_traces_as_there_are) {
  const Folder folder;
  struct Twin {
    const char* name;
    const char* says;
  };
  const Twin twins[] = {{"abba3", "complete: 6 traces, no failure"}, {"sem_cycle", "complete: 6 traces, no failure"}};
  for (const Twin& twin : twins) {
    build_all(
        {{own_source("fixed/" + std::string(twin.name) + ".cpp"), "g++", Level::instrumented, folder / twin.name, {}}});
    const Folder out;
    const Finished run = exhausted(folder / twin.name, out);
    EXPECT_EQ(run.status, 0) << run.output << run.errors;
    EXPECT_TRUE(claim_line(run, folder / twin.name).starts_with(twin.says)) << claim_line(run, folder / twin.name);
    EXPECT_TRUE(contains(read_text(out / "report.md"), twin.says));
    EXPECT_TRUE(claim_in(out).sees_atomics);
  }
}

// Either of the two makes it, and the other comes before the end or behind it: as often in the last execution as in the
// first, although they share a process.
TEST(ExhaustFinds, local_statics_made_in_every_execution) {
  const std::string target = "canaries/pass/sharing:local-static";
  const Folder out;
  const std::string words = claim_line(exhausted(target, out), target);
  EXPECT_TRUE(words.starts_with("complete: 4 traces, no failure")) << words;
}

TEST(ExhaustFinds, the_same_whatever_jobs_is) {
  const Folder one;
  const Folder four;
  exhausted(small, one, {"--jobs", "1"});
  exhausted(small, four, {"--jobs", "4"});
  EXPECT_EQ(read_text(one / "result.json"), read_text(four / "result.json"));
}

// ---------------------------------------------------------------------------------------------------------------------

TEST(ExhaustClaims, no_more_than_the_bound) {
  for (const char* kind : {"preemption", "delay"}) {
    const Folder out;
    const std::string words = claim_line(exhausted(small, out, {"--bound", kind + std::string("s=1")}), small);
    EXPECT_TRUE(words.starts_with("complete up to 1 " + std::string(kind) + ": ")) << words;
    EXPECT_TRUE(contains(words, " schedules, no failure")) << words;
    EXPECT_EQ(claim_in(out).cut, std::vector<std::string>{"bound"});
  }
}

// Where no schedule has so many switches, the bound has cut nothing off.
TEST(ExhaustClaims, everything_if_the_bound_is_never_reached) {
  const Folder out;
  const std::string target = "canaries/pass/ordering:join";
  const std::string words = claim_line(exhausted(target, out, {"--bound", "preemptions=20"}), target);
  EXPECT_TRUE(words.starts_with("complete: ")) << words;
}

TEST(ExhaustClaims, nothing_with_too_small_a_budget) {
  const Folder out;
  const std::string words = claim_line(exhausted(larger, out, {"--executions", "600"}), larger);
  EXPECT_TRUE(words.starts_with("not complete: 600 traces tried, about ")) << words;
  EXPECT_TRUE(contains(words, " left, no failure")) << words;
  EXPECT_GT(claim_in(out).left.value_or(0), 0U);
}

TEST(ExhaustClaims, nothing_of_what_level_1_does_not_see) {
  const Folder folder;
  build_all({{own_source("fixed/abba3.cpp"), "g++", Level::plain, folder / "abba3", {}}});
  const Folder out;
  const std::string words = claim_line(exhausted(folder / "abba3", out), folder / "abba3");
  EXPECT_TRUE(words.starts_with("complete: 6 traces, no failure; ")) << words;
  EXPECT_TRUE(contains(words, "atomics and plain memory between library calls were not seen")) << words;
  EXPECT_FALSE(claim_in(out).sees_races);
}

// ---------------------------------------------------------------------------------------------------------------------

class ExhaustRaces : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new Folder;
    build_all({{own_source("programs/racing.cpp"), "g++", Level::instrumented, program(), {}}});
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string program() { return *folder_ / "racing"; }

  Finished run(const std::string& race, const Words& more = {}) const {
    return exhausted(program(), out_, more, {{"RACE", race}});
  }

  static Folder* folder_;
  Folder out_;
};
Folder* ExhaustRaces::folder_ = nullptr;

// Of the two reads and the two writes, four orders differ.
TEST_F(ExhaustRaces, are_found_and_their_places_are_points) {
  const Finished finished = run("simple");
  EXPECT_EQ(finished.status, 1) << finished.output << finished.errors;
  const model::VariantResult found = only_variant(out_.path());
  EXPECT_EQ(found.outcome, Outcome::race);
  const std::string words = claim_line(finished, program());
  EXPECT_TRUE(words.starts_with("complete: 4 traces, 1 failure; the places of 2 data races were points")) << words;
  EXPECT_FALSE(contains(words, "without data races")) << words;
  expect_replays(out_.path(), 3, "fiber", {{"RACE", "simple"}});
}

TEST_F(ExhaustRaces, do_not_hide_what_is_behind_them) {
  for (const char* race : {"behind", "halves"}) {
    const Finished finished = run(race);
    EXPECT_EQ(only_variant(out_.path()).outcome, Outcome::panic) << race << finished.output;
    EXPECT_EQ(only_variant(out_.path()).findings.back().outcome, Outcome::race);
    expect_replays(out_.path(), 3, "fiber", {{"RACE", race}});
  }
}

TEST_F(ExhaustRaces, that_are_harmless_are_points_too) {
  const Finished finished = run("benign");
  EXPECT_EQ(finished.status, 0) << finished.output << finished.errors;
  EXPECT_EQ(only_variant(out_.path()).benign.size(), 2U);
  const std::string words = claim_line(finished, program());
  EXPECT_TRUE(words.starts_with("complete: 4 traces, no failure; the places of 2 data races were points")) << words;
}

TEST_F(ExhaustRaces, that_nobody_looks_for_limit_the_claim) {
  const std::string words = claim_line(run("simple", {"--no-races"}), program());
  EXPECT_TRUE(words.starts_with("complete: 1 trace, no failure; counts for programs without data races")) << words;
}

TEST_F(ExhaustRaces, are_looked_for_within_every_bound) {
  const std::string words = claim_line(run("simple", {"--bound", "preemptions=1"}), program());
  EXPECT_TRUE(contains(words, "1 failure; the places of 2 data races were points")) << words;
}

// ---------------------------------------------------------------------------------------------------------------------

TEST(ExhaustProgress, is_shown_at_a_terminal_and_nowhere_else) {
  const Folder out;
  const Words words{
      "run",     "canaries/pass/waiting:cxx-semaphore", "--strategy", "exhaust", "--executions", "60000", "--out",
      out.path()};
  EXPECT_EQ(wedge(words).errors, "");
  Words at_a_terminal{WEDGE_E2E_COMMAND};
  at_a_terminal.insert(at_a_terminal.end(), words.begin(), words.end());
  Terminal terminal(at_a_terminal);
  EXPECT_TRUE(terminal.shows(" traces, about ")) << terminal.screen();
  EXPECT_TRUE(terminal.shows(" left")) << terminal.screen();
  EXPECT_EQ(terminal.ended(), 0);
}

struct BadInput {
  const char* name;
  Words options;
  const char* says;
};
void PrintTo(const BadInput& input, std::ostream* stream) { *stream << input.name; }

class ExhaustRefuses : public testing::TestWithParam<BadInput> {};

TEST_P(ExhaustRefuses, with_one_line) {
  const Folder out;
  Words words{"run", small, "--out", out.path()};
  words.insert(words.end(), GetParam().options.begin(), GetParam().options.end());
  const Finished run = wedge(words);
  EXPECT_EQ(run.status, 2);
  EXPECT_EQ(lines_of(run.errors).size(), 1U) << run.errors;
  EXPECT_TRUE(contains(run.errors, GetParam().says)) << run.errors;
}

const BadInput bad_inputs[] = {
    {"bound_of_another_strategy", {"--strategy", "random", "--bound", "delays=1"}, "--bound belongs to"},
    {"bound_of_what", {"--strategy", "exhaust", "--bound", "switches=1"}, "takes preemptions=N or delays=N"},
    {"bound_of_how_much", {"--strategy", "exhaust", "--bound", "delays=some"}, "takes preemptions=N or delays=N"},
    {"bound_without_a_size", {"--strategy", "exhaust", "--bound", "delays"}, "takes preemptions=N or delays=N"},
    {"spurious_wakeups", {"--strategy", "exhaust", "--spurious-wakeups"}, "does not try spurious wakeups"},
};

INSTANTIATE_TEST_SUITE_P(Options, ExhaustRefuses, testing::ValuesIn(bad_inputs),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace wedge::e2e
