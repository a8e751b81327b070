// Reads the table, follows the waits in it, and finds the words for them.
#include "harness/model/streams.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstring>

namespace wedge::model {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(StreamState::count_)> state_names{
    "none", "calling", "enqueued", "started", "completed"};

template <std::size_t size>
std::string text_in(const char (&text)[size]) {
  return std::string(text, strnlen(text, size));
}

// The bytes behind a bool or an enumeration may be anything.
template <typename Flag>
bool flag_in(const Flag& flag) {
  unsigned char byte = 0;
  std::memcpy(&byte, &flag, 1);
  return byte != 0;
}

StreamState state_in(const StreamState& state) {
  unsigned char byte = 0;
  std::memcpy(&byte, &state, 1);
  return byte < static_cast<unsigned char>(StreamState::count_) ? static_cast<StreamState>(byte) : StreamState::none;
}

std::vector<Awaited> awaited_in(const AwaitedRow (&rows)[most_awaited]) {
  std::vector<Awaited> all;
  for (const AwaitedRow& row : rows)
    if (row.number != 0) all.push_back({row.stream, row.number, row.event});
  return all;
}

std::optional<std::int64_t> ago(std::int64_t time_ns, std::int64_t now_ns) {
  if (time_ns == time_unknown || time_ns > now_ns) return std::nullopt;
  return now_ns - time_ns;
}

std::optional<StreamOperation> operation_from(const OperationRow& row, std::int64_t now_ns) {
  StreamOperation operation;
  operation.state = state_in(row.state);
  if (row.number == 0 || operation.state == StreamState::none) return std::nullopt;
  operation.number = row.number;
  operation.what = text_in(row.what);
  operation.function = row.function;
  operation.marks = flag_in(row.marks);
  operation.never_ends = flag_in(row.never_ends);
  operation.enqueued_ns = ago(row.enqueued_ns, now_ns);
  operation.started_ns = ago(row.started_ns, now_ns);
  operation.completed_ns = ago(row.completed_ns, now_ns);
  operation.after = awaited_in(row.after);
  if (row.runs_on != 0) operation.runs_on = row.runs_on;
  return operation;
}

Stream stream_from(const StreamRow& row, std::int64_t now_ns) {
  Stream stream;
  stream.number = row.number;
  stream.destroyed = flag_in(row.destroyed);
  stream.blocking = flag_in(row.blocking);
  stream.per_thread = flag_in(row.per_thread);
  stream.enqueued = row.operations;
  if (row.task != 0) stream.task = row.task;
  if (auto oldest = operation_from(row.oldest, now_ns)) stream.operations.push_back(std::move(*oldest));
  for (const OperationRow& operation : row.last)
    if (auto known = operation_from(operation, now_ns)) stream.operations.push_back(std::move(*known));
  std::ranges::sort(stream.operations, {}, &StreamOperation::number);
  const auto same = [](const StreamOperation& one, const StreamOperation& other) { return one.number == other.number; };
  stream.operations.erase(std::unique(stream.operations.begin(), stream.operations.end(), same),
                          stream.operations.end());
  return stream;
}

bool is_open(const StreamOperation& operation) { return operation.state != StreamState::completed; }

// The first of the stream, up to that number, that is not known to have completed.
const StreamOperation* first_open(const Stream& stream, std::uint64_t number) {
  for (const StreamOperation& operation : stream.operations)
    if (operation.number <= number && is_open(operation)) return &operation;
  return nullptr;
}

const Awaited* first_open_after(const Streams& streams, const StreamOperation& operation) {
  for (const Awaited& awaited : operation.after) {
    const StreamOperation* other = operation_in(streams, awaited);
    if (other != nullptr && is_open(*other)) return &awaited;
  }
  return nullptr;
}

}  // namespace

std::string_view name_of(StreamState state) { return state_names.at(static_cast<std::size_t>(state)); }

Streams streams_of(const StreamTable& table, std::int64_t now_ns) {
  const std::int64_t now = table.now_ns == time_unknown ? now_ns : table.now_ns;
  Streams all;
  all.exact = flag_in(table.exact);
  all.left_out = table.streams_left_out + table.operations_left_out;
  for (const StreamRow& row : table.streams)
    if (flag_in(row.used) && row.operations > 0) all.streams.push_back(stream_from(row, now));
  std::ranges::sort(all.streams, {}, &Stream::number);
  for (const StreamEventRow& row : table.events)
    if (row.number != 0 && row.record.number != 0 && !flag_in(row.destroyed))
      all.events.push_back({row.number, {row.record.stream, row.record.number, 0}});
  std::ranges::sort(all.events, {}, &StreamEvent::number);
  for (const StreamCallRow& row : table.calls)
    if (row.call[0] != '\0')
      all.calls.push_back({row.thread, text_in(row.call), ago(row.since_ns, now), awaited_in(row.awaits)});
  std::ranges::stable_sort(all.calls, {}, &StreamCall::thread);
  return all;
}

const Stream* stream_in(const Streams& streams, std::uint32_t number) {
  const auto found = std::ranges::find(streams.streams, number, &Stream::number);
  return found == streams.streams.end() ? nullptr : &*found;
}

const StreamOperation* operation_in(const Streams& streams, const Awaited& awaited) {
  const Stream* stream = stream_in(streams, awaited.stream);
  if (stream == nullptr) return nullptr;
  const auto found = std::ranges::find(stream->operations, awaited.number, &StreamOperation::number);
  return found == stream->operations.end() ? nullptr : &*found;
}

