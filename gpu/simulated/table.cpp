// What the streams have done and have still to do, as data: for the table and the graph in the report of a hang.
#include <algorithm>
#include <cstring>

#include <wedge/stream_table.h>
#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

template <std::size_t size>
void put_text(char (&to)[size], const std::string& text) {
  const std::size_t length = std::min(text.size(), size - 1);
  std::memcpy(to, text.data(), length);
  to[length] = '\0';
}

AwaitedRow awaited_row(const Operation& operation, std::uint32_t event) {
  return {operation.number, operation.stream->number, event};
}

// Of other streams; those that are not done yet come first.
void fill_after(const Operation& operation, OperationRow& row) {
  std::size_t filled = 0;
  for (const bool done : {false, true})
    for (const Operation* other : operation.after) {
      if (filled == most_awaited) return;
      const bool by_event = operation.event != 0 && other == operation.after.front();
      if (is_done(*other) == done && (by_event || other->stream != operation.stream))
        row.after[filled++] = awaited_row(*other, by_event ? operation.event : 0);
    }
}

void fill_operation(const Operation& operation, OperationRow& row) {
  row.number = operation.number;
  row.enqueued_ns = row.completed_ns = time_unknown;
  row.started_ns = operation.since.count();
  row.state = is_done(operation)  ? StreamState::completed
              : operation.started ? StreamState::started
                                  : StreamState::enqueued;
  row.marks = operation.marks;
  row.never_ends = operation.never_ends;
  if (operation.started && operation.calls_program) row.runs_on = static_cast<std::int32_t>(operation.stream->task);
  put_text(row.what, operation.what);
  fill_after(operation, row);
}

void fill_stream(const Stream& stream, StreamRow& row) {
  row.used = true;
  row.number = stream.number;
  row.task = stream.busy ? static_cast<std::int32_t>(stream.task) : 0;
  row.destroyed = stream.destroyed;
  row.blocking = stream.waits_for_legacy();
  row.per_thread = stream.per_thread;
  row.operations = stream.all.size();
  const auto open = std::ranges::find_if(stream.all, [](const Operation* operation) { return !is_done(*operation); });
  if (open != stream.all.end()) fill_operation(**open, row.oldest);
  const std::size_t first = stream.all.size() > most_operations ? stream.all.size() - most_operations : 0;
  for (std::size_t i = first; i < stream.all.size(); ++i) fill_operation(*stream.all[i], row.last[i % most_operations]);
}

bool has_open_work(const Stream& stream) { return stream.last() != nullptr && !is_done(*stream.last()); }

// Those that have still something to do come first.
void fill_streams(const Device& device, StreamTable& table) {
  std::size_t filled = 0;
  for (const bool open : {true, false})
    for (const Stream& stream : device.streams) {
      if (stream.all.empty() || has_open_work(stream) != open) continue;
      if (filled == most_streams)
        ++table.streams_left_out;
      else
        fill_stream(stream, table.streams[filled++]);
    }
}

void fill_events(const Device& device, StreamTable& table) {
  std::size_t filled = 0;
  for (const Event& event : device.events) {
    if (event.record == nullptr || event.destroyed) continue;
    if (filled == most_stream_events) {
      ++table.events_left_out;
      continue;
    }
    StreamEventRow& row = table.events[filled++];
    row.number = event.number;
    row.record = awaited_row(*event.record, 0);
  }
}

void fill_calls(const Device& device, StreamTable& table) {
  std::size_t filled = 0;
  for (const HostWait* wait : device.host_waits) {
    if (filled == most_stream_calls) {
      ++table.calls_left_out;
      continue;
    }
    StreamCallRow& row = table.calls[filled++];
    row.thread = static_cast<std::int32_t>(wait->task);
    row.since_ns = time_unknown;
    row.awaits[0] = awaited_row(*wait->operation, wait->event);
    put_text(row.call, wait->call);
  }
}

}  // namespace

void fill_table(const Device& device, std::chrono::nanoseconds now) {
  StreamTable* table = table_of_hang();
  if (table == nullptr) return;
  std::memset(static_cast<void*>(table), 0, sizeof *table);
  table->now_ns = now.count();
  table->exact = true;
  fill_streams(device, *table);
  fill_events(device, *table);
  fill_calls(device, *table);
  table->magic = stream_table_magic;
}

}  // namespace wedge::gpu
