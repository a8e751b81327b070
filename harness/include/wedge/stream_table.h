// What the streams of a GPU have done and have still to do, as plain data at fixed offsets.
//
// Two write it: a simulated device, once, when an execution hangs; and the recorder in front of a real CUDA runtime,
// all the time, in memory that is read from outside while the process hangs. So it holds no pointers, whoever reads it
// trusts nothing in it, and it grows by the one rule that every row which is not used is zero.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge {

inline constexpr std::uint64_t stream_table_magic = 0x3173'6d72'7473'6457;  // its last byte is the format's version
inline constexpr const char* stream_table_name = "wedge-streams";           // of the memory, in /proc/PID/maps

inline constexpr std::size_t most_streams = 64;
inline constexpr std::size_t most_operations = 64;  // of one stream, the last
inline constexpr std::size_t most_stream_events = 256;
inline constexpr std::size_t most_stream_calls = 64;
inline constexpr std::size_t most_awaited = 4;  // by one operation or call

inline constexpr std::int64_t time_unknown = -1;

// A real device says of an operation only that it has completed, and that late. What it has begun is known of host
// functions alone: the others stay `enqueued`, whether they run or not.
enum class StreamState : std::uint8_t { none, calling, enqueued, started, completed, count_ };

// An operation on some stream; `number` 0: none.
struct AwaitedRow {
  std::uint64_t number;
  std::uint32_t stream;
  std::uint32_t event;  // by way of which it is waited for; 0: none
};

struct OperationRow {
  std::uint64_t number;            // on its stream, from 1
  std::uint64_t order;             // among those of all streams
  std::int64_t enqueued_ns;        // on the clock of `now_ns`, as all times here
  std::int64_t started_ns;         // never more exact than the state
  std::int64_t completed_ns;       // when that was known
  std::uint64_t function;          // of a kernel whose name is not known yet: where its code is
  AwaitedRow after[most_awaited];  // of other streams; what comes before it on its own it waits for in any case
  std::int32_t runs_on;            // a host function that has started: the thread; 0: none
  StreamState state;
  bool marks;       // a place in the stream, such as the record of an event: takes no time by itself
  bool never_ends;  // known only where time is virtual
  char what[61];    // "copy of 64 bytes from host to device"
};

struct StreamRow {
  std::uint64_t handle;  // of the recorder; else 0
  std::uint32_t number;  // in order of creation; 0: the legacy default stream
  std::int32_t device;
  std::int32_t task;  // that carries out what is enqueued; 0: a real device does
  bool used;
  bool destroyed;
  bool blocking;  // waits for the legacy default stream, and that for it
  bool per_thread;
  std::uint64_t operations;            // enqueued so far
  OperationRow last[most_operations];  // operation n is at (n - 1) % most_operations
  OperationRow oldest;  // the first that had to leave the rows above before it was known to have completed
};

struct StreamEventRow {
  std::uint64_t handle;
  std::uint64_t changes;         // so often was it recorded
  std::uint32_t being_recorded;  // so many calls that record it have not returned
  std::uint32_t number;          // in order of creation, from 1; 0: not used
  bool destroyed;
  AwaitedRow record;  // the last one
};

// A host thread inside a call of the runtime, and what that waits for.
struct StreamCallRow {
  std::int32_t thread;        // its number, or that of a task; 0 and no call: not used
  std::uint32_t awaits_more;  // operations that found no place below
  std::int64_t since_ns;
  AwaitedRow awaits[most_awaited];
  char call[40];
};

struct StreamTable {
  std::uint64_t magic;    // set last
  std::uint64_t changes;  // odd while somebody writes
  std::int64_t now_ns;    // time_unknown: CLOCK_MONOTONIC as it is when the table is read
  bool exact;             // each state is what it is; false: what a recorder could see
  std::uint32_t streams_left_out;
  std::uint32_t events_left_out;
  std::uint32_t calls_left_out;
  std::uint32_t operations_left_out;  // enqueued while a graph was captured
  StreamRow streams[most_streams];
  StreamEventRow events[most_stream_events];
  StreamCallRow calls[most_stream_calls];
};

// Where a simulated device puts it; asked from what it gave to explain_hang(), elsewhere null.
StreamTable* stream_table();

}  // namespace wedge
