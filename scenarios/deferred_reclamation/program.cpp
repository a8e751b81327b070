// Puts the threads of the program together.
#include "scenarios/deferred_reclamation/program.h"

#include "scenarios/cause.h"

namespace deferred_reclamation {
namespace {

using primitives::Collector;
using primitives::Guard;
using primitives::Parker;
using namespace std::chrono_literals;

// Another thread that flushes as often as a user interface ticks.
class FlushingThread {
 public:
  explicit FlushingThread(Shared& shared)
      : thread_([&shared] {
          while (!shared.quits) {
            shared.collector().pin().flush();
            std::this_thread::sleep_for(100ms);
          }
        }) {}
  ~FlushingThread() { thread_.join(); }
  FlushingThread(const FlushingThread&) = delete;
  FlushingThread& operator=(const FlushingThread&) = delete;

 private:
  std::thread thread_;
};

}  // namespace

PinnedThread::PinnedThread(Collector& collector, std::string name)
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

BrieflyPinnedThread::BrieflyPinnedThread(Collector& collector, std::chrono::milliseconds how_long)
    : thread_([this, &collector, how_long] {
        {
          const Guard guard = collector.pin();
          begin_ = std::chrono::steady_clock::now();
          pinned_.unpark();
          std::this_thread::sleep_for(how_long);
        }
        ended_ = true;
        end_.park();
      }) {
  pinned_.park();
}

BrieflyPinnedThread::~BrieflyPinnedThread() {
  end_.unpark();
  thread_.join();
}

Analysis::Analysis(int the_number, std::string tensor_name, Size its_size, const Switches& switches)
    : number(the_number), tensor(std::move(tensor_name)), size(its_size), cells_wake(switches.cell_wakes_on_drop) {
  if (switches.drop == Switches::Drop::cells_at_once)
    outside = not_yet_own = std::make_shared<Charts>();
  else
    charts.emplace();
  Charts& its_charts = charts ? *charts : *not_yet_own;
  // Of the others the user is asked first whether it is worth the time.
  if (size != Size::large) its_charts.histogram.set(Stage::requested);
  if (size == Size::small) its_charts.spectrum.set(Stage::requested);
}

// A cell that does not wake on drop is had by taking the waiter away from it just before.
Analysis::~Analysis() {
  if (cells_wake) return;
  for (Cell* cell : {&charts->histogram, &charts->spectrum}) cell->poll_get(std::make_shared<Parker>());
}

std::unique_lock<std::recursive_mutex> Shared::no_other_guard() {
  std::unique_lock lock(one_guard_at_a_time, std::defer_lock);
  if (switches.guards == Switches::Guards::never_overlap) lock.lock();
  return lock;
}

void Shared::publish(const primitives::Ref<Analysis>& current) {
  const std::lock_guard lock(mutex_);
  current_ = current;
}

primitives::Ref<Analysis> Shared::current() {
  const std::lock_guard lock(mutex_);
  return current_;
}

void run(const Switches& switches) {
  using Bystander = Switches::Bystander;
  Shared shared(switches);
  if (scenarios::cause_is_removed()) {
    shared.switches.drop = Switches::Drop::at_once;
    shared.switches.bystander = Bystander::none;  // or no flush would help
  }
  const Bystander other = shared.switches.bystander;
  shared.collector().name_this_thread("UI");
  std::optional<BrieflyPinnedThread> pinned;
  if (other == Bystander::pinned_two_seconds) {
    wedge::deadline(10s);  // so that it does not count as a hang with real threads
    pinned.emplace(shared.collector(), 2s);
  }
  UserInterface interface(shared, pinned ? &*pinned : nullptr);
  wedge::Obligation takes_new_request("the analysis thread takes the request for the small tensor",
                                      [&] { return interface.explain(); });
  if (switches.read == Switches::Read::forty_seconds) shared.reads_first.emplace("the large tensor is read");
  std::optional<PinnedThread> executor;
  if (other == Bystander::pinned_for_ever) executor.emplace(shared.collector(), "executor");
  std::optional<FlushingThread> flushing;
  if (other == Bystander::flushes) flushing.emplace(shared);
  std::thread analysis([&] { analyse_requests(shared, takes_new_request); });
  interface.handle_keys();
  interface.close();
  analysis.join();
}

}  // namespace deferred_reclamation
