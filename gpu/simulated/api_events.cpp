// Calls on events. An event stands for what its last record stands behind; before the first one, for nothing at all.
#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

cudaError_t create(cudaEvent_t* out, unsigned int flags) {
  constexpr unsigned int known = cudaEventBlockingSync | cudaEventDisableTiming | cudaEventInterprocess;
  if (out == nullptr || (flags & ~known) != 0) return cudaErrorInvalidValue;
  if ((flags & cudaEventInterprocess) != 0)
    return (flags & cudaEventDisableTiming) == 0 ? cudaErrorInvalidValue : cudaErrorNotSupported;
  Locked device;
  Event& event = device->events.emplace_back();
  event.number = static_cast<std::uint32_t>(device->events.size());
  event.flags = flags;
  *out = handle_of(event);
  return cudaSuccess;
}

Operation* record_of(const Event& event) {
  Locked device;
  return event.record;
}

bool has_timing(const Event& event) { return (event.flags & cudaEventDisableTiming) == 0; }

void note_time(Operation& operation) {
  const std::chrono::nanoseconds time = now();
  Locked device;
  operation.finished = time;
}

}  // namespace
}  // namespace wedge::gpu

using namespace wedge::gpu;

cudaError_t cudaEventCreate(cudaEvent_t* event) {
  return call(__func__, [&] { return create(event, cudaEventDefault); });
}

cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned int flags) {
  return call(__func__, [&] { return create(event, flags); });
}

cudaError_t cudaEventRecord(cudaEvent_t handle, cudaStream_t stream_handle) {
  return call(__func__, [&] {
    Event* event = event_of(handle, "cudaEventRecord");
    Stream* stream = event != nullptr ? stream_of(stream_handle, "cudaEventRecord") : nullptr;
    if (stream == nullptr) return cudaErrorInvalidResourceHandle;
    Operation operation;
    operation.what = "record of event " + std::to_string(event->number);
    operation.marks = true;
    if (has_timing(*event)) operation.action = note_time;
    Operation& record = enqueue(*stream, std::move(operation));
    touch(event->word);
    Locked device;
    event->record = &record;
    return cudaSuccess;
  });
}

cudaError_t cudaEventQuery(cudaEvent_t handle) {
  return call(__func__, [&] {
    Event* event = event_of(handle, "cudaEventQuery");
    if (event == nullptr) return cudaErrorInvalidResourceHandle;
    bool may_fail = false;
    {
      Locked device;
      may_fail = device->options.faults.query_fails;
    }
    if (may_fail && chosen()) return cudaErrorUnknown;
    const Operation* record = record_of(*event);
    const bool done = record == nullptr || is_seen_done(*record);
    Locked device;
    if (device->failed != cudaSuccess) return device->failed;
    return done ? cudaSuccess : cudaErrorNotReady;
  });
}

cudaError_t cudaEventSynchronize(cudaEvent_t handle) {
  return call(__func__, [&] {
    Event* event = event_of(handle, "cudaEventSynchronize");
    if (event == nullptr) return cudaErrorInvalidResourceHandle;
    Operation* record = record_of(*event);
    if (record != nullptr) wait_for(*record, "cudaEventSynchronize", event->number);
    Locked device;
    return device->failed;
  });
}

// Returns at once, whether or not it is recorded and not reached yet.
cudaError_t cudaEventDestroy(cudaEvent_t handle) {
  return call(__func__, [&] {
    Event* event = event_of(handle, "cudaEventDestroy");
    if (event == nullptr) return cudaErrorInvalidResourceHandle;
    touch(event->word);
    Locked device;
    event->destroyed = true;
    return cudaSuccess;
  });
}

cudaError_t cudaEventElapsedTime(float* ms, cudaEvent_t start_handle, cudaEvent_t end_handle) {
  return call(__func__, [&] {
    if (ms == nullptr) return cudaErrorInvalidValue;
    Event* start = event_of(start_handle, "cudaEventElapsedTime");
    Event* end = start != nullptr ? event_of(end_handle, "cudaEventElapsedTime") : nullptr;
    if (end == nullptr || !has_timing(*start) || !has_timing(*end)) return cudaErrorInvalidResourceHandle;
    const Operation* first = record_of(*start);
    const Operation* second = record_of(*end);
    if (first == nullptr || second == nullptr) return cudaErrorInvalidResourceHandle;
    if (!is_seen_done(*first) || !is_seen_done(*second)) return cudaErrorNotReady;
    Locked device;
    *ms = static_cast<float>(static_cast<double>((second->finished - first->finished).count()) / 1e6);
    return cudaSuccess;
  });
}
