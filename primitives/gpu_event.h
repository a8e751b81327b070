// An event of the device as bindings for dynamic languages have it: the handle is an object that wraps the library's
// own, and every method has to unwrap it.
//
// Calls that fail throw GpuError. Any thread may use it once it is recorded.
#pragma once

#include <any>
#include <stdexcept>

#include <cuda_runtime_api.h>

namespace primitives {

struct GpuError : std::runtime_error {
  GpuError(const char* call, cudaError_t the_error);
  cudaError_t error;
};
// Throws unless the call has succeeded.
void expect_success(cudaError_t error, const char* call);

class GpuEvent {
 public:
  // What query() hands on: the handle, or the object that it is stored as. The second is a defect that bindings have
  // had: the library's side refuses the type before it asks the device, with an error that is none of the device's.
  enum class Query { unwrapped, as_stored };

  explicit GpuEvent(Query query = Query::unwrapped);
  ~GpuEvent();
  GpuEvent(const GpuEvent&) = delete;
  GpuEvent& operator=(const GpuEvent&) = delete;

  void record(cudaStream_t stream);
  // Whether all that was on the stream before record() is done. As stored: throws std::bad_any_cast.
  bool query() const;
  void synchronize() const;
  // Before the end of the object. Requires: nobody uses the event any more.
  void destroy();
  // Stores the handle itself in place of the object. From then on query() works in either form, and synchronize() in
  // none.
  void unwrap();

 private:
  struct Wrapper {
    cudaEvent_t value;
  };
  cudaEvent_t unwrapped() const { return std::any_cast<const Wrapper&>(handle_).value; }

  const Query query_;
  cudaEvent_t handle_to_destroy_ = nullptr;  // as a finalizer remembers it
  std::any handle_;
};

}  // namespace primitives
