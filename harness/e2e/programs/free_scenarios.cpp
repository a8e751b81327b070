// Scenarios for the free rungs: deadlines in real time, notes, obligations, and ends of every kind.
#include <chrono>
#include <cstdlib>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <wedge/scenario.h>

namespace {

using namespace std::chrono_literals;
using wedge::Outcome;

void wait_for_ever() {
  std::mutex mutex;
  mutex.lock();
  std::thread other([&] { mutex.lock(); });
  other.join();
}

const wedge::Scenario scenario{
    .id = "free",
    .title = "what changes when time is real",
    .source = "",
    .variants =
        {
            {"short-deadline",
             [] {
               wedge::deadline(300ms);
               wait_for_ever();
             },
             wedge::expect(Outcome::deadline)},
            {"long-deadline",
             [] {
               wedge::deadline(30s);
               std::this_thread::sleep_for(1500ms);
             },
             wedge::expect(Outcome::pass)},
            {"hangs-unexpectedly", wait_for_ever, wedge::expect(Outcome::pass)},
            {"unmet",
             [] {
               wedge::note("about to promise");
               const wedge::Obligation promise("the parcel arrives", [] { return "nobody has sent it"; });
             },
             wedge::expect(Outcome::unmet_obligation, "the parcel arrives; nobody has sent it")},
            {"met",
             [] {
               wedge::Obligation promise("the parcel arrives");
               std::thread([&] { promise.fulfil(); }).join();
             },
             wedge::expect(Outcome::pass)},
            {"throws", [] { throw std::runtime_error("on purpose"); }, wedge::expect(Outcome::panic, "on purpose")},
            {"exits", [] { std::exit(0); }, wedge::expect(Outcome::panic, "exit(0) was called")},
            {"uncontrolled",
             [] {
               if (wedge::controlled()) std::abort();
             },
             wedge::expect(Outcome::pass)},
            {"wrongly-declared", [] {}, wedge::expect(Outcome::panic)},
            {"leaves-a-thread",
             [] {
               auto* never_unlocked = new std::mutex;
               never_unlocked->lock();
               std::thread([never_unlocked] { never_unlocked->lock(); }).detach();
             },
             wedge::expect(Outcome::pass)},
        },
};
const wedge::Registration registration(scenario);

}  // namespace

int main(int argc, char** argv) { return wedge::scenario_main(argc, argv); }
