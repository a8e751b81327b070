// A waiter spins on a flag that a cancelled start never sets.
//   Source    invented; canaries/silent-start with a spinning waiter
//   Symptom   one processor at 100 %, in a loop of three instructions
//   Left out  the work that the start would do
//
//   starter                          main
//                                    1  cancelled = true
//   2  sees cancelled, gives up
//                                    3  spins: ready stays false
#include <atomic>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Until { ready, ready_or_cancelled };

constexpr std::uint64_t step_budget = 5000;

void cancel_and_spin(Until until) {
  std::atomic<bool> cancelled{false};
  std::atomic<bool> ready{false};
  std::thread starter([&] {
    if (!cancelled) ready = true;  // 2
  });
  cancelled = true;  // 1
  while (!ready) {   // 3
    if (until == Until::ready_or_cancelled && cancelled) break;
  }
  starter.join();
}

const wedge::Scenario scenario{
    .id = "canaries/unset-flag",
    .title = "a spin on a flag that nobody sets any more",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { cancel_and_spin(Until::ready); },
             wedge::expect(wedge::Outcome::livelock, "goes round for ever"), step_budget},
            {"fix/look-at-both", [] { cancel_and_spin(Until::ready_or_cancelled); },
             wedge::expect(wedge::Outcome::pass), step_budget},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
