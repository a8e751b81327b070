// A poller that looks very often before what it waits for is there: no livelock, and it says so.
//   Source    invented: a busy-waiting driver, by design
//   Symptom   none; without wedge::progress() it would count as a livelock, as its steps are many
//   Left out  the device
//
//   poller                           device
//   1  looks: not there
//   ... 2000 times
//                                    2  is there
//   3  sees it
#include <atomic>
#include <cassert>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Poll { silently, with_progress };

constexpr std::uint64_t step_budget = 1000;
constexpr int looks = 2000;

void poll(Poll how) {
  std::atomic<int> seen{0};
  for (int look = 0; look < looks; ++look) {  // 1
    seen.fetch_add(1);
    if (how == Poll::with_progress) wedge::progress();
  }
  assert(seen == looks);
}

// Tries a number of times and gives up: nothing changes but a count that no tool sees, and still it ends.
void give_up_after_many(int attempts) {
  std::atomic<bool> ready{false};
  int failed = 0;
  while (!ready && failed < attempts) ++failed;
  assert(failed == attempts);
}

// The same with the count where no stack and no register shows it.
int counted = 0;
[[gnu::noinline]] bool have_tried(int attempts) { return ++counted >= attempts; }
void give_up_by_a_count_elsewhere(int attempts) {
  counted = 0;
  while (!have_tried(attempts)) std::this_thread::yield();
  assert(counted == attempts);
}

const wedge::Scenario scenario{
    .id = "canaries/patient-poll",
    .title = "a poller looks more often than the step budget allows",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { poll(Poll::silently); }, wedge::expect(wedge::Outcome::livelock, "step budget"),
             step_budget},
            {"fix/progress", [] { poll(Poll::with_progress); }, wedge::expect(wedge::Outcome::pass), step_budget},
            {"gives-up", [] { give_up_after_many(900); }, wedge::expect(wedge::Outcome::pass), step_budget},
            {"gives-up/count-elsewhere", [] { give_up_by_a_count_elsewhere(900); }, wedge::expect(wedge::Outcome::pass),
             step_budget},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
