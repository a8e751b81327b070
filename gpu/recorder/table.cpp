// Keeps the table, and draws from what the program is told no more than follows from it.
#include "gpu/recorder/table.h"

#include <algorithm>
#include <cstring>
#include <iterator>

#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

namespace wedge::recorder {

namespace {

// Not a mutex: fork() may happen while another thread holds it, and the child makes it new.
bool taken = false;
StreamTable* the_table = nullptr;
bool tried = false;
thread_local std::int32_t own_number = 0;

// The child has called nothing yet; what it has is a copy of its parent's.
void forget_parent() {
  if (the_table != nullptr) munmap(the_table, sizeof(StreamTable));
  the_table = nullptr;
  tried = false;
  own_number = 0;
  __atomic_clear(&taken, __ATOMIC_RELEASE);
}

StreamTable* make_table() {
  const int file = memfd_create(stream_table_name, MFD_CLOEXEC);
  if (file < 0) return nullptr;
  void* memory = MAP_FAILED;
  if (ftruncate(file, sizeof(StreamTable)) == 0)
    memory = mmap(nullptr, sizeof(StreamTable), PROT_READ | PROT_WRITE, MAP_PRIVATE, file, 0);
  close(file);
  if (memory == MAP_FAILED) return nullptr;
  static const int watched = pthread_atfork(nullptr, nullptr, forget_parent);
  static_cast<void>(watched);
  auto* table = static_cast<StreamTable*>(memory);
  table->now_ns = time_unknown;
  table->magic = stream_table_magic;
  return table;
}

// A new row, else that of a stream which is destroyed and has nothing to do, else of any that is destroyed.
StreamRow* room_for_stream(StreamTable& table) {
  const auto first = [&](auto fits) {
    const auto found = std::find_if(std::begin(table.streams), std::end(table.streams), fits);
    return found == std::end(table.streams) ? nullptr : found;
  };
  if (StreamRow* row = first([](const StreamRow& it) { return !it.used; })) return row;
  if (StreamRow* row = first([](const StreamRow& it) { return it.destroyed && !is_open(it); })) return row;
  return first([](const StreamRow& it) { return it.destroyed; });
}

std::uint32_t next_stream_number = 1;
std::uint32_t next_event_number = 1;
std::uint64_t next_order = 1;

StreamRow* stream_numbered(StreamTable& table, std::uint32_t number) {
  for (StreamRow& stream : table.streams)
    if (stream.used && stream.number == number) return &stream;
  return nullptr;
}

bool is_taken(const OperationRow& row) {
  return row.state == StreamState::enqueued || row.state == StreamState::started;
}

void complete_row(StreamTable& table, OperationRow& row, std::int64_t now) {
  row.state = StreamState::completed;
  row.completed_ns = now;
  for (const AwaitedRow& other : row.after)
    if (other.number != 0) complete(table, other);
}

}  // namespace

Locked::Locked() {
  while (__atomic_test_and_set(&taken, __ATOMIC_ACQUIRE)) sched_yield();
  if (!tried) the_table = make_table();
  tried = true;
  table_ = the_table;
  if (table_ != nullptr) __atomic_fetch_add(&table_->changes, 1, __ATOMIC_SEQ_CST);
}

Locked::~Locked() {
  if (table_ != nullptr) __atomic_fetch_add(&table_->changes, 1, __ATOMIC_SEQ_CST);
  __atomic_clear(&taken, __ATOMIC_RELEASE);
}

std::int32_t this_thread() {
  if (own_number == 0) own_number = gettid();
  return own_number;
}

std::int64_t now_ns() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1'000'000'000 + time.tv_nsec;
}

// Handles are addresses, and no address of an object ends in these bits.
std::uint64_t key_of(const void* handle, bool per_thread_default, std::int32_t device, std::int32_t thread) {
  constexpr std::uint64_t per_thread_key = 2;
  const auto value = reinterpret_cast<std::uintptr_t>(handle);
  if (value > per_thread_key) return value;
  const bool per_thread = value == per_thread_key || (value == 0 && per_thread_default);
  return per_thread ? per_thread_key | static_cast<std::uint64_t>(thread) << 8
                    : legacy_key | static_cast<std::uint64_t>(device) << 8;
}

StreamRow* created_stream(StreamTable& table, std::uint64_t key, std::int32_t device, bool blocking) {
  StreamRow* row = room_for_stream(table);
  if (row == nullptr) {
    ++table.streams_left_out;
    return nullptr;
  }
  std::memset(static_cast<void*>(row), 0, sizeof *row);
  row->handle = key;
  row->number = key == legacy_key ? 0 : next_stream_number++;
  row->device = device;
  row->used = true;
  row->blocking = blocking;
  row->per_thread = (key & 7) == 2;
  return row;
}

// Of one that was made before we looked, or by other means, it is not known whether the default stream waits for it.
StreamRow* stream_with(StreamTable& table, std::uint64_t key, std::int32_t device) {
  for (StreamRow& stream : table.streams)
    if (stream.used && !stream.destroyed && stream.handle == key) return &stream;
  return created_stream(table, key, device, false);
}

StreamEventRow* created_event(StreamTable& table, const void* handle) {
  StreamEventRow* room = nullptr;
  for (StreamEventRow& event : table.events) {
    if (event.number != 0 && !event.destroyed) continue;
    room = &event;
    if (event.number == 0) break;
  }
  if (room == nullptr) {
    ++table.events_left_out;
    return nullptr;
  }
  *room = {};
  room->handle = reinterpret_cast<std::uintptr_t>(handle);
  room->number = next_event_number++;
  return room;
}

