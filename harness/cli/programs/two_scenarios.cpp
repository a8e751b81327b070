// A scenario program: one scenario whose declarations are right, and one whose are not.
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

void lock_in_order(bool opposite) {
  std::mutex first;
  std::mutex second;
  std::thread thread([&] {
    std::lock_guard one(first);
    std::lock_guard two(second);
  });
  {
    std::lock_guard one(opposite ? second : first);
    std::lock_guard two(opposite ? first : second);
  }
  thread.join();
}

const wedge::Scenario honest{
    .id = "test/honest",
    .title = "Says what happens",
    .source = "made up",
    .variants =
        {
            {"as-found", [] { lock_in_order(true); }, wedge::expect(wedge::Outcome::deadlock, "wait for each other")},
            {"fix/in-order", [] { lock_in_order(false); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Scenario wrong{
    .id = "test/wrong",
    .title = "Says otherwise",
    .source = "made up",
    .variants =
        {
            {"passes", [] { lock_in_order(false); }, wedge::expect(wedge::Outcome::deadlock)},
            {"hangs", [] { lock_in_order(true); }, wedge::expect(wedge::Outcome::pass)},
            {"other-text", [] { lock_in_order(true); }, wedge::expect(wedge::Outcome::deadlock, "no such words")},
            {"too-rare", [] { lock_in_order(false); }, wedge::expect(wedge::Outcome::deadlock).too_rare("random")},
        },
};
const wedge::Registration registration_of_honest(honest);
const wedge::Registration registration_of_wrong(wrong);

}  // namespace

int main(int argc, char** argv) { return wedge::scenario_main(argc, argv); }
