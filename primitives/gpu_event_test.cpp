// What an event answers, and how the handle's wrapper gets in the way.
#include "primitives/gpu_event.h"

#include <gtest/gtest.h>

#include <future>

#include "primitives/stream_pool.h"

namespace primitives {
namespace {

// Keeps a stream busy until it is opened.
class Gate {
 public:
  explicit Gate(cudaStream_t stream) : stream_(stream) {
    EXPECT_EQ(cudaLaunchHostFunc(
                  stream, [](void* gate) { static_cast<Gate*>(gate)->open_.get_future().wait(); }, this),
              cudaSuccess);
  }
  ~Gate() { open(); }
  Gate(const Gate&) = delete;
  Gate& operator=(const Gate&) = delete;
  void open() {
    if (!is_open_) open_.set_value();
    is_open_ = true;
    cudaStreamSynchronize(stream_);
  }

 private:
  cudaStream_t stream_;
  std::promise<void> open_;
  bool is_open_ = false;
};

TEST(GpuEvent, is_done_when_what_was_before_it_is) {
  StreamPool streams;
  cudaStream_t stream = streams.fresh();
  GpuEvent event;
  Gate gate(stream);
  event.record(stream);
  EXPECT_FALSE(event.query());
  gate.open();
  EXPECT_TRUE(event.query());
  event.synchronize();
}

TEST(GpuEvent, refuses_a_query_whose_handle_is_wrapped) {
  StreamPool streams;
  GpuEvent event(GpuEvent::Query::as_stored);
  event.record(streams.fresh());
  EXPECT_THROW(event.query(), std::bad_any_cast);
  event.synchronize();  // this one unwraps
}

TEST(GpuEvent, that_was_unwrapped_can_be_queried_and_no_longer_synchronized) {
  StreamPool streams;
  cudaStream_t stream = streams.fresh();
  GpuEvent event(GpuEvent::Query::as_stored);
  event.record(stream);
  event.unwrap();
  EXPECT_EQ(cudaStreamSynchronize(stream), cudaSuccess);
  EXPECT_TRUE(event.query());
  EXPECT_THROW(event.synchronize(), std::bad_any_cast);
}

TEST(GpuEvent, may_be_destroyed_before_its_end) {
  GpuEvent event;
  event.destroy();
  event.destroy();
}

TEST(GpuError, names_call_and_error) {
  EXPECT_STREQ(GpuError("cudaMalloc", cudaErrorMemoryAllocation).what(), "cudaMalloc: cudaErrorMemoryAllocation");
  EXPECT_NO_THROW(expect_success(cudaSuccess, "cudaMalloc"));
  EXPECT_THROW(expect_success(cudaErrorUnknown, "cudaMalloc"), GpuError);
}

}  // namespace
}  // namespace primitives
