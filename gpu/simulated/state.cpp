// The one device, its lock, the objects behind handles, and what calls begin and end with.
#include "gpu/simulated/state.h"

#include <sched.h>

#include <exception>

namespace wedge::gpu {

namespace {

// Not a mutex, for that would order calls that CUDA does not order. Never contended where one task runs at a time.
std::atomic_flag taken = ATOMIC_FLAG_INIT;
Device* the_device = nullptr;

thread_local cudaError_t last_error = cudaSuccess;
thread_local std::uint32_t own_stream = 0;  // the per-thread default stream
thread_local const Device* own_device = nullptr;

template <typename Handle, typename Objects>
auto find(Handle handle, Objects objects_of) {
  Locked device;
  auto& objects = objects_of(*device);
  decltype(&objects.front()) found = nullptr;
  for (auto& object : objects)
    if (handle == handle_of(object)) found = &object;
  return found;
}

template <typename Object>
bool is_alive(const Object& object) {
  Locked device;
  return !object.destroyed;
}

Stream* per_thread_stream() {
  Locked device;
  if (own_device != &*device) {
    own_device = &*device;
    own_stream = static_cast<std::uint32_t>(device->streams.size());
    Stream& stream = device->streams.emplace_back();
    stream.number = own_stream;
    stream.per_thread = true;
  }
  return &device->streams[own_stream];
}

}  // namespace

thread_local bool in_host_function = false;

Device::Device(const Options& the_options) : options(the_options) { streams.emplace_back(); }

Locked::Locked() {
  while (taken.test_and_set(std::memory_order_acquire)) sched_yield();
  const bool is_new = the_device == nullptr;
  if (is_new) the_device = new Device({});
  device_ = the_device;
  if (is_new) explain_hangs(explain);
}
Locked::~Locked() { taken.clear(std::memory_order_release); }

const Device* device_at_rest() { return the_device; }

void replace_device(const Options* options) {
  if (the_device != nullptr) free_blocks(*the_device);
  delete the_device;
  the_device = options != nullptr ? new Device(*options) : nullptr;
  if (the_device != nullptr) explain_hangs(explain);
}

std::string Stream::name() const {
  if (is_legacy()) return "the default stream";
  return (per_thread ? "per-thread stream " : "stream ") + std::to_string(number);
}

Stream* stream_of(cudaStream_t handle, const char* call) {
  if (handle == cudaStreamPerThread) return per_thread_stream();
  if (handle == nullptr || handle == cudaStreamLegacy) {
    Locked device;
    return &device->legacy();
  }
  Stream* stream = find(
      handle, [](Device & device) -> auto& { return device.streams; });
  if (stream == nullptr) {
    misuse(std::string(call) + " is given a stream that was never created");
    return nullptr;
  }
  look(stream->word);
  if (is_alive(*stream)) return stream;
  misuse(std::string(call) + " on " + stream->name() + ", which is destroyed");
  return nullptr;
}

Event* event_of(cudaEvent_t handle, const char* call) {
  Event* event = find(
      handle, [](Device & device) -> auto& { return device.events; });
  if (event == nullptr) {
    misuse(std::string(call) + " is given an event that was never created");
    return nullptr;
  }
  look(event->word);
  if (is_alive(*event)) return event;
  misuse(std::string(call) + " on event " + std::to_string(event->number) + ", which is destroyed");
  return nullptr;
}

cudaStream_t handle_of(Stream& stream) { return reinterpret_cast<cudaStream_t>(&stream); }
cudaEvent_t handle_of(Event& event) { return reinterpret_cast<cudaEvent_t>(&event); }

bool may_call(const char* call, cudaError_t& error) {
  if (in_host_function) {
    error = cudaErrorNotPermitted;
    misuse(std::string(call) + " is called from a host function of a stream");
    return false;
  }
  Locked device;
  error = device->failed;
  return error == cudaSuccess;
}

cudaError_t remember(cudaError_t error) {
  if (error != cudaSuccess) last_error = error;
  return error;
}

Session::Session(const Options& options) : exceptions_(std::uncaught_exceptions()), may_leak_(options.may_leak) {
  replace_device(&options);
}

Session::~Session() {
  std::string leaks;
  std::uint32_t workers = 0;
  std::uint32_t* count = nullptr;
  std::uint32_t* closing = nullptr;
  {
    Locked device;
    device->closing = 1;
    closing = &device->closing;
    count = &device->workers;
  }
  wake_all(*closing);
  while ((workers = __atomic_load_n(count, __ATOMIC_ACQUIRE)) != 0) sleep_on(*count, workers);
  take_up(count);
  {
    Locked device;
    leaks = leaks_of(*device);
  }
  replace_device(nullptr);
  if (!leaks.empty() && !may_leak_ && std::uncaught_exceptions() == exceptions_) misuse(leaks);
}

}  // namespace wedge::gpu

using namespace wedge::gpu;

// These two say what happened before, and are not refused themselves.
cudaError_t cudaGetLastError() {
  const cudaError_t error = last_error;
  Locked device;
  last_error = device->failed;  // what sticks to the device stays
  return error;
}

cudaError_t cudaPeekAtLastError() { return last_error; }
