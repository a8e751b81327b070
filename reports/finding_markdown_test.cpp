// The report on a controlled finding: what it says, and that it keeps its form and its limits.
#include "reports/finding_markdown.h"

#include <gtest/gtest.h>

#include "harness/model/sample_trace.h"
#include "reports/golden.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::Trace;

FindingContext sample_context() {
  return {"wedge repro traces/transfer.trace.json", run_again(model::sample_recipe()), "traces/transfer.trace.json"};
}

Trace sample_panic() {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::panic;
  trace.text = "assertion `balance >= 0' failed\nin <b>transfer</b>\n```\n";
  trace.task = 2;
  trace.stack = 2;
  trace.cycle.clear();
  trace.analysis.reset();
  trace.confirmation = {.same = 1, .attempts = 3, .remark = "ended in pass instead"};
  return trace;
}

Trace sample_use_after_free() {
  Trace trace = sample_panic();
  trace.outcome = Outcome::misuse;
  trace.text = "use after free: 4 bytes are written at offset 8 of a freed block of 16 bytes";
  trace.memory = model::sample_memory(model::MemoryFault::use_after_free);
  return trace;
}

Trace sample_leak() {
  Trace trace = sample_panic();
  trace.outcome = Outcome::leak;
  trace.text = "7 blocks of 148 bytes in all were not freed, and nothing points to them any more";
  trace.memory = model::sample_memory(model::MemoryFault::leak);
  return trace;
}

// Task 2 waits on a condition variable that task 1 has destroyed.
Trace sample_misuse() {
  Trace trace = sample_panic();
  trace.outcome = Outcome::misuse;
  trace.text = "'wait' on a destroyed condition variable";
  trace.tasks[2].operation = model::Operation::wait;
  trace.tasks[2].object = 3;
  trace.misuse = {model::MisuseKind::use_of_destroyed, 1, 3, 6, 4, 0};
  trace.confirmation = {.same = 3, .attempts = 3, .remark = ""};
  return trace;
}

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string visible(const std::string& report) { return report.substr(0, report.find("<details>")); }

std::string section(const std::string& report, const std::string& heading) {
  const std::size_t start = report.find("## " + heading + "\n");
  return start == std::string::npos ? std::string() : report.substr(start, report.find("\n## ", start) - start);
}

TEST(finding_markdown, deadlock) {
  expect_golden("deadlock.finding.md", finding_report(model::sample_deadlock(), sample_context()));
}
TEST(finding_markdown, misuse) {
  expect_golden("misuse.finding.md", finding_report(sample_misuse(), sample_context()));
}
TEST(finding_markdown, panic) { expect_golden("panic.finding.md", finding_report(sample_panic(), sample_context())); }

TEST(finding_markdown, race) {
  expect_golden("race.finding.md", finding_report(model::sample_race(), sample_context()));
}

TEST(finding_markdown, use_after_free) {
  expect_golden("use-after-free.finding.md", finding_report(sample_use_after_free(), sample_context()));
}
TEST(finding_markdown, leak) { expect_golden("leak.finding.md", finding_report(sample_leak(), sample_context())); }

TEST(finding_markdown, an_empty_trace_is_no_trouble) {
  const std::string report = finding_report(Trace{}, {});
  EXPECT_TRUE(report.starts_with("# pass (confidence: medium, fingerprint: none)\n")) << report;
}

TEST(finding_markdown, what_does_not_fit_the_headline_is_told_in_parts) {
  Trace trace = sample_panic();
  trace.text = "this has not happened: " + std::string(300, 'x') + "; unread by the child: 5 bytes; Ctrl-C would do";
  EXPECT_TRUE(
      contains(finding_report(trace, sample_context()), "x\n  - unread by the child: 5 bytes\n  - Ctrl-C would do\n"));
  trace.text = "short; and sweet";
  EXPECT_FALSE(contains(finding_report(trace, sample_context()), "It says"));
}