std::vector<WayPoint> way_of(const Streams& streams, const Awaited& awaited) {
  std::vector<WayPoint> way;
  const auto been_there = [&](const StreamOperation* operation) {
    return std::ranges::find(way, operation, &WayPoint::operation) != way.end();
  };
  Awaited at = awaited;
  for (;;) {
    const Stream* stream = stream_in(streams, at.stream);
    const StreamOperation* operation = operation_in(streams, at);
    if (operation == nullptr || been_there(operation)) return way;
    way.push_back({stream, operation, at.event, false});
    const StreamOperation* front = first_open(*stream, at.number);
    if (front == nullptr) return way;
    if (front != operation) {
      if (been_there(front)) return way;
      way.push_back({stream, front, 0, true});
    }
    const Awaited* next = first_open_after(streams, *front);
    if (next == nullptr) return way;
    at = *next;
  }
}

std::optional<Awaited> held_up_by(const Streams& streams, const StreamCall& call) {
  for (const Awaited& awaited : call.awaits) {
    const StreamOperation* operation = operation_in(streams, awaited);
    if (operation != nullptr && is_open(*operation)) return awaited;
  }
  return std::nullopt;
}

bool is_certain(const Streams& streams, const std::vector<WayPoint>& way) {
  if (way.empty() || (!streams.exact && streams.left_out > 0)) return false;
  if (streams.exact || way.back().operation->state == StreamState::started) return true;
  std::uint64_t before = 0;
  for (const WayPoint& point : way)
    if (point.stream == way.back().stream) before = std::max(before, point.operation->number);
  std::size_t open = 0;
  std::uint64_t known = 0;  // operations that left the table are not known to have completed
  for (const StreamOperation& operation : way.back().stream->operations) {
    if (operation.number > before) break;
    if (operation.number >= way.back().operation->number) ++known;
    if (is_open(operation) && !operation.marks) ++open;
  }
  return open <= 1 && known == before - way.back().operation->number + 1;
}

std::string name_of(const Stream& stream) {
  if (stream.number == 0) return "the default stream";
  return (stream.per_thread ? "per-thread stream " : "stream ") + std::to_string(stream.number);
}

std::string seconds_words(std::int64_t ns) {
  char text[40];
  std::snprintf(text, sizeof text, "%.3f s", static_cast<double>(ns) / 1e9);
  return text;
}

std::string state_words(const Streams& streams, const StreamOperation& operation) {
  const bool started = operation.state == StreamState::started;
  if (operation.state == StreamState::completed) return "completed";
  if (operation.state == StreamState::calling) return "being enqueued by a call that has not returned";
  if (operation.never_ends) return "which never ends";
  if (started && operation.started_ns) return "running for " + seconds_words(*operation.started_ns);
  if (started) return "which has started";
  if (streams.exact) return "which has not started";
  const std::string when = operation.enqueued_ns ? "enqueued " + seconds_words(*operation.enqueued_ns) + " ago, " : "";
  return when + "not known to have completed";
}

namespace {

// Short, for it is drawn.
std::string node_words(const Streams& streams, const WayPoint& point, bool is_last) {
  const StreamOperation& operation = *point.operation;
  std::string text = operation.what + " (" + name_of(*point.stream) + ")";
  if (!is_last) return text;
  if (!streams.exact && operation.state == StreamState::enqueued && operation.enqueued_ns)
    return text + ", enqueued " + seconds_words(*operation.enqueued_ns) + " ago";
  const std::string state = state_words(streams, operation);
  return text + ", " + (state.starts_with("which ") ? state.substr(6) : state);
}

}  // namespace

std::vector<StreamEdge> edges_of(const Streams& streams, const StreamCall& call) {
  const std::optional<Awaited> awaited = held_up_by(streams, call);
  if (!awaited) return {};
  const std::vector<WayPoint> way = way_of(streams, *awaited);
  const bool certain = is_certain(streams, way);
  std::vector<StreamEdge> edges;
  std::string from;
  for (std::size_t i = 0; i < way.size(); ++i) {
    StreamEdge edge{from, node_words(streams, way[i], i + 1 == way.size()), "waits for", {}, true};
    if (i == 0) edge.label = "waits in " + call.call;
    if (i > 0 && way[i].behind) edge.label = "behind";
    if (way[i].event != 0) edge.label += (i == 0 ? " for event " : " event ") + std::to_string(way[i].event);
    edge.certain = certain || i + 1 < way.size() || i == 0;
    from = edge.to;
    edges.push_back(std::move(edge));
  }
  const StreamOperation& last = *way.back().operation;
  if (last.runs_on && last.state == StreamState::started) edges.push_back({from, "", "runs on", last.runs_on, true});
  return edges;
}

std::string awaited_words(const Streams& streams, const StreamCall& call) {
  std::string text = "waits in " + call.call;
  const std::optional<Awaited> awaited = held_up_by(streams, call);
  const Stream* stream = awaited ? stream_in(streams, awaited->stream) : nullptr;
  if (stream == nullptr) return text;
  return text + " for " + (awaited->event != 0 ? "event " + std::to_string(awaited->event) + " on " : "") +
         name_of(*stream);
}

std::string call_words(const Streams& streams, const StreamCall& call) {
  std::string text = awaited_words(streams, call);
  const std::optional<Awaited> awaited = held_up_by(streams, call);
  if (!awaited) return text;
  const std::vector<WayPoint> way = way_of(streams, *awaited);
  for (std::size_t i = 1; i < way.size(); ++i)
    if (way[i].stream != way[i - 1].stream)
      text += ", where " + way[i - 1].operation->what + " waits for " +
              (way[i].event != 0 ? "event " + std::to_string(way[i].event) + " on " : "") + name_of(*way[i].stream);
  const WayPoint& last = way.back();
  text += (way.size() == 1            ? ", that is "
           : is_certain(streams, way) ? ", behind "
                                      : ", behind at least ") +
          last.operation->what;
  return text + ", " + state_words(streams, *last.operation);
}

}  // namespace wedge::model
