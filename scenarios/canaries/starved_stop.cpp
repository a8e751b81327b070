// Who wants to stop the worker needs the lock that the worker never gives up: it only ever tries.
//   Source    invented: a heartbeat loop that holds its lock from beginning to end
//   Symptom   shutdown never comes; every counter of the service goes on
//   Left out  what the heartbeat is good for
//
//   worker                           stopper
//   1  locks
//   2  counts, looks at stopping
//                                    3  try_lock fails, yields
//   ... and so on: the count is another one each time, so nothing repeats but who gets nowhere
#include <atomic>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Hold { all_the_time, per_beat };

constexpr std::uint64_t step_budget = 4000;

class Heart {
 public:
  void beat(Hold hold) {
    mutex_.lock();        // 1
    while (!stopping_) {  // 2
      ++beats_;
      if (hold == Hold::all_the_time) continue;
      mutex_.unlock();
      std::this_thread::yield();
      mutex_.lock();
    }
    mutex_.unlock();
  }
  void stop() {
    while (!mutex_.try_lock()) std::this_thread::yield();  // 3
    stopping_ = true;
    mutex_.unlock();
  }

 private:
  std::mutex mutex_;
  std::atomic<bool> stopping_{false};
  std::atomic<unsigned> beats_{0};
};

void stop_while_beating(Hold hold) {
  Heart heart;
  std::thread worker([&] { heart.beat(hold); });
  std::thread stopper([&] { heart.stop(); });
  worker.join();
  stopper.join();
}

const wedge::Scenario scenario{
    .id = "canaries/starved-stop",
    .title = "one task gets nowhere for ever while another one does",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { stop_while_beating(Hold::all_the_time); },
             wedge::expect(wedge::Outcome::livelock, "task 2 got nowhere"), step_budget},
            {"fix/per-beat", [] { stop_while_beating(Hold::per_beat); }, wedge::expect(wedge::Outcome::pass),
             step_budget},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
