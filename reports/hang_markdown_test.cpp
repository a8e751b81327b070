// The report on a hang: what it says, in which order, and that nothing in a program can break its form or its limits.
#include "reports/hang_markdown.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "harness/model/sample_hang.h"
#include "reports/golden.h"
#include "reports/hints.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::Hang;

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

std::string visible(const std::string& report) { return report.substr(0, report.find("<details>")); }

TEST(hang_markdown, lost_wakeup) { expect_golden("lost-wakeup.hang.md", hang_report(model::sample_hang())); }
TEST(hang_markdown, deadlock) { expect_golden("deadlock.hang.md", hang_report(model::sample_mutex_hang())); }

TEST(hang_markdown, an_empty_hang_is_no_trouble) {
  const std::string report = hang_report(Hang{});
  EXPECT_TRUE(report.starts_with("# unknown (confidence: none, fingerprint: none)\n")) << report;
}

TEST(hang_markdown, nodes_outside_the_knot_are_not_drawn) {
  const std::string report = hang_report(model::sample_hang());
  EXPECT_TRUE(contains(report, "condition variable not_empty"));
  EXPECT_FALSE(contains(report, "pipe 81234"));
}

TEST(hang_markdown, equal_threads_are_one_row_and_one_stack) {
  Hang hang = model::sample_hang();
  model::HangProcess& process = hang.processes[0];
  for (int i = 0; i < 97; ++i) {
    process.threads.push_back(process.threads[2]);
    process.threads.back().tid = 5000 + i;
  }
  const std::string report = hang_report(hang);
  EXPECT_TRUE(contains(report, "| **99 ×** thread 4712 'consumer' of process 4710 and others |"));
  EXPECT_TRUE(contains(report, "<summary>Stacks: 101 threads, 3 different stacks</summary>"));
  EXPECT_TRUE(contains(report, "and 87 more\n"));
}

// Every text is as hostile and as long as a program can make it, and there is plenty of everything.
Hang monster() {
  Hang hang = model::sample_hang();
  const std::string evil = "`|</details><script>*_[x](y)\n```\n\x1b[2J\"#;%%@all ";
  std::string text;
  while (text.size() < 500) text += evil;
  hang.verdict.headline = hang.trigger = hang.host = hang.fingerprint = hang.reproduce = text;
  hang.verdict.why.assign(20, text);
  hang.command.assign(200, text);
  hang.missing.assign(200, text);
  hang.verdict.facts.assign(2000, {text, text, text});
  hang.probes.assign(100, {text, text, text});
  hang.dumps.assign(100, {1, text, std::string(100000, '`')});
  model::HangProcess process = hang.processes[0];
  process.name = process.command_line = process.remark = process.ctrl_c.why = text;
  model::HangThread thread = process.threads[1];
  thread.name = thread.wait.text = thread.wait.owner_evidence = thread.stack_remark = thread.raw = text;
  hang.graph.nodes.clear();
  hang.graph.edges.clear();
  process.descriptors[0].text = process.descriptors[0].kind = text;
  process.descriptors.resize(50, process.descriptors[0]);
  hang.processes.assign(60, process);
  for (std::uint32_t i = 0; i < 1200; ++i) {
    thread.tid = static_cast<std::int32_t>(10000 + i);
    thread.stack = static_cast<std::uint32_t>(hang.stacks.size());
    hang.stacks.push_back(hang.stacks[1]);
    for (int frame = 0; frame < 100; ++frame)
      hang.stacks.back().frames.push_back({0, 77 * i, {{text, text, i, false}}});
    hang.stacks.back().place = {text, text, i, false};
    hang.processes[i % 60].threads.push_back(thread);
    hang.graph.nodes.push_back({model::NodeKind::thread, thread.tid, text, true});
    hang.graph.edges.push_back({i, (i + 1) % 1200, text, true, true});
  }
  return hang;
}

TEST(hang_markdown, keeps_to_its_limits_whatever_the_program_holds) {
  const std::string report = hang_report(monster());
  EXPECT_LE(visible(report).size(), most_visible_bytes);
  EXPECT_LE(report.size(), most_file_bytes);
  for (const char* heading : {"## Facts", "## Why", "## The knot", "## Who waits for what", "## Would Ctrl-C work?",
                              "## Probes", "## What to change", "## Run it again"})
    EXPECT_TRUE(contains(visible(report), heading)) << heading;
  EXPECT_FALSE(contains(report, "Left out here because it is too large")) << report.substr(report.size() - 600);
}

TEST(hang_markdown, says_what_is_cut) {
  const std::string report = hang_report(monster());
  for (const char* cut : {"more edges not drawn", "more threads, see the stacks", "more processes, see", "more probes",
                          "more things", "more different stacks", "more descriptors", "more facts", "more dumps"})
    EXPECT_TRUE(contains(report, cut)) << cut;
}

// What a browser would take for the end of a folded part, or for a tag, comes from the report alone.
TEST(hang_markdown, nothing_breaks_out) {
  const std::string report = hang_report(monster());
  std::string outside;  // of blocks of code
  std::string fence;
  std::size_t depth = 0;
  for (std::size_t at = 0; at < report.size();) {
    const std::size_t end = std::min(report.find('\n', at), report.size());
    const std::string line = report.substr(at, end - at);
    at = end + 1;
    const std::string ticks = line.substr(0, line.find_first_not_of('`'));
    if (fence.empty() && ticks.size() >= 3) {
      fence = ticks;
    } else if (!fence.empty()) {
      if (line == fence) fence.clear();
    } else {
      if (line == "<details>") ++depth;
      if (line == "</details>") {
        ASSERT_GT(depth--, 0U);
      }
      if (line != "<details>" && line != "</details>" && !line.starts_with("<summary>")) outside += line + "\n";
    }
  }
  EXPECT_EQ(fence, "");
  EXPECT_EQ(depth, 0U);
  EXPECT_FALSE(contains(outside, "\x1b"));
  EXPECT_FALSE(contains(outside, "\n```\n"));
  // In a span of code a tag is only text, and that is the one place where it may stand.
  for (std::size_t at = outside.find("<script>"); at != std::string::npos; at = outside.find("<script>", at + 1)) {
    const std::size_t line = outside.rfind('\n', at) + 1;
    EXPECT_NE(outside.find("``", line), std::string::npos);
    EXPECT_LT(outside.find("``", line), at) << outside.substr(line, 200);
  }
}

TEST(hints, every_class_and_every_failure_has_one) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(model::HangClass::count_); ++i)
    EXPECT_GT(hint_for(static_cast<model::HangClass>(i)).size(), 20U) << i;
  for (std::size_t i = 1; i < outcome_names.size(); ++i) EXPECT_GT(hint_for(static_cast<Outcome>(i)).size(), 20U) << i;
}

TEST(mermaid, a_graph_is_cut_at_its_limit) {
  const std::string report = hang_report(monster());
  const std::string chart = report.substr(report.find("```mermaid"), 6000);
  std::size_t arrows = 0;
  for (std::size_t at = chart.find("-->"); at != std::string::npos; at = chart.find("-->", at + 1)) ++arrows;
  EXPECT_GT(arrows, 2U);
  EXPECT_LE(arrows, most_drawn);
}

}  // namespace
}  // namespace wedge::reports
