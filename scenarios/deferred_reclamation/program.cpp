// Puts the threads of the program together.
#include "scenarios/deferred_reclamation/program.h"

#include <optional>

#include "scenarios/cause.h"

namespace deferred_reclamation {
namespace {

using primitives::Guard;
using primitives::Parker;

}  // namespace

PinnedThread::PinnedThread(primitives::Collector& collector, std::string name)
    : thread_([this, &collector, name = std::move(name)] {
        collector.name_this_thread(name);
        const Guard guard = collector.pin();
        pinned_.unpark();
        end_.park();
      }) {
  pinned_.park();
}

PinnedThread::~PinnedThread() {
  end_.unpark();
  thread_.join();
}

// A cell that does not wake on drop is had by taking the waiter away from it just before.
Analysis::~Analysis() {
  if (cells_wake) return;
  for (Cell* cell : {&histogram, &spectrum}) cell->poll_get(std::make_shared<Parker>());
}

void Shared::guarded(const std::function<void()>& act) {
  std::unique_lock lock(one_guard_at_a_time, std::defer_lock);
  if (switches.guards == Switches::Guards::never_overlap) lock.lock();
  if (switches.guards != Switches::Guards::overlap) return act();
  const Guard guard = collector().pin();
  std::this_thread::yield();
  act();
  std::this_thread::yield();
}

void run(const Switches& switches) {
  Shared shared(switches);
  if (scenarios::cause_is_removed()) {
    shared.switches.drop = Switches::Drop::at_once;
    shared.switches.bystander = Switches::Bystander::none;  // or no flush would help
  }
  shared.collector().name_this_thread("UI");
  UserInterface interface(shared);
  wedge::Obligation takes_new_request("the analysis thread takes the request for the small tensor",
                                      [&] { return interface.explain(); });
  std::optional<PinnedThread> executor;
  if (switches.bystander == Switches::Bystander::pinned_for_ever) executor.emplace(shared.collector(), "executor");
  std::thread analysis([&] { analyse_requests(shared, takes_new_request); });
  interface.handle_keys();
  interface.close();
  analysis.join();
}

}  // namespace deferred_reclamation
