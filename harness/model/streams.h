// What the streams of a GPU were doing at the moment of a hang: part of the trace of a simulated device, and of the
// photograph of a process whose CUDA calls were recorded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wedge/stream_table.h>

namespace wedge::model {

std::string_view name_of(StreamState state);  // "calling", "enqueued", "started", "completed"

// An operation that something waits for, and the event through which it does (0: none).
struct Awaited {
  std::uint32_t stream = 0;
  std::uint64_t number = 0;
  std::uint32_t event = 0;

  bool operator==(const Awaited&) const = default;
};

// Times are how long ago, in nanoseconds.
struct StreamOperation {
  std::uint64_t number = 0;
  std::string what;
  StreamState state = StreamState::enqueued;
  bool marks = false;
  bool never_ends = false;
  std::optional<std::int64_t> enqueued_ns, started_ns, completed_ns;
  std::vector<Awaited> after;           // of other streams
  std::optional<std::int32_t> runs_on;  // a host function that has started: the thread or task
  std::uint64_t function = 0;           // of a kernel without a name; no part of what is written

  bool operator==(const StreamOperation&) const = default;
};

struct Stream {
  std::uint32_t number = 0;
  bool destroyed = false;
  bool blocking = true;
  bool per_thread = false;
  std::uint64_t enqueued = 0;               // so many operations so far
  std::optional<std::int32_t> task;         // that carries them out, on a simulated device
  std::vector<StreamOperation> operations;  // those that are known, in order

  bool operator==(const Stream&) const = default;
};

struct StreamEvent {
  std::uint32_t number = 0;
  Awaited record;  // what it stands behind

  bool operator==(const StreamEvent&) const = default;
};

// A thread or task inside a call of the CUDA runtime.
struct StreamCall {
  std::int32_t thread = 0;
  std::string call;
  std::optional<std::int64_t> since_ns;
  std::vector<Awaited> awaits;

  bool operator==(const StreamCall&) const = default;
};

struct Streams {
  std::int32_t process = 0;    // 0: the only one there is
  bool exact = true;           // false: of what is not completed it is not known whether it has started
  std::uint32_t left_out = 0;  // streams for which there was no place, and operations that were not recorded
  std::vector<Stream> streams;
  std::vector<StreamEvent> events;
  std::vector<StreamCall> calls;

  bool operator==(const Streams&) const = default;
};

// Believes nothing: a number that cannot be is left out. `now_ns` where the table does not say.
Streams streams_of(const StreamTable& table, std::int64_t now_ns = 0);

const Stream* stream_in(const Streams& streams, std::uint32_t number);
const StreamOperation* operation_in(const Streams& streams, const Awaited& awaited);

// From what is waited for to what stands in its way at last.
struct WayPoint {
  const Stream* stream = nullptr;
  const StreamOperation* operation = nullptr;
  std::uint32_t event = 0;  // by way of which the one before waits for it
  bool behind = false;      // the one before comes after it on the same stream
};
std::vector<WayPoint> way_of(const Streams& streams, const Awaited& awaited);
// What a call still waits for: the first that is not known to have completed; none: it may return.
std::optional<Awaited> held_up_by(const Streams& streams, const StreamCall& call);
// Whether what stands at the end of the way is known to: there is nothing else before what is waited for that takes
// time and is not known to have completed.
bool is_certain(const Streams& streams, const std::vector<WayPoint>& way);

// The way as edges of a graph.
struct StreamEdge {
  std::string from;  // empty: the thread of the call
  std::string to;    // empty: `to_thread`
  std::string label;
  std::optional<std::int32_t> to_thread;
  bool certain = true;
};
std::vector<StreamEdge> edges_of(const Streams& streams, const StreamCall& call);

// Words. "stream 2", "the default stream".
std::string name_of(const Stream& stream);
std::string seconds_words(std::int64_t ns);  // "41.000 s"
// "kernel `spin`, running for 41.000 s"; from outside "kernel `spin`, enqueued 41.000 s ago, not known to have
// completed".
std::string state_words(const Streams& streams, const StreamOperation& operation);
// "waits in cudaEventSynchronize for event 7 on stream 2, behind kernel `spin`, running for 41.000 s".
std::string call_words(const Streams& streams, const StreamCall& call);
// The beginning of it: "waits in cudaEventSynchronize for event 7 on stream 2".
std::string awaited_words(const Streams& streams, const StreamCall& call);

}  // namespace wedge::model
