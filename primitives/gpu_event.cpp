// How each call of an event gets at the handle.
#include "primitives/gpu_event.h"

#include <string>
#include <utility>

namespace primitives {

GpuError::GpuError(const char* call, cudaError_t the_error)
    : std::runtime_error(std::string(call) + ": " + cudaGetErrorName(the_error)), error(the_error) {}

void expect_success(cudaError_t error, const char* call) {
  if (error != cudaSuccess) throw GpuError(call, error);
}

GpuEvent::GpuEvent(Query query) : query_(query) {
  expect_success(cudaEventCreateWithFlags(&handle_to_destroy_, cudaEventDisableTiming), "cudaEventCreateWithFlags");
  handle_ = Wrapper{handle_to_destroy_};
}

GpuEvent::~GpuEvent() { destroy(); }

void GpuEvent::destroy() {
  if (handle_to_destroy_ != nullptr) cudaEventDestroy(std::exchange(handle_to_destroy_, nullptr));
}

void GpuEvent::record(cudaStream_t stream) { expect_success(cudaEventRecord(unwrapped(), stream), "cudaEventRecord"); }

bool GpuEvent::query() const {
  const bool is_bare = handle_.type() == typeid(cudaEvent_t);
  cudaEvent_t handle = query_ == Query::unwrapped && !is_bare ? unwrapped() : std::any_cast<cudaEvent_t>(handle_);
  const cudaError_t state = cudaEventQuery(handle);
  if (state == cudaErrorNotReady) return false;
  expect_success(state, "cudaEventQuery");
  return true;
}

void GpuEvent::synchronize() const { expect_success(cudaEventSynchronize(unwrapped()), "cudaEventSynchronize"); }

void GpuEvent::unwrap() { handle_ = unwrapped(); }

}  // namespace primitives
