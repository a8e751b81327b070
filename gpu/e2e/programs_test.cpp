// The small CUDA programs: what is wrong with them is found under every strategy, replays, and is gone where it is
// corrected; and a hang says what the device was doing.
#include <gtest/gtest.h>

#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

// Target and options of a run of some of the programs.
Words run_of(const std::string& target, const Folder& out, const Words& options) {
  Words words{"run", target, "--program", WEDGE_GPU_PROGRAMS, "--out", out.path(), "--jobs", "2"};
  words.insert(words.end(), options.begin(), options.end());
  return words;
}

class Programs : public testing::TestWithParam<std::string> {};

TEST_P(Programs, end_as_declared) {
  const Folder out;
  const Finished run = wedge(run_of("gpu/*", out, {"--strategy", GetParam(), "--executions", "500", "--no-analysis"}));
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const model::VariantResult& variant : result_in(out.path()).variants)
    for (const model::FindingResult& finding : variant.findings) EXPECT_EQ(finding.confirmed, "3 of 3");
}

INSTANTIATE_TEST_SUITE_P(EveryStrategy, Programs, testing::ValuesIn(strategies),
                         [](const auto& param) { return param.param; });

TEST(Programs, replay_under_both_carriers) {
  const Folder out;
  const Finished run = wedge(run_of("gpu/*:as-found", out, {"--no-analysis"}));
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  for (const std::string& carrier : carriers) expect_replays(out.path(), 2, carrier);
}

TEST(Programs, give_the_same_files_whatever_jobs_is) {
  const auto files = [](const char* jobs) {
    const Folder out;
    Words words = run_of("gpu/*:as-found", out, {"--keep-going", "--executions", "60", "--seed", "3", "--no-analysis"});
    words[7] = jobs;
    wedge(words);
    return files_below(out.path());
  };
  const auto one = files("1");
  EXPECT_GE(one.size(), 10U);
  EXPECT_EQ(one, files("3"));
}

TEST(Programs, hang_with_what_the_streams_were_doing_in_every_report) {
  const Folder out;
  wedge(run_of("gpu/default-stream-deadlock:as-found", out, {}));
  const model::VariantResult variant = only_variant(out.path());
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_TRUE(contains(variant.findings[0].text, "task 0 waits in cudaMemcpy for the default stream"))
      << variant.findings[0].text;
  const model::Trace trace = trace_in(out.path(), variant.findings[0]);
  ASSERT_TRUE(trace.streams);
  EXPECT_TRUE(trace.streams->exact);
  EXPECT_TRUE(trace.notes.empty()) << trace.notes.front();
  const std::string report = read_text(out / variant.findings[0].report);
  for (const char* part :
       {"- task 0 waits in cudaMemcpy for the default stream, where copy of 64 bytes from device to host waits for "
        "stream "
        "1, behind host function, which has started",
        "| the default stream | 1 | copy of 64 bytes from device to host | has not started | operation 1 of stream 1 |",
        "| stream 1 | 1 | host function | has started, on task 1 'stream 1' |",
        "| task 0 | waits in cudaMemcpy for the default stream |", "\"runs on\""})
    EXPECT_TRUE(contains(report, part)) << part << "\nin\n" << report;
  const Finished text = wedge({"report", out / variant.findings[0].trace, "--format", "text"});
  EXPECT_TRUE(contains(text.output, "What the streams were doing\n  task 0 waits in cudaMemcpy")) << text.output;
}

// A kernel whose time is virtual, behind an event.
TEST(Programs, say_since_when_a_kernel_never_ends) {
  const Folder out;
  wedge(run_of("gpu/faults:kernel-never-ends", out, {}));
  std::string reports;
  for (const auto& [name, text] : files_below(out.path()))
    if (name.ends_with(".md")) reports += text;
  EXPECT_TRUE(contains(reports, "never ends")) << reports;
}

// Every schedule of a small one.
TEST(Programs, a_corrected_one_has_no_failing_schedule) {
  const Folder out;
  const Finished run = wedge(run_of("gpu/lost-completion:fixed", out, {"--strategy", "exhaust"}));
  EXPECT_TRUE(contains(run.output, "complete: ")) << run.output;
  EXPECT_TRUE(contains(run.output, "traces, no failure")) << run.output;
}

// Rules of CUDA are no longer reported, and the calls are answered as CUDA answers them.
TEST(Programs, are_not_accused_without_misuse) {
  const Folder out;
  wedge(run_of("gpu/callback-calls-cuda:as-found", out, {"--no-misuse", "--executions", "50"}));
  EXPECT_EQ(only_variant(out.path()).outcome, Outcome::pass);
}

}  // namespace
}  // namespace wedge::e2e
