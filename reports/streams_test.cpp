// The part of a report that tells of streams.
#include "reports/streams.h"

#include <gtest/gtest.h>

#include "harness/model/sample_hang.h"
#include "harness/model/sample_streams.h"
#include "harness/model/sample_trace.h"
#include "reports/finding_markdown.h"
#include "reports/hang_markdown.h"
#include "reports/text.h"

namespace wedge::reports {
namespace {

std::string task(std::int32_t number) { return "task " + std::to_string(number); }

TEST(streams, are_a_line_per_waiting_thread_and_a_table) {
  EXPECT_EQ(
      streams_section(model::sample_streams(), task),
      "- task 3 waits in cudaEventSynchronize for event 7 on stream 2, where wait for event 6 waits for event 6 on "
      "stream 1, behind kernel \\`spin\\`, running for 41.000 s (in this call for 40.000 s)\n"
      "\n"
      "| stream | no. | operation | state | waits for, beside what is before it |\n"
      "|---|---|---|---|---|\n"
      "| stream 1 | 1 | copy of 64 bytes from host to device | completed |  |\n"
      "| stream 1 | 2 | kernel \\`spin\\` | running for 41.000 s |  |\n"
      "| stream 1 | 3 | record of event 6 | has not started |  |\n"
      "| stream 2 | 1 | wait for event 6 | has not started | event 6, that is operation 3 of stream 1 |\n"
      "| stream 2 | 2 | record of event 7 | has not started |  |\n");
}

TEST(streams, of_a_real_device_come_with_what_is_not_known) {
  const std::string text = streams_section(model::sample_streams(false), task);
  EXPECT_NE(text.find("| enqueued 41.000 s ago, not known to have completed |"), std::string::npos) << text;
  EXPECT_NE(text.find("From outside a real device shows nothing"), std::string::npos) << text;
}

TEST(streams, show_their_last_operations_and_the_first_that_is_open) {
  auto table = model::sample_table();
  for (std::uint64_t number = 3; number < 40; ++number)
    model::put(table->streams[0], model::sample_row(number, "kernel `more`", StreamState::enqueued));
  const std::string text = streams_text(model::streams_of(*table), task);
  EXPECT_NE(text.find("  stream 1 2: kernel `spin`, running for 41.000 s\n  stream 1 34: kernel `more`"),
            std::string::npos)
      << text;
  EXPECT_EQ(text.find("stream 1 33:"), std::string::npos) << text;
}

TEST(streams, stand_in_every_report_of_a_hang) {
  model::Trace trace = model::sample_deadlock();
  trace.cycle.clear();
  trace.streams = model::sample_streams();
  EXPECT_NE(explain(trace).find("What the streams were doing\n  task 3 'reporter' waits in cudaEventSynchronize"),
            std::string::npos)
      << explain(trace);
  const std::string report = finding_report(trace, {});
  EXPECT_NE(report.find("## What the streams were doing"), std::string::npos) << report;
  EXPECT_NE(report.find("waits in cudaEventSynchronize for event 7\"|"), std::string::npos) << "no edge\n" << report;
  model::Hang hang = model::sample_hang();
  hang.streams = {model::sample_streams(false)};
  EXPECT_NE(hang_report(hang).find("## What the streams were doing"), std::string::npos);
}

}  // namespace
}  // namespace wedge::reports
