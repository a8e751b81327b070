// A driver is used after it has stopped: the request looks at the stop flag first, and is counted only afterwards.
//   Source    the Bluetooth driver of Windows, as told by S. Qadeer and D. Wu, PLDI 2004; bluetooth_driver of SCTBench
//   Symptom   a request works on resources that are gone
//   Left out  the event that the stopping task waits for: if requests are pending it just goes away
//
//   request                          stop
//   1  sees stopping_ == false
//                                    2  stopping_ = true
//                                    3  --pending_: nothing is pending, so stopped_ = true
//   4  ++pending_
//   5  works, and stopped_ is set: the assertion fails
#include <atomic>
#include <cassert>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Count { after_the_look, before_the_look };

class Driver {
 public:
  explicit Driver(Count count) : count_(count) {}

  void request() {
    if (begin_request()) {
      const bool stopped = stopped_;
      assert(!stopped);  // 5
    }
    end_request();
  }

  void stop() {
    stopping_ = true;  // 2
    end_request();     // 3
    if (nothing_pending_) stopped_ = true;
  }

 private:
  bool begin_request() {
    if (count_ == Count::before_the_look) ++pending_;
    if (stopping_) return false;                      // 1
    if (count_ == Count::after_the_look) ++pending_;  // 4
    return true;
  }

  void end_request() {
    if (--pending_ == 0) nothing_pending_ = true;
  }

  Count count_;
  std::atomic<int> pending_{1};  // one for the driver itself
  std::atomic<bool> stopping_{false};
  std::atomic<bool> nothing_pending_{false};
  std::atomic<bool> stopped_{false};
};

void stop_while_used(Count count) {
  Driver driver(count);
  std::thread stopper([&] { driver.stop(); });
  driver.request();
  stopper.join();
}

const wedge::Scenario scenario{
    .id = "patterns/driver-stop",
    .title = "a request that is counted after it has looked whether it may go on",
    .source = "SCTBench: bluetooth_driver",
    .variants =
        {
            {"as-found", [] { stop_while_used(Count::after_the_look); },
             wedge::expect(wedge::Outcome::panic, "assertion `!stopped' failed")},
            {"fix/before-the-look", [] { stop_while_used(Count::before_the_look); },
             wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
