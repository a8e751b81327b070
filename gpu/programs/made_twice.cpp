// Two threads make the one stream that they share, each of them if there is none yet.
//   Source    written for Wedge
//   Symptom   a stream leaks, and the two threads work on different ones
//   Left out  nothing
//
//   thread 1                         thread 2
//   1  there is no stream yet
//                                    2  there is no stream yet
//   3  makes one
//                                    4  makes another, in its place
#include <atomic>
#include <mutex>
#include <thread>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

class SharedStream {
 public:
  explicit SharedStream(bool locks) : locks_(locks) {}
  ~SharedStream() { must(cudaStreamDestroy(stream_)); }
  SharedStream(const SharedStream&) = delete;
  SharedStream& operator=(const SharedStream&) = delete;
  cudaStream_t get() {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (locks_) lock.lock();
    if (stream_ == nullptr) stream_ = new_stream();  // 1, 2, 3, 4
    return stream_;
  }

 private:
  bool locks_;
  std::mutex mutex_;
  std::atomic<cudaStream_t> stream_{nullptr};
};

void run(bool locks) {
  const wedge::gpu::Session session;
  SharedStream stream(locks);
  std::thread other([&] { must(cudaStreamSynchronize(stream.get())); });
  must(cudaStreamSynchronize(stream.get()));
  other.join();
}

const wedge::Scenario scenario{
    .id = "gpu/made-twice",
    .title = "Two threads make the stream that they share",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); },
             wedge::expect(wedge::Outcome::misuse, "left at the end of the session: 1 stream")},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
