// Flusher::stop() never returns: its wakeup is sent before the flusher sleeps.
//   Source    invented: the textbook lost wakeup
//   Symptom   shutdown hangs now and then, with main in join()
//   Left out  the batch timer of a real flusher, which would end the hang after a while and hide it
//
//   flusher                          main
//   1  sees stopping_ == false
//                                    2  stopping_ = true
//                                    3  notify_one(): nobody is waiting
//   4  wait(): sleeps for ever
//                                    5  join(): blocks for ever
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Stop { without_lock, under_lock };

class Flusher {
 public:
  explicit Flusher(Stop stop) : stop_(stop) {}

  void run() {
    std::unique_lock lock(mutex_);
    while (!stopping_) wakeup_.wait(lock);  // 1, 4
  }

  void stop() {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (stop_ == Stop::under_lock) lock.lock();
    stopping_ = true;      // 2
    wakeup_.notify_one();  // 3
  }

 private:
  Stop stop_;
  std::mutex mutex_;
  std::condition_variable wakeup_;
  std::atomic<bool> stopping_{false};
};

void stop_while_idle(Stop how) {
  Flusher flusher(how);
  std::thread thread([&] { flusher.run(); });
  flusher.stop();
  thread.join();  // 5
}

const wedge::Scenario scenario{
    .id = "canaries/flusher-stop",
    .title = "a wakeup sent before the sleeper sleeps",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { stop_while_idle(Stop::without_lock); },
             wedge::expect(wedge::Outcome::lost_wakeup, "when nobody was waiting")},
            {"fix/under-lock", [] { stop_while_idle(Stop::under_lock); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
