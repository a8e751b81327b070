// Two threads need two buffers each, from a pool of two, and take them one at a time.
//   Source    written for Wedge
//   Symptom   both wait for a buffer that the other one has; the device is idle
//   Left out  the copies that would fill the buffers
//
//   thread 1                         thread 2
//   1  takes a buffer
//                                    2  takes the other one
//   3  waits for a second one        4  so does this
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>

#include "gpu/programs/support.h"

namespace {

using namespace programs;

class Pool {
 public:
  Pool() : free_{pinned(), pinned()} {}
  ~Pool() {
    for (int* buffer : free_) must(cudaFreeHost(buffer));
  }
  std::vector<int*> take(std::size_t number) {
    std::unique_lock lock(mutex_);
    given_back_.wait(lock, [&] { return free_.size() >= number; });
    std::vector<int*> taken(free_.end() - static_cast<std::ptrdiff_t>(number), free_.end());
    free_.resize(free_.size() - number);
    return taken;
  }
  void give_back(const std::vector<int*>& buffers) {
    const std::lock_guard lock(mutex_);
    free_.insert(free_.end(), buffers.begin(), buffers.end());
    given_back_.notify_all();
  }

 private:
  std::mutex mutex_;
  std::condition_variable given_back_;
  std::vector<int*> free_;
};

void fill_two(Pool& pool, bool at_once) {
  std::vector<int*> first = pool.take(at_once ? 2 : 1);                     // 1, 2
  std::vector<int*> second = at_once ? std::vector<int*>() : pool.take(1);  // 3, 4
  pool.give_back(first);
  pool.give_back(second);
}

void run(bool at_once) {
  const wedge::gpu::Session session;
  Pool pool;
  std::thread one([&] { fill_two(pool, at_once); });
  std::thread two([&] { fill_two(pool, at_once); });
  one.join();
  two.join();
}

const wedge::Scenario scenario{
    .id = "gpu/pool-starvation",
    .title = "Two threads share a pool of two buffers and need two each",
    .source = "written for Wedge",
    .variants =
        {
            {"as-found", [] { run(false); }, wedge::expect(wedge::Outcome::deadlock)},
            {"fixed", [] { run(true); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
