// A job stays in the queue for ever: the one wakeup goes to a waiter that cannot use it.
//   Source    invented: the textbook case against one condition variable for two conditions
//   Symptom   a queue with a job in it and an idle worker beside it; more load makes the hang rarer
//   Left out  everything that would signal again later and so hide the loss
//
//   worker                 auditor                      main
//   1  wait(): no job
//                          2  wait(): nothing is done
//                                                       3  adds a job, notify_one(): wakes the auditor
//                          4  still nothing is done: waits again
//                                                       5  join(): blocks for ever
#include <condition_variable>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Wakes { one, all };

class Queue {
 public:
  explicit Queue(Wakes wakes) : wakes_(wakes) {}

  void add() {
    const std::scoped_lock lock(mutex_);
    ++jobs_;
    changed();  // 3
  }

  void work() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return jobs_ > 0; });  // 1
    --jobs_;
    ++done_;
    changed();
  }

  void audit() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return done_ > 0; });  // 2, 4
  }

 private:
  void changed() {
    if (wakes_ == Wakes::all)
      changed_.notify_all();
    else
      changed_.notify_one();
  }

  Wakes wakes_;
  std::mutex mutex_;
  std::condition_variable changed_;
  int jobs_ = 0;
  int done_ = 0;
};

void audit_one_job(Wakes wakes) {
  Queue queue(wakes);
  std::thread worker([&] { queue.work(); });
  std::thread auditor([&] { queue.audit(); });
  queue.add();
  worker.join();  // 5
  auditor.join();
}

const wedge::Scenario scenario{
    .id = "canaries/wrong-waiter",
    .title = "notify_one wakes the waiter that waits for something else",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { audit_one_job(Wakes::one); },
             wedge::expect(wedge::Outcome::lost_wakeup, "it woke task 2 instead")},
            {"fix/notify-all", [] { audit_one_job(Wakes::all); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
