// What follows from a table of streams, and that a broken one does no harm.
#include <gtest/gtest.h>

#include <cstring>

#include "harness/model/hang_json.h"
#include "harness/model/sample_hang.h"
#include "harness/model/sample_streams.h"
#include "harness/model/sample_trace.h"
#include "harness/model/streams_json.h"

namespace wedge::model {
namespace {

TEST(streams, the_way_leads_to_the_operation_that_everything_waits_for) {
  const Streams streams = sample_streams();
  const std::vector<WayPoint> way = way_of(streams, streams.calls.at(0).awaits.at(0));
  std::vector<std::string> names;
  for (const WayPoint& point : way) names.push_back(point.operation->what);
  EXPECT_EQ(names,
            (std::vector<std::string>{"record of event 7", "wait for event 6", "record of event 6", "kernel `spin`"}));
  EXPECT_EQ(call_words(streams, streams.calls[0]),
            "waits in cudaEventSynchronize for event 7 on stream 2, where wait for event 6 waits for event 6 on stream "
            "1, behind kernel `spin`, running for 41.000 s");
}

TEST(streams, a_completed_operation_holds_up_nobody) {
  Streams streams = sample_streams();
  for (StreamOperation& operation : streams.streams.at(1).operations) operation.state = StreamState::completed;
  EXPECT_FALSE(held_up_by(streams, streams.calls.at(0)));
  EXPECT_EQ(call_words(streams, streams.calls[0]), "waits in cudaEventSynchronize");
}

TEST(streams, from_outside_nothing_is_said_to_run) {
  const Streams streams = sample_streams(false);
  const std::vector<WayPoint> way = way_of(streams, streams.calls.at(0).awaits.at(0));
  EXPECT_EQ(state_words(streams, *way.back().operation), "enqueued 41.000 s ago, not known to have completed");
  EXPECT_TRUE(is_certain(streams, way)) << "nothing else before the record takes time";
}

TEST(streams, of_two_kernels_it_is_not_certain_which_one) {
  auto table = sample_table(false);
  put(table->streams[0], sample_row(1, "kernel `first`", StreamState::enqueued));
  const Streams streams = streams_of(*table);
  EXPECT_FALSE(is_certain(streams, way_of(streams, streams.calls.at(0).awaits.at(0))));
  EXPECT_NE(call_words(streams, streams.calls[0]).find(", behind at least kernel `first`, "), std::string::npos)
      << call_words(streams, streams.calls[0]);
}

TEST(streams, what_left_the_table_is_not_known_to_have_completed) {
  auto table = sample_table(false);
  StreamRow& stream = table->streams[0];
  stream.oldest = sample_row(1, "kernel `first`", StreamState::enqueued);
  std::memset(static_cast<void*>(stream.last), 0, sizeof stream.last);
  put(stream, sample_row(900, "record of event 6", StreamState::enqueued, true));
  table->streams[1].last[0].after[0].number = 900;
  const Streams streams = streams_of(*table);
  const auto way = way_of(streams, streams.calls.at(0).awaits.at(0));
  EXPECT_EQ(way.back().operation->what, "kernel `first`");
  EXPECT_FALSE(is_certain(streams, way));
}

TEST(streams, a_host_function_leads_on_to_its_thread) {
  auto table = sample_table();
  OperationRow function = sample_row(2, "host function", StreamState::started);
  function.runs_on = 17;
  put(table->streams[0], function);
  put(table->streams[0], sample_row(3, "record of event 6", StreamState::enqueued, true));
  const Streams streams = streams_of(*table);
  const std::vector<StreamEdge> edges = edges_of(streams, streams.calls.at(0));
  ASSERT_EQ(edges.size(), 5U);
  EXPECT_EQ(edges[0].label, "waits in cudaEventSynchronize for event 7");
  EXPECT_EQ(edges[1].label, "behind");
  EXPECT_EQ(edges[2].label, "waits for event 6");
  EXPECT_EQ(edges[3].label, "behind");
  EXPECT_EQ(edges[4].label, "runs on");
  EXPECT_EQ(edges[4].to_thread, 17);
}

TEST(streams, operations_that_wait_for_each_other_end_the_way) {
  auto table = sample_table();
  OperationRow row = sample_row(2, "wait for event 7", StreamState::enqueued, true);
  row.after[0] = {2, 2, 7};
  put(table->streams[0], row);
  put(table->streams[0], sample_row(3, "record of event 6", StreamState::enqueued, true));
  const Streams streams = streams_of(*table);
  EXPECT_EQ(way_of(streams, streams.calls.at(0).awaits.at(0)).size(), 4U);
}

// Random bytes, as a program that writes over its memory would leave them.
TEST(streams, a_broken_table_is_read_without_harm) {
  auto table = std::make_unique<StreamTable>();
  std::uint64_t state = 1;
  auto* bytes = reinterpret_cast<unsigned char*>(table.get());
  for (std::size_t i = 0; i < sizeof *table; ++i) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    bytes[i] = static_cast<unsigned char>(state >> 56);
  }
  const Streams streams = streams_of(*table);
  for (const StreamCall& call : streams.calls) {
    call_words(streams, call);
    edges_of(streams, call);
  }
  json_of(streams);
}

TEST(streams, are_read_back_as_they_were_written) {
  Trace trace = sample_deadlock();
  trace.streams = sample_streams();
  EXPECT_EQ(read_trace(write_trace(trace)).streams, trace.streams);
  Hang hang = sample_hang();
  hang.streams = {sample_streams(false), sample_streams()};
  EXPECT_EQ(read_hang(write_hang(hang)).streams, hang.streams);
}

TEST(streams, files_without_them_are_read_and_written_as_before) {
  EXPECT_EQ(write_trace(sample_deadlock()).find("\"streams\""), std::string::npos);
  EXPECT_FALSE(read_trace(write_trace(sample_deadlock())).streams);
  EXPECT_EQ(write_hang(sample_hang()).find("\"streams\""), std::string::npos);
  EXPECT_TRUE(read_hang(write_hang(sample_hang())).streams.empty());
}

}  // namespace
}  // namespace wedge::model
