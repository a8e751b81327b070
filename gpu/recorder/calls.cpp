// The parts of recorded calls that are the same in all of them.
#include "gpu/recorder/calls.h"

#include <cstdarg>
#include <cstdio>
#include <cstring>

namespace wedge::recorder {

thread_local int depth = 0;
thread_local std::int32_t device = 0;
std::int32_t captures = 0;

namespace {

StreamRow* row_of(StreamTable& table, const Target& target) {
  return stream_with(table, key_of(target.handle, target.per_thread, device, this_thread()), device);
}

bool is_capturing() { return __atomic_load_n(&captures, __ATOMIC_RELAXED) > 0; }

void add(StreamTable& table, const InCall& call, const StreamRow& stream, Awaiting& awaiting) {
  const AwaitedRow end = settled_end(stream);
  if (end.number == 0 || awaiting.count == most_streams) return;
  awaiting.ends[awaiting.count++] = end;
  if (is_open(stream)) await(table, call.row(), end);
}

}  // namespace

InCall::InCall(const char* name) : outermost_(depth++ == 0) {
  if (!outermost_) return;
  const Locked table;
  if (table) row_ = begin_call(*table, name, this_thread());
}

InCall::~InCall() {
  --depth;
  if (row_ < 0) return;
  const Locked table;
  if (table) end_call(*table, row_);
}

What what(const char* format, ...) {
  What result{};
  va_list arguments;
  va_start(arguments, format);
  std::vsnprintf(result.text, sizeof result.text, format, arguments);
  va_end(arguments);
  return result;
}

What copy_words(std::size_t size, int kind) {
  static const char* const directions[] = {" from host to host", " from host to device", " from device to host",
                                           " from device to device"};
  const bool known = kind >= 0 && kind < 4;
  return what("copy of %zu bytes%s", size, known ? directions[kind] : "");
}

Enqueued::Enqueued(const InCall& call, const Target& target, const What& what, bool marks) {
  if (!call.is_outermost()) return;
  const Locked table;
  if (!table) return;
  if (is_capturing()) {
    ++table->operations_left_out;
    return;
  }
  StreamRow* stream = row_of(*table, target);
  if (stream == nullptr) return;
  OperationRow& row = add_operation(*table, *stream, what.text, marks);
  at_ = {row.number, stream->number, 0};
  await(*table, call.row(), at_);
}

void Enqueued::set_kernel(const KernelName& kernel) {
  const Locked table;
  OperationRow* row = table ? operation_at(*table, at_) : nullptr;
  if (row == nullptr) return;
  row->function = kernel.function;
  if (kernel.name != nullptr) std::snprintf(row->what, sizeof row->what, "kernel `%s`", kernel.name);
}

void Enqueued::await_record(const void* event) {
  const Locked table;
  OperationRow* row = table ? operation_at(*table, at_) : nullptr;
  const StreamEventRow* recorded = row == nullptr ? nullptr : event_with(*table, event);
  if (recorded == nullptr) return;
  std::snprintf(row->what, sizeof row->what, "wait for event %u", recorded->number);
  if (recorded->record.number == 0 || recorded->being_recorded > 0) return;
  // Before the others: these are waits that the program asked for.
  const AwaitedRow first = {recorded->record.number, recorded->record.stream, recorded->number};
  std::memmove(row->after + 1, row->after, sizeof row->after - sizeof row->after[0]);
  row->after[0] = first;
}

cudaError_t Enqueued::finish(cudaError_t error, bool completes) const {
  if (at_.number == 0) return error;
  const Locked table;
  if (!table) return error;
  if (error != cudaSuccess) {
    refuse(*table, at_);
    return error;
  }
  accept(*table, at_);
  if (completes) complete(*table, at_);
  return error;
}

void await_stream(const InCall& call, const Target& target, Awaiting& awaiting) {
  const Locked table;
  if (!table || !call.is_outermost()) return;
  if (const StreamRow* stream = row_of(*table, target)) add(*table, call, *stream, awaiting);
}

void await_device(const InCall& call, Awaiting& awaiting) {
  const Locked table;
  if (!table || !call.is_outermost()) return;
  for (const StreamRow& stream : table->streams)
    if (stream.used && stream.device == device) add(*table, call, stream, awaiting);
}

void completed(const Awaiting& awaiting) {
  const Locked table;
  if (!table) return;
  for (std::size_t i = 0; i < awaiting.count; ++i) complete(*table, awaiting.ends[i]);
}

}  // namespace wedge::recorder
