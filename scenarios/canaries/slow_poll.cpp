// A consumer notices fifteen seconds late that its input is there: it looks just too early, and then sleeps.
//   Source    invented; the shape of every poll with a long interval
//   Symptom   a latency of seconds now and then, and a watchdog that blames whoever it meets first
//   Left out  the input itself
//
//   consumer                         main
//   1  sees ready_ == false
//                                    2  ready_ = true
//   3  sleeps for 15 s
//                                    4  join(): one second of virtual time is what the scenario allows
#include <atomic>
#include <chrono>
#include <thread>

#include <wedge/scenario.h>

namespace {

using namespace std::chrono_literals;

void consume_when_ready(std::chrono::milliseconds interval) {
  wedge::deadline(1s);
  std::atomic<bool> ready{false};
  std::thread consumer([&] {
    while (!ready) std::this_thread::sleep_for(interval);  // 1, 3
  });
  ready = true;     // 2
  consumer.join();  // 4
}

const wedge::Scenario scenario{
    .id = "canaries/slow-poll",
    .title = "a poll that looks too early and then sleeps too long",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { consume_when_ready(15s); },
             wedge::expect(wedge::Outcome::deadline, "1.000 s of virtual time")},
            {"fix/short-interval", [] { consume_when_ready(10ms); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
