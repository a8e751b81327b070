// Events: what they stand behind, and what is known when the program is told that one has been reached.
#include "gpu/recorder/calls.h"

namespace wedge::recorder {

namespace {

void note_event(cudaError_t error, const cudaEvent_t* event) {
  if (error != cudaSuccess || event == nullptr) return;
  const Locked table;
  if (table) created_event(*table, *event);
}

template <typename Forward>
cudaError_t record(const void* event, const Target& target, const Forward& forward) {
  const InCall call("cudaEventRecord");
  std::uint32_t number = 0;
  {
    const Locked table;
    StreamEventRow* row = table ? event_with(*table, event) : nullptr;
    if (row != nullptr) ++row->being_recorded;
    if (row != nullptr) number = row->number;
  }
  const Enqueued operation(call, target, what("record of event %u", number), true);
  const cudaError_t error = operation.finish(forward());
  const Locked table;
  if (!table) return error;
  for (StreamEventRow& row : table->events) {
    if (row.number == 0 || row.number != number) continue;
    --row.being_recorded;
    ++row.changes;
    if (error == cudaSuccess) row.record = operation.at();
  }
  return error;
}

// The answer is about the last record before the call. If the event is recorded again meanwhile, it is not known which.
template <typename Forward>
cudaError_t wait_for_event(const char* name, const void* event, const Forward& forward) {
  const InCall call(name);
  StreamEventRow before{};
  {
    const Locked table;
    const StreamEventRow* row = table && call.is_outermost() ? event_with(*table, event) : nullptr;
    if (row != nullptr) before = *row;
    if (row != nullptr) await(*table, call.row(), {before.record.number, before.record.stream, before.number});
  }
  const cudaError_t error = forward();
  if (error != cudaSuccess || before.number == 0 || before.being_recorded > 0) return error;
  const Locked table;
  if (!table) return error;
  for (const StreamEventRow& row : table->events)
    if (row.number == before.number && row.changes == before.changes && row.being_recorded == 0)
      complete(*table, before.record);
  return error;
}

}  // namespace

}  // namespace wedge::recorder

using namespace wedge::recorder;

#define WEDGE_FORWARD(...) [&] { return next == nullptr ? no_runtime : next(__VA_ARGS__); }

WEDGE_EXPORT cudaError_t cudaEventCreate(cudaEvent_t* event) {
  WEDGE_NEXT(cudaEventCreate);
  const cudaError_t error = WEDGE_FORWARD(event)();
  note_event(error, event);
  return error;
}

WEDGE_EXPORT cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int flags) {
  WEDGE_NEXT(cudaEventCreateWithFlags);
  const cudaError_t error = WEDGE_FORWARD(event, flags)();
  note_event(error, event);
  return error;
}

WEDGE_EXPORT cudaError_t cudaEventDestroy(cudaEvent_t event) {
  WEDGE_NEXT(cudaEventDestroy);
  {
    const Locked table;
    if (table)
      for (wedge::StreamEventRow& row : table->events)
        if (row.number != 0 && row.handle == reinterpret_cast<std::uintptr_t>(event)) row.destroyed = true;
  }
  return WEDGE_FORWARD(event)();
}

WEDGE_EXPORT cudaError_t cudaEventSynchronize(cudaEvent_t event) {
  WEDGE_NEXT(cudaEventSynchronize);
  return wait_for_event("cudaEventSynchronize", event, WEDGE_FORWARD(event));
}

WEDGE_EXPORT cudaError_t cudaEventQuery(cudaEvent_t event) {
  WEDGE_NEXT(cudaEventQuery);
  return wait_for_event("cudaEventQuery", event, WEDGE_FORWARD(event));
}

#define WEDGE_EVENT_CALLS(suffix, per_thread)                                                       \
  WEDGE_EXPORT cudaError_t cudaEventRecord##suffix(cudaEvent_t event, cudaStream_t stream) {        \
    WEDGE_NEXT(cudaEventRecord##suffix);                                                            \
    return record(event, {stream, per_thread}, WEDGE_FORWARD(event, stream));                       \
  }                                                                                                 \
  WEDGE_EXPORT cudaError_t cudaEventRecordWithFlags##suffix(cudaEvent_t event, cudaStream_t stream, \
                                                            unsigned int flags) {                   \
    WEDGE_NEXT(cudaEventRecordWithFlags##suffix);                                                   \
    return record(event, {stream, per_thread}, WEDGE_FORWARD(event, stream, flags));                \
  }
WEDGE_EVENT_CALLS(, false)
WEDGE_EVENT_CALLS(_ptsz, true)