TEST(finding_markdown, one_essential_switch_is_told_in_the_reasons) {
  Trace trace = model::sample_deadlock();
  trace.analysis->switches.resize(1);
  const std::string report = finding_report(trace, sample_context());
  EXPECT_TRUE(contains(section(report, "Why"),
                       "1 switch is essential, of 7 in the schedule as it was found, at step 5: "
                       "before task 1 locks mutex 2 at transfer.cpp:21 in transfer(int), "
                       "task 2 runs. Without this switch the run passes."))
      << section(report, "Why");
  EXPECT_FALSE(contains(report, "## The essential switches"));
}

TEST(finding_markdown, without_a_cycle_all_that_wait_are_drawn) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::lost_wakeup;
  trace.cycle.clear();
  const std::string knot = section(finding_report(trace, sample_context()), "The knot");
  EXPECT_TRUE(contains(knot, "condition variable ready")) << knot;
  EXPECT_TRUE(contains(knot, "waits for its end")) << knot;
}

TEST(finding_markdown, the_cycle_is_all_that_is_drawn_of_a_deadlock) {
  const std::string knot = section(finding_report(model::sample_deadlock(), sample_context()), "The knot");
  EXPECT_FALSE(contains(knot, "ready")) << knot;
  EXPECT_FALSE(contains(knot, "task 0")) << knot;
}

// Both show the same numbered events: as many arrows as numbered rows.
TEST(finding_markdown, at_most_40_events_are_drawn_and_it_says_so) {
  Trace trace = model::sample_deadlock();
  for (std::uint64_t step = 10; step < 500; ++step)
    trace.events.push_back(model::sample_event(step, step % 3, model::Operation::lock, 1 + step % 2, 1));
  const std::string text = section(finding_report(trace, sample_context()), "How it came to this");
  EXPECT_TRUE(contains(text, "The last 40 of 496 things that happened")) << text;
  std::size_t arrows = 0;
  for (std::size_t at = text.find("->>"); at != std::string::npos; at = text.find("->>", at + 1)) ++arrows;
  EXPECT_EQ(arrows, 40U);
  EXPECT_TRUE(contains(text, "\n  40    499  ")) << text;
  EXPECT_FALSE(contains(text, "\n  41 "));
}

TEST(finding_markdown, a_livelock_shows_what_repeats) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::livelock;
  trace.cycle.clear();
  for (std::uint64_t step = 10; step < 500; ++step)
    trace.events.push_back(model::sample_event(step, step % 2, model::Operation::try_lock, 1, 1));
  EXPECT_TRUE(
      contains(section(finding_report(trace, sample_context()), "What repeats"), "245 times  task 1 tries to lock"));
}

TEST(finding_markdown, the_command_finds_it_again) {
  model::Recipe recipe = model::sample_recipe();
  recipe.scenario = "bank/transfer";
  recipe.variant = "as found";
  recipe.arguments.clear();
  recipe.strategy = "random";
  recipe.flags = model::request_flags::spurious_wakeups;
  recipe.seed = 7;
  EXPECT_EQ(run_again(recipe),
            "wedge run 'bank/transfer:as found' --strategy random --seed 7 --spurious-wakeups --executions 36");
  recipe.portfolio = true;
  EXPECT_TRUE(run_again(recipe).find("--strategy portfolio ") != std::string::npos) << run_again(recipe);
}

Trace of_misuse(model::MisuseKind kind, std::uint16_t by = 1) {
  Trace trace = sample_misuse();
  trace.misuse.kind = kind;
  trace.misuse.task = by;
  return trace;
}

TEST(finding_markdown, misuse_names_who_made_the_call_wrong) {
  const auto why = [](const Trace& trace) { return section(finding_report(trace, sample_context()), "Why"); };
  using model::MisuseKind;
  EXPECT_TRUE(
      contains(why(of_misuse(MisuseKind::use_of_destroyed)),
               "waits on condition variable ready at transfer.cpp:21 in transfer(int), which task 1 destroyed at "
               "step 6 at transfer.cpp:30 in report()."))
      << why(of_misuse(MisuseKind::use_of_destroyed));
  EXPECT_TRUE(contains(why(of_misuse(MisuseKind::unlock_of_free)), ", which nobody holds."));
  EXPECT_TRUE(contains(why(of_misuse(MisuseKind::unlock_of_others)), "which task 1 locked at step 6"));
  EXPECT_TRUE(contains(why(of_misuse(MisuseKind::wait_without_mutex, model::no_task)), "a mutex that nobody holds."));
  EXPECT_TRUE(contains(why(of_misuse(MisuseKind::initialise_in_use)), "initialises condition variable ready"));
}

