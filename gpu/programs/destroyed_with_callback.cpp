// An object destroys its stream and itself, while a host function of the stream that uses the object is still pending:
// cudaStreamDestroy waits for nothing.
//   Source    written for Wedge
//   Symptom   crashes at shutdown, rarely
//   Left out  what the object was for
//
//   host                             stream
//   1  enqueues a host function with `this`
//   2  cudaStreamDestroy(): returns at once
//   3  the object is gone
//                                    4  the host function uses it
#include <memory>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

class Counter {
 public:
  explicit Counter(bool waits) : waits_(waits) {}
  ~Counter() {
    if (waits_) must(cudaStreamSynchronize(stream_));
    must(cudaStreamDestroy(stream_));  // 2
  }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  void count() { must(cudaLaunchHostFunc(stream_, add_one, this)); }  // 1

 private:
  static void add_one(void* counter) { ++static_cast<Counter*>(counter)->counted_; }  // 4
  bool waits_;
  int counted_ = 0;
  cudaStream_t stream_ = new_stream();
};

void run(bool waits) {
  const wedge::gpu::Session session;
  auto counter = std::make_unique<Counter>(waits);
  counter->count();
  counter.reset();  // 3
}

const wedge::Scenario scenario{
    .id = "gpu/destroyed-with-callback",
    .title = "A stream is destroyed with a host function pending that uses a dead object",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::misuse).with_race()},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