StreamEventRow* event_with(StreamTable& table, const void* handle) {
  for (StreamEventRow& event : table.events)
    if (event.number != 0 && !event.destroyed && event.handle == reinterpret_cast<std::uintptr_t>(handle))
      return &event;
  return created_event(table, handle);
}

OperationRow& add_operation(StreamTable& table, StreamRow& stream, const char* what, bool marks) {
  const std::uint64_t number = ++stream.operations;
  OperationRow& row = stream.last[(number - 1) % most_operations];
  const bool lost = row.number != 0 && row.state != StreamState::completed && row.state != StreamState::none;
  const bool room = stream.oldest.number == 0 || stream.oldest.state == StreamState::completed;
  if (lost && room) stream.oldest = row;
  row = {};
  row.number = number;
  row.order = next_order++;
  row.enqueued_ns = now_ns();
  row.started_ns = row.completed_ns = time_unknown;
  row.state = StreamState::calling;
  row.marks = marks;
  std::strncpy(row.what, what, sizeof row.what - 1);
  // The default stream waits for the blocking ones and these for it, all that is enqueued later for all before.
  for (const StreamRow& other : table.streams) {
    const bool legacy_first = other.used && other.handle == legacy_key && stream.blocking;
    const bool legacy_last = other.used && other.blocking && stream.handle == legacy_key;
    const AwaitedRow end = settled_end(other);
    if ((legacy_first || legacy_last) && other.device == stream.device && is_open(other) && end.number != 0)
      await(row, end);
  }
  return row;
}

OperationRow* operation_at(StreamTable& table, const AwaitedRow& at) {
  StreamRow* stream = at.number == 0 ? nullptr : stream_numbered(table, at.stream);
  if (stream == nullptr) return nullptr;
  OperationRow& row = stream->last[(at.number - 1) % most_operations];
  if (row.number == at.number) return &row;
  return stream->oldest.number == at.number ? &stream->oldest : nullptr;
}

void accept(StreamTable& table, const AwaitedRow& at) {
  OperationRow* row = operation_at(table, at);
  if (row != nullptr && row->state == StreamState::calling) row->state = StreamState::enqueued;
}

// Its number stays, unless nobody came after it.
void refuse(StreamTable& table, const AwaitedRow& at) {
  OperationRow* row = operation_at(table, at);
  if (row == nullptr) return;
  StreamRow* stream = stream_numbered(table, at.stream);
  if (stream->operations == at.number) --stream->operations;
  *row = {};
}

void await(OperationRow& operation, const AwaitedRow& other) {
  for (AwaitedRow& row : operation.after) {
    if (row.number != 0) continue;
    row = other;
    return;
  }
}

void complete(StreamTable& table, const AwaitedRow& up_to) {
  StreamRow* stream = up_to.number == 0 ? nullptr : stream_numbered(table, up_to.stream);
  if (stream == nullptr) return;
  const std::int64_t now = now_ns();
  if (stream->oldest.number <= up_to.number && is_taken(stream->oldest)) complete_row(table, stream->oldest, now);
  for (OperationRow& row : stream->last)
    if (row.number <= up_to.number && is_taken(row)) complete_row(table, row, now);
}

// It may have been called before the call that enqueues it has returned.
void start(StreamTable& table, const AwaitedRow& at, std::int32_t thread) {
  if (at.number > 1) complete(table, {at.number - 1, at.stream, 0});
  OperationRow* row = operation_at(table, at);
  if (row == nullptr) return;
  for (const AwaitedRow& other : row->after)
    if (other.number != 0) complete(table, other);
  row->state = StreamState::started;
  row->started_ns = now_ns();
  row->runs_on = thread;
}

AwaitedRow settled_end(const StreamRow& stream) {
  std::uint64_t end = stream.operations;
  for (const OperationRow& row : stream.last)
    if (row.number != 0 && row.state == StreamState::calling) end = std::min(end, row.number - 1);
  return {end, stream.number, 0};
}

bool is_open(const StreamRow& stream) {
  const auto open = [](const OperationRow& row) { return row.state == StreamState::calling || is_taken(row); };
  return open(stream.oldest) || std::any_of(std::begin(stream.last), std::end(stream.last), open);
}

int begin_call(StreamTable& table, const char* name, std::int32_t thread) {
  for (std::size_t i = 0; i < most_stream_calls; ++i) {
    StreamCallRow& row = table.calls[i];
    if (row.call[0] != '\0') continue;
    row = {};
    row.thread = thread;
    row.since_ns = now_ns();
    std::strncpy(row.call, name, sizeof row.call - 1);
    return static_cast<int>(i);
  }
  ++table.calls_left_out;
  return -1;
}

void await(StreamTable& table, int call, const AwaitedRow& other) {
  if (call < 0 || other.number == 0) return;
  StreamCallRow& row = table.calls[call];
  for (AwaitedRow& awaited : row.awaits) {
    if (awaited.number != 0) continue;
    awaited = other;
    return;
  }
  ++row.awaits_more;
}

void end_call(StreamTable& table, int call) {
  if (call >= 0) table.calls[call] = {};
}

}  // namespace wedge::recorder