TEST(finding_markdown, a_livelock_that_is_proved_shows_the_round_of_each_task) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::livelock;
  trace.cycle.clear();
  trace.round_since = 100;
  for (std::uint64_t step = 10; step < 500; ++step)
    trace.events.push_back(
        model::sample_event(step, step % 2, step % 4 < 2 ? model::Operation::try_lock : model::Operation::yield, 1, 1));
  const std::string text = section(finding_report(trace, sample_context()), "What repeats");
  EXPECT_TRUE(contains(text, "without end, since step 100")) << text;
  EXPECT_TRUE(contains(text, "100 times  task 1 tries to lock mutex")) << text;
  EXPECT_TRUE(contains(text, "then yields")) << text;
}

// Every text is hostile and long, and there is plenty of everything.
Trace monster(Outcome outcome) {
  Trace trace = model::sample_deadlock();
  std::string text;
  while (text.size() < 500) text += "`|</details><script>*_[x](y)\n```\n\x1b[2J\"#;%%@all ";
  trace.outcome = outcome;
  trace.text = trace.fingerprint = trace.recipe.program = trace.recipe.strategy = text;
  trace.recipe.arguments.assign(50, text);
  trace.notes.assign(5, text);
  trace.modules.assign(100, {text, text});
  trace.analysis->switches.assign(100, {model::SwitchKind::task, 5, 1, 2, Outcome::panic, text});
  for (auto& [id, object] : trace.objects) object.name = text;
  trace.tasks.clear();
  for (std::uint16_t id = 0; id < 500; ++id) {
    const std::uint32_t stack = 100U + id;
    trace.stacks[stack] = model::sample_stack(text, id);
    for (int frame = 0; frame < 80; ++frame)
      trace.stacks[stack].frames.push_back({frame % 100U, 77U * id, {{text, text, id, false}}});
    trace.tasks.push_back(
        model::sample_task(id, model::TaskState::blocked, model::Operation::lock, 1 + id % 2, stack, id));
    text.copy(trace.tasks.back().name, sizeof trace.tasks.back().name);
    trace.events.push_back(model::sample_event(id + 10U, id, model::Operation::note, 0, stack));
    trace.events.back().note = 1 + id % 5;
  }
  trace.cycle.clear();
  for (std::uint16_t id = 0; id < 64 && outcome == Outcome::deadlock; ++id) trace.cycle.push_back(id);
  return trace;
}

TEST(finding_markdown, keeps_to_its_limits_and_its_form_whatever_the_program_holds) {
  for (Outcome outcome : {Outcome::panic, Outcome::deadlock, Outcome::lost_wakeup, Outcome::livelock}) {
    const std::string report = finding_report(monster(outcome), sample_context());
    EXPECT_LE(visible(report).size(), most_visible_bytes) << name_of(outcome);
    EXPECT_LE(report.size(), most_file_bytes) << name_of(outcome);
    EXPECT_FALSE(contains(report, "Left out here because it is too large")) << name_of(outcome);
    EXPECT_FALSE(contains(report, "\x1b"));
    EXPECT_TRUE(contains(visible(report), "## Run it again"));
    EXPECT_TRUE(contains(report, "more tasks"));
    EXPECT_TRUE(contains(report, "more different stacks"));
    std::size_t opened = 0, closed = 0;
    for (std::size_t at = report.find("\n<details>\n"); at != std::string::npos;
         at = report.find("\n<details>\n", at + 1))
      ++opened;
    for (std::size_t at = report.find("\n</details>\n"); at != std::string::npos;
         at = report.find("\n</details>\n", at + 1))
      ++closed;
    EXPECT_EQ(opened, 4U) << name_of(outcome);
    EXPECT_EQ(closed, 4U) << name_of(outcome);
  }
}

}  // namespace
}  // namespace wedge::reports
