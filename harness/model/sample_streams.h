// Streams for tests: a thread waits for an event behind a kernel, by way of another stream.
#pragma once

#include <cstring>
#include <memory>

#include "harness/model/streams.h"

namespace wedge::model {

inline OperationRow sample_row(std::uint64_t number, const char* what, StreamState state, bool marks = false) {
  OperationRow row{};
  row.number = number;
  std::strncpy(row.what, what, sizeof row.what - 1);
  row.state = state;
  row.marks = marks;
  row.enqueued_ns = row.started_ns = row.completed_ns = time_unknown;
  return row;
}

inline void put(StreamRow& stream, const OperationRow& operation) {
  stream.used = true;
  stream.blocking = true;
  stream.operations = operation.number;
  stream.last[(operation.number - 1) % most_operations] = operation;
}

// Stream 1: copy (completed), kernel `spin` (started 41 s ago), record of event 6. Stream 2: wait for event 6, record
// of event 7, for which thread 3 waits in cudaEventSynchronize.
inline std::unique_ptr<StreamTable> sample_table(bool exact = true) {
  auto table = std::make_unique<StreamTable>();
  table->magic = stream_table_magic;
  table->now_ns = 50'000'000'000;
  table->exact = exact;
  table->streams[0].number = 1;
  put(table->streams[0], sample_row(1, "copy of 64 bytes from host to device", StreamState::completed));
  OperationRow spin = sample_row(2, "kernel `spin`", exact ? StreamState::started : StreamState::enqueued);
  (exact ? spin.started_ns : spin.enqueued_ns) = 9'000'000'000;
  put(table->streams[0], spin);
  put(table->streams[0], sample_row(3, "record of event 6", StreamState::enqueued, true));
  table->streams[1].number = 2;
  OperationRow wait = sample_row(1, "wait for event 6", StreamState::enqueued, true);
  wait.after[0] = {3, 1, 6};
  put(table->streams[1], wait);
  put(table->streams[1], sample_row(2, "record of event 7", StreamState::enqueued, true));
  table->events[0].number = 7;
  table->events[0].record = {2, 2, 0};
  table->calls[0].thread = 3;
  table->calls[0].since_ns = 10'000'000'000;
  std::strcpy(table->calls[0].call, "cudaEventSynchronize");
  table->calls[0].awaits[0] = {2, 2, 7};
  return table;
}

inline Streams sample_streams(bool exact = true) { return streams_of(*sample_table(exact)); }

}  // namespace wedge::model
