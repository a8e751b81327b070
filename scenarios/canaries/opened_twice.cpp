// A log is opened twice: two first users both see that it is not open yet.
//   Source    invented: check-then-act, here without a data race
//   Symptom   an assertion fails under load only
//   Left out  the file
//
//   one                              other
//   1  sees open_ == false
//                                    2  sees open_ == false
//   3  opens
//                                    4  opens again: the assertion fails
#include <atomic>
#include <cassert>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Check { alone, with_act };

class Log {
 public:
  explicit Log(Check check) : check_(check) {}

  void use() {
    std::unique_lock lock(mutex_, std::defer_lock);
    if (check_ == Check::with_act) lock.lock();
    if (open_) return;  // 1, 2
    open_ = true;
    const int opened_before = opened_++;
    assert(opened_before == 0);  // 3, 4
  }

 private:
  Check check_;
  std::mutex mutex_;
  std::atomic<bool> open_{false};
  std::atomic<int> opened_{0};
};

void use_by_two(Check check) {
  Log log(check);
  std::thread one([&] { log.use(); });
  std::thread other([&] { log.use(); });
  one.join();
  other.join();
}

const wedge::Scenario scenario{
    .id = "canaries/opened-twice",
    .title = "check-then-act that ends in a failed assertion",
    .source = "textbook",
    .variants =
        {
            {"as-found", [] { use_by_two(Check::alone); },
             wedge::expect(wedge::Outcome::panic, "assertion `opened_before == 0' failed")},
            {"fix/with-act", [] { use_by_two(Check::with_act); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
