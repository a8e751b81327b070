// A watcher thread still asks an event that main has destroyed: it was told to stop, and nobody waited until it had.
//   Source    written for Wedge
//   Symptom   cudaErrorInvalidResourceHandle at shutdown, or a crash in the driver
//   Left out  what is watched for
//
//   main                             watcher
//                                    1  is not to stop yet
//   2  says stop
//   3  destroys the event
//                                    4  asks the event
#include <atomic>
#include <chrono>
#include <thread>

#include "gpu/programs/support.h"

namespace {

using namespace programs;
using namespace std::chrono_literals;

void run(bool joins_first) {
  const wedge::gpu::Session session;
  cudaEvent_t event = new_event();
  std::atomic<bool> stop{false};
  std::thread watcher([&] {
    while (!stop) {                 // 1
      must(cudaEventQuery(event));  // 4
      std::this_thread::sleep_for(1ms);
    }
  });
  std::this_thread::sleep_for(2ms);
  stop = true;  // 2
  if (joins_first) watcher.join();
  must(cudaEventDestroy(event));  // 3
  if (!joins_first) watcher.join();
}

const wedge::Scenario scenario{
    .id = "gpu/watched-after-destruction",
    .title = "A watcher asks an event that is destroyed",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); },
             wedge::expect(wedge::Outcome::misuse, "cudaEventQuery on event 1, which is destroyed")},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
