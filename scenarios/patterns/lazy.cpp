// A check is made too late: it expects that at most one of two additions has happened, and nothing keeps the order.
//   Source    lazy01 of SCTBench
//   Symptom   an assertion fails although every access is under the one mutex
//   Left out  nothing
//
//   first                            second                           checker
//   1  sum_ += 1
//                                    2  sum_ += 2
//                                                                     3  sum_ is 3: the assertion fails
#include <cassert>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Check { at_any_time, before_the_others };

class Sum {
 public:
  void add(int amount) {
    const std::scoped_lock lock(mutex_);
    sum_ += amount;  // 1, 2
  }

  void check() {
    const std::scoped_lock lock(mutex_);
    assert(sum_ < 3);  // 3
  }

 private:
  std::mutex mutex_;
  int sum_ = 0;
};

void add_and_check(Check check) {
  Sum sum;
  if (check == Check::before_the_others) std::thread([&] { sum.check(); }).join();
  std::thread first([&] { sum.add(1); });
  std::thread second([&] { sum.add(2); });
  if (check == Check::at_any_time) std::thread([&] { sum.check(); }).join();
  first.join();
  second.join();
}

const wedge::Scenario scenario{
    .id = "patterns/lazy",
    .title = "a mutex taken for an order",
    .source = "SCTBench: lazy01",
    .variants =
        {
            {"as-found", [] { add_and_check(Check::at_any_time); },
             wedge::expect(wedge::Outcome::panic, "assertion `sum_ < 3' failed")},
            {"fix/before-the-others", [] { add_and_check(Check::before_the_others); },
             wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
