// A buffer is given back by whoever sees first that its copy is over, and two look at once.
//   Source    written for Wedge
//   Symptom   cudaErrorInvalidValue from nowhere, or somebody else's buffer is gone
//   Left out  nothing
//
//   watcher                          main
//   1  sees that it is not released
//                                    2  sees the same
//   3  frees it
//                                    4  frees it
#include <atomic>
#include <thread>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

struct Transfer {
  explicit Transfer(bool takes) : takes_it_first(takes) {}
  bool takes_it_first;
  int* buffer = pinned();
  std::atomic<bool> released{false};

  void release_once() {
    if (takes_it_first ? released.exchange(true) : released.load()) return;  // 1, 2
    must(cudaFreeHost(buffer));                                              // 3, 4
    released = true;
  }
};

void run(bool takes_it_first) {
  const wedge::gpu::Session session;
  Transfer transfer(takes_it_first);
  std::thread watcher([&] { transfer.release_once(); });
  transfer.release_once();
  watcher.join();
}

const wedge::Scenario scenario{
    .id = "gpu/double-release",
    .title = "Two threads give back the same pinned buffer",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); },
             wedge::expect(wedge::Outcome::misuse,
                           "cudaFreeHost of memory that is not allocated, or was freed before")},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
