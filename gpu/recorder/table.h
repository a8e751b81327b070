// The recorder's memory: what the program enqueued, and what it has been told of that since.
//
// Anonymous but for its name, private to the process, and read from outside while the process stands still. Written
// under one lock that is held for some hundred instructions and never while the runtime is called. Everything here may
// be called from any thread of the program.
#pragma once

#include <cstdint>

#include <wedge/stream_table.h>

namespace wedge::recorder {

// The table, locked; none where there is no memory for it. A reader outside sees by `changes` that it is written to.
class Locked {
 public:
  Locked();
  ~Locked();
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;
  explicit operator bool() const { return table_ != nullptr; }
  StreamTable* operator->() const { return table_; }
  StreamTable& operator*() const { return *table_; }

 private:
  StreamTable* table_;
};

std::int64_t now_ns();
std::int32_t this_thread();  // its number; with the table locked, so that a child learns its own

// What the program calls a stream, told apart where it calls several the same: the default stream of each device, and
// that of each thread.
std::uint64_t key_of(const void* handle, bool per_thread_default, std::int32_t device, std::int32_t thread);
inline constexpr std::uint64_t legacy_key = 1;

StreamRow* stream_with(StreamTable& table, std::uint64_t key, std::int32_t device);  // null: there is no room
StreamRow* created_stream(StreamTable& table, std::uint64_t key, std::int32_t device, bool blocking);
StreamEventRow* event_with(StreamTable& table, const void* handle);  // null: there is no room
StreamEventRow* created_event(StreamTable& table, const void* handle);

// Operations: `calling` until the runtime has taken them.
OperationRow& add_operation(StreamTable& table, StreamRow& stream, const char* what, bool marks);
OperationRow* operation_at(StreamTable& table, const AwaitedRow& at);
void accept(StreamTable& table, const AwaitedRow& at);
void refuse(StreamTable& table, const AwaitedRow& at);
void await(OperationRow& operation, const AwaitedRow& other);

// What is told: that an operation, all before it on its stream, and all that these waited for have completed.
void complete(StreamTable& table, const AwaitedRow& up_to);
// A host function runs: on this thread, and after all that came before it.
void start(StreamTable& table, const AwaitedRow& at, std::int32_t thread);

// The last operation that the runtime has taken with all before it; number 0: none.
AwaitedRow settled_end(const StreamRow& stream);
bool is_open(const StreamRow& stream);

// Threads in calls. -1: there was no room, which end_call() takes as well.
int begin_call(StreamTable& table, const char* name, std::int32_t thread);
void await(StreamTable& table, int call, const AwaitedRow& other);
void end_call(StreamTable& table, int call);

}  // namespace wedge::recorder
