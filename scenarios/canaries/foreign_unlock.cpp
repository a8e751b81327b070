// A task gives back the lock of another one: its own attempt had failed, and its way out does not know that.
//   Source    invented: a try_lock whose result is lost on the way to the clean-up
//   Symptom   two tasks are in the same critical section, long after the call that let them in
//   Left out  the critical section
//
//   owner                            guest
//   1  locks
//                                    2  try_lock fails
//                                    3  unlocks all the same
//   4  unlocks
#include <mutex>
#include <thread>

#include <wedge/scenario.h>

namespace {

enum class Cleanup { always, if_locked };

void visit(std::mutex& mutex, Cleanup cleanup) {
  const bool locked = mutex.try_lock();                      // 2
  if (locked || cleanup == Cleanup::always) mutex.unlock();  // 3
}

void own_and_visit(Cleanup cleanup) {
  std::mutex mutex;
  std::thread guest([&] { visit(mutex, cleanup); });
  mutex.lock();    // 1
  mutex.unlock();  // 4
  guest.join();
}

const wedge::Scenario scenario{
    .id = "canaries/foreign-unlock",
    .title = "a mutex is unlocked by a task that does not hold it",
    .source = "invented",
    .variants =
        {
            {"as-found", [] { own_and_visit(Cleanup::always); },
             wedge::expect(wedge::Outcome::misuse, "unlock of a mutex that"), 0, wedge::Unfit::sanitizer},
            {"fix/if-locked", [] { own_and_visit(Cleanup::if_locked); }, wedge::expect(wedge::Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace
