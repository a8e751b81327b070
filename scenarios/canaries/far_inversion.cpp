// Two tasks take two locks in opposite orders, but so far apart that chance never brings them together.
//   Source    invented: a settings page that locks at start-up what a report locks the other way round much later
//   Symptom   a deadlock once in years, at a customer who starts the report by a hot key
//   Left out  all that happens in between
//
//   early                            late
//   1  locks one
//   2  locks two
//   3  unlocks both
//                                    ... works for long
//                                    4  locks two
//                                    5  locks one
//                                    6  unlocks both
// The deadlock needs 4 between 1 and 2. Random search comes upon it less than once in 2^60 executions; but that both
// orders occur is seen in any of them, and then it is tried.
#include <atomic>
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

struct Locks {
  std::mutex one;
  std::mutex two;
  std::mutex gate;
  std::atomic<int> work{0};
};

void lock_both(std::mutex& first, std::mutex& second) {
  const std::lock_guard outer(first);   // 1, 4
  const std::lock_guard inner(second);  // 2, 5
}

void work_for_long(Locks& locks) {
  constexpr int pieces = 60;
  for (int piece = 0; piece < pieces; ++piece) ++locks.work;
}

void in_opposite_orders() {
  Locks locks;
  std::thread early([&] { lock_both(locks.one, locks.two); });
  std::thread late([&] {
    work_for_long(locks);
    lock_both(locks.two, locks.one);
  });
  early.join();
  late.join();
}

void in_one_order() {
  Locks locks;
  std::thread early([&] { lock_both(locks.one, locks.two); });
  std::thread late([&] {
    work_for_long(locks);
    lock_both(locks.one, locks.two);
  });
  early.join();
  late.join();
}

// Nobody can be inside twice at a time.
void behind_a_gate() {
  Locks locks;
  std::thread early([&] {
    const std::lock_guard gate(locks.gate);
    lock_both(locks.one, locks.two);
  });
  std::thread late([&] {
    work_for_long(locks);
    const std::lock_guard gate(locks.gate);
    lock_both(locks.two, locks.one);
  });
  early.join();
  late.join();
}

void one_after_the_other() {
  Locks locks;
  std::thread([&] { lock_both(locks.one, locks.two); }).join();
  std::thread([&] { lock_both(locks.two, locks.one); }).join();
}

void by_one_task_alone() {
  Locks locks;
  std::thread both([&] {
    lock_both(locks.one, locks.two);
    lock_both(locks.two, locks.one);
  });
  work_for_long(locks);
  both.join();
}

const wedge::Scenario scenario{
    .id = "canaries/far-inversion",
    .title = "locks are taken in opposite orders at times that never meet",
    .source = "invented",
    .variants =
        {
            {"as-found", in_opposite_orders, wedge::expect(wedge::Outcome::deadlock, "2 tasks wait for each other")},
            {"fix/one-order", in_one_order, wedge::expect(wedge::Outcome::pass)},
            {"fix/gate", behind_a_gate, wedge::expect(wedge::Outcome::pass), 0, wedge::Unfit::sanitizer},
            {"fix/join-between", one_after_the_other, wedge::expect(wedge::Outcome::pass), 0, wedge::Unfit::sanitizer},
            {"one-task", by_one_task_alone, wedge::expect(wedge::Outcome::pass), 0, wedge::Unfit::sanitizer},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
