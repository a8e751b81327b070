// A local static is made from a setting by whoever comes first, and that is before the setting is there.
//   Source    invented; the usual lazily made singleton that reads its configuration
//   Symptom   in one run of many, all later users see the default
//   Left out  everything but the limit
//
//   user                             main
//   1  makes the static: limit 0
//                                    2  setting = 8
//   3  sees limit 0
//
// Needs that each execution makes its own statics: else only the first one in a process can fail.
#include <atomic>
#include <cassert>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Start { before_the_setting, after_the_setting };

std::atomic<int> setting{0};

int limit() {
  static const int made = setting;
  return made;
}

void use_limit(Start start) {
  setting = 0;
  std::thread user;
  const auto use = [] { assert(limit() == 8); };  // 1, 3
  if (start == Start::before_the_setting) user = std::thread(use);
  setting = 8;  // 2
  if (start == Start::after_the_setting) user = std::thread(use);
  user.join();
}

const wedge::Scenario scenario{
    .id = "canaries/first-use",
    .title = "a local static is made before what it is made from is set",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { use_limit(Start::before_the_setting); },
             wedge::expect(wedge::Outcome::panic, "limit() == 8")},
            {"fix/set-first", [] { use_limit(Start::after_the_setting); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
