// A scenario program as a user writes one, with bodies that treat the process they share badly: each variant must still
// end as declared, and leave the ones after it alone.
#include <atomic>
#include <cassert>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>

#include <wedge/scenario.h>

namespace {

using wedge::Outcome;

// Calls `end` in the executions in which the other task is first.
template <typename End>
void sometimes(End end) {
  std::mutex mutex;
  bool other_was_first = false;
  std::thread other([&] {
    const std::scoped_lock lock(mutex);
    other_was_first = true;
  });
  std::thread racer([&] {
    const std::scoped_lock lock(mutex);
    if (other_was_first) end();
  });
  racer.join();
  other.join();
}

void raw_exit() { asm volatile("syscall" : : "a"(SYS_exit_group), "D"(9) : "rcx", "r11", "memory"); }

void compute_for_ever() {
  for (;;) asm volatile("");
}

// A detached task outlives the body and waits for ever: no failure, but the process cannot be used again.
void leave_a_task_behind() {
  auto* const never_unlocked = new std::mutex;
  never_unlocked->lock();
  std::thread([never_unlocked] { never_unlocked->lock(); }).detach();
}

void open_library() {
  void* const library = dlopen(std::getenv("LIBRARY"), RTLD_NOW);
  assert(library != nullptr);
  auto* const count_up = reinterpret_cast<int (*)()>(dlsym(library, "count_up"));
  std::thread task([&] { assert(count_up() == 1); });
  assert(count_up() == 1);
  task.join();
}

const wedge::Scenario ends{
    .id = "ends",
    .title = "bodies that end their process",
    .source = "",
    .variants =
        {
            {"exit", [] { sometimes([] { std::exit(0); }); }, wedge::expect(Outcome::panic, "exit(0) was called")},
            {"abort", [] { sometimes([] { std::abort(); }); }, wedge::expect(Outcome::panic, "abort() was called")},
            {"raw-exit", [] { sometimes(raw_exit); }, wedge::expect(Outcome::panic, "ended with status 9")},
        },
};
const wedge::Registration register_ends(ends);

const wedge::Scenario left_behind{
    .id = "left-behind",
    .title = "a body that leaves a task behind",
    .source = "",
    .variants = {{"as-is", leave_a_task_behind, wedge::expect(Outcome::pass)}},
};
const wedge::Registration register_left_behind(left_behind);

const wedge::Scenario opened_library{
    .id = "opened-library",
    .title = "a body that opens a library with thread_local variables",
    .source = "",
    .variants = {{"as-is", open_library, wedge::expect(Outcome::pass)}},
};
const wedge::Registration register_opened_library(opened_library);

const wedge::Scenario hangs{
    .id = "hangs",
    .title = "bodies that compute without end",
    .source = "",
    .variants = {{"loop", [] { sometimes(compute_for_ever); }, wedge::expect(Outcome::hang, "no point was reached")}},
};
const wedge::Registration register_hangs(hangs);

void promise_in_vain() {
  std::mutex mutex;
  std::condition_variable sent;
  int parcels = 2;
  const wedge::Obligation promise("the parcel arrives", [&] { return std::to_string(parcels) + " are on their way"; });
  std::thread([&] {
    std::unique_lock lock(mutex);
    ++parcels;
    sent.wait(lock);
  }).join();
}

const wedge::Scenario promises{
    .id = "promises",
    .title = "an obligation that is not met, with the reason",
    .source = "",
    .variants = {{"explained", promise_in_vain,
                  wedge::expect(Outcome::unmet_obligation,
                                "nothing can run any more, and this has not happened: the parcel arrives; 3 are on "
                                "their way")}},
};
const wedge::Registration register_promises(promises);

}  // namespace

int main(int argc, char** argv) { return wedge::scenario_main(argc, argv); }
