// The program of this scenario: a viewer of tensors with a thread that analyses what the user has selected, and the
// switches by which its variants differ from what was found. Every default is as found.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <wedge/scenario.h>
#include "primitives/async_cell.h"
#include "primitives/epoch.h"
#include "primitives/parker.h"
#include "primitives/weak_reference.h"

namespace deferred_reclamation {

struct Switches {
  // What the user interface does with an analysis that it replaces.
  enum class Drop {
    as_found,            // leaves its destructor in the bag of this thread
    flush_once,          //
    flush_twice,         // both unpinned, as try_advance() was meant
    flush_inside_guard,  // within the drop, while it is pinned
    wake_waiters,        // within the drop, too
    set_flag,            // a flag of its own, outside the deferred box
    set_flag_and_wake,
    at_once,  // the destructor has run before the drop returns
  };
  // How the analysis waits for a value that may never come.
  enum class Wait {
    as_found,             // asleep until the cell wakes it
    checks_again,         // as found, but looks once more whether the cell is alive after it has left its waker
    watches_flag,         // the same with the flag
    every_100_ms,         // polls; the later upstream version
    every_100_ms_pinned,  // as written upstream: the guard lives through the sleep
  };
  enum class Pins { as_found, none, nested, for_ever };  // of the analysis thread
  enum class Read { as_found, instant, ten_seconds, pinned, scoped_pins, with_timeout };
  enum class References { as_found, none_extracted, dropped_early, kept_to_the_end };
  enum class Guards { as_found, never_overlap, overlap };  // of the two threads
  enum class Selection { as_found, when_parked, while_reading };
  enum class Bystander { none, pinned_for_ever, pinned_during_the_flush };

  Drop drop = Drop::as_found;
  Wait wait = Wait::as_found;
  Pins pins = Pins::as_found;
  Read read = Read::as_found;
  References references = References::as_found;
  Guards guards = Guards::as_found;
  Selection selection = Selection::as_found;
  Bystander bystander = Bystander::none;
  bool flushes_every_tick = false;  // the user interface hands over its bag and collects, ten times a second
  bool cell_wakes_on_drop = true;
  bool logs = false;
};

// Runs the program once, from the first key to the last.
void run(const Switches& switches);

enum class Stage { requested, completed };
using Cell = primitives::AsyncCell<Stage>;

struct Analysis {
  Analysis(std::string tensor_name, bool small, bool wakes_on_drop)
      : tensor(std::move(tensor_name)), is_small(small), cells_wake(wakes_on_drop) {
    if (!small) return;  // the user is asked first whether it is worth the time
    histogram.set(Stage::requested);
    spectrum.set(Stage::requested);
  }
  ~Analysis();
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  std::string tensor;
  bool is_small;
  bool cells_wake;
  Cell histogram;
  Cell spectrum;
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
};

// What the two threads share.
struct Shared {
  explicit Shared(const Switches& the_switches) : switches(the_switches) {}

  Switches switches;
  primitives::WeakDomain domain;
  primitives::AsyncCell<primitives::Ref<Analysis>> requests;
  std::atomic<bool> quits{false};
  std::atomic<bool> reads{false};
  std::atomic<bool> took_small{false};
  std::mutex one_guard_at_a_time;

  primitives::Collector& collector() { return domain.collector(); }
  // Calls `act` with what the switch for the guards of the two threads wants around it.
  void guarded(const std::function<void()>& act);
  void log(const std::string& text) const {
    if (switches.logs) wedge::note(text);
  }
};

// Another thread of the process, pinned as long as this object lives, for the theories in which one is.
class PinnedThread {
 public:
  PinnedThread(primitives::Collector& collector, std::string name);
  ~PinnedThread();
  PinnedThread(const PinnedThread&) = delete;
  PinnedThread& operator=(const PinnedThread&) = delete;

 private:
  primitives::Parker pinned_;
  primitives::Parker end_;
  std::thread thread_;
};

// The thread that analyses; returns when the user interface quits.
void analyse_requests(Shared& shared, wedge::Obligation& takes_new_request);

// The thread of the user: draws, waits 100 ms for a key, handles it.
class UserInterface {
 public:
  explicit UserInterface(Shared& shared) : shared_(shared) {}
  ~UserInterface();
  UserInterface(const UserInterface&) = delete;
  UserInterface& operator=(const UserInterface&) = delete;

  void handle_keys();
  void close();
  // Where the destructor of the large tensor's analysis is, for the report.
  std::string explain() const;

 private:
  void select(const std::string& tensor, bool is_small);
  void replace(primitives::Own<Analysis> next);
  void drop_current();
  void flush();
  void tick();
  void tick_until(int most, const std::function<bool()>& done);

  Shared& shared_;
  primitives::Own<Analysis> current_;
  primitives::Ticket large_ = 0;
  bool quit_handled_ = false;
};

}  // namespace deferred_reclamation
