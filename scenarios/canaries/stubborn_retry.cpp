// Two tasks ask politely for each other's lock for ever: each retries without giving up its own.
//   Source    invented: a deadlock that was "cured" by try_lock
//   Symptom   two processors are busy and nothing is done; no task ever blocks, so no tool calls it a deadlock
//   Left out  the log line per failed attempt
//
//   left                             right
//   1  locks its own
//                                    2  locks its own
//   3  try_lock fails, yields
//                                    4  try_lock fails, yields
//   ... and so on
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Retry { holding, empty_handed };

constexpr std::uint64_t step_budget = 2000;

void lock_both(std::mutex& own, std::mutex& other, Retry retry) {
  own.lock();                  // 1, 2
  while (!other.try_lock()) {  // 3, 4
    if (retry == Retry::empty_handed) own.unlock();
    std::this_thread::yield();
    if (retry == Retry::empty_handed) own.lock();
  }
  other.unlock();
  own.unlock();
}

void cross(Retry retry) {
  std::mutex one;
  std::mutex two;
  std::thread left([&] { lock_both(one, two, retry); });
  std::thread right([&] { lock_both(two, one, retry); });
  left.join();
  right.join();
}

const wedge::Scenario scenario{
    .id = "canaries/stubborn-retry",
    .title = "two tasks retry try_lock without giving up what they hold",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { cross(Retry::holding); }, wedge::expect(wedge::Outcome::livelock, "goes round for ever"),
             step_budget},
            {"fix/empty-handed", [] { cross(Retry::empty_handed); }, wedge::expect(wedge::Outcome::pass), step_budget},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
