// What every recorded call consists of: a note that the thread is inside, the call itself, and what follows from its
// answer.
#pragma once

#include <cuda_runtime_api.h>

#include "gpu/recorder/names.h"
#include "gpu/recorder/next.h"
#include "gpu/recorder/table.h"

#define WEDGE_NEXT(name) static auto* const next = ::wedge::recorder::next(&name, #name)
#define WEDGE_EXPORT extern "C" [[gnu::visibility("default")]]

namespace wedge::recorder {

// Which stream a call means; `per_thread`: of the API variant in which 0 is the thread's own default stream.
struct Target {
  const void* handle = nullptr;
  bool per_thread = false;
};

// Whether this thread is inside a recorded call already: runtimes call themselves by their public names.
extern thread_local int depth;
extern thread_local std::int32_t device;  // that the thread has set
extern std::int32_t captures;             // graphs being captured in the process

class InCall {
 public:
  explicit InCall(const char* name);
  ~InCall();
  InCall(const InCall&) = delete;
  InCall& operator=(const InCall&) = delete;
  bool is_outermost() const { return outermost_; }
  int row() const { return row_; }

 private:
  int row_ = -1;
  bool outermost_;
};

// For names of operations, without memory of their own.
struct What {
  char text[61];
};
What what(const char* format, ...) __attribute__((format(printf, 1, 2)));
What copy_words(std::size_t size, int kind);

// An operation on its way into a stream.
class Enqueued {
 public:
  Enqueued(const InCall& call, const Target& target, const What& what, bool marks = false);
  void set_kernel(const KernelName& kernel);
  void await_record(const void* event);
  // The operation, if it is recorded; number 0: it is not.
  const AwaitedRow& at() const { return at_; }
  // After the call; returns its answer.
  cudaError_t finish(cudaError_t error, bool completes = false) const;

 private:
  AwaitedRow at_{};
};

constexpr cudaError_t no_runtime = static_cast<cudaError_t>(302);  // cudaErrorSharedObjectSymbolNotFound

// The usual: a call that puts one operation into one stream.
template <typename Next>
cudaError_t enqueue(const char* name, const Target& target, const What& words, const Next& forward,
                    bool completes = false) {
  const InCall call(name);
  const Enqueued operation(call, target, words);
  return operation.finish(forward(), completes);
}

// Calls that wait for a stream, or for all that the thread's device has to do.
template <typename Next>
cudaError_t wait_for_stream(const char* name, const Target& target, const Next& forward);
template <typename Next>
cudaError_t wait_for_device(const char* name, const Next& forward, bool tells);

// What is done when such a call begins, and when it has returned without an error.
struct Awaiting {
  AwaitedRow ends[most_streams];
  std::size_t count = 0;
};
void await_stream(const InCall& call, const Target& target, Awaiting& awaiting);
void await_device(const InCall& call, Awaiting& awaiting);
void completed(const Awaiting& awaiting);

template <typename Next>
cudaError_t wait_for_stream(const char* name, const Target& target, const Next& forward) {
  const InCall call(name);
  Awaiting awaiting;
  await_stream(call, target, awaiting);
  const cudaError_t error = forward();
  if (error == cudaSuccess) completed(awaiting);
  return error;
}

template <typename Next>
cudaError_t wait_for_device(const char* name, const Next& forward, bool tells) {
  const InCall call(name);
  Awaiting awaiting;
  await_device(call, awaiting);
  const cudaError_t error = forward();
  if (tells && error == cudaSuccess) completed(awaiting);
  return error;
}

}  // namespace wedge::recorder
