// The program of this scenario: a viewer of tensors with a thread that analyses what the user has selected, and the
// switches by which its variants differ from what was found. Every default is as found.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include <wedge/scenario.h>
#include "primitives/async_cell.h"
#include "primitives/epoch.h"
#include "primitives/parker.h"
#include "primitives/weak_reference.h"

namespace deferred_reclamation {

// Both charts of a small tensor come unasked, of a medium one only the histogram, of a large one none.
enum class Size { small, medium, large };

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
    cells_at_once,  // the cells are outside the deferred box, and destroyed with the drop
    at_once,        // the destructor has run before the drop returns
  };
  // How the analysis waits for a value that may never come.
  enum class Wait {
    as_found,             // asleep until the cell wakes it
    checks_again,         // as found, but looks once more whether the cell is alive after it has left its waker
    watches_flag,         // the same with the flag
    every_100_ms,         // polls; the later upstream version
    every_100_ms_pinned,  // as written upstream: the guard lives through the sleep
  };
  // Of the analysis thread.
  enum class Pins {
    as_found,
    none,
    not_in_polls,
    nested,             // each poll is three deep
    polls_stay_pinned,  // the guard of a poll lives until the next one
    analyses_for_ever,  // pinned from the beginning of an analysis to its end
  };
  // Of the first tensor; another is read in 20 ms, unless reading is instant or pins.
  enum class Read {
    as_found,
    instant,
    ten_seconds,
    forty_seconds,
    never_returns,
    pinned,
    pinned_for_ever,
    scoped_pins
  };
  enum class References { as_found, none_extracted, dropped_early, dropped_after_read, kept_to_the_end };
  enum class Guards { as_found, never_overlap, overlap };  // of the two threads
  // When the user selects the second tensor: after half a second, or when the analysis of the first has got there.
  enum class Selection { as_found, after_45_seconds, when_asleep, while_reading };
  enum class Bystander { none, pinned_for_ever, pinned_two_seconds, pinned_during_the_flush, flushes };

  Drop drop = Drop::as_found;
  Wait wait = Wait::as_found;
  Pins pins = Pins::as_found;
  Read read = Read::as_found;
  References references = References::as_found;
  Guards guards = Guards::as_found;
  Selection selection = Selection::as_found;
  Bystander bystander = Bystander::none;
  Size first = Size::large;
  int further_selections = 0;       // of small tensors, at once
  bool flushes_every_tick = false;  // the user interface hands over its bag and collects, ten times a second
  bool analysis_flushes = false;    // the analysis thread does, twice, after the read and after each chart
  bool read_has_time_limit = false;
  bool cell_wakes_on_drop = true;
  bool logs = false;
  bool measures = false;  // how long reclaiming and cancelling take: on stdout
};

// Runs the program once, from the first key to the last.
void run(const Switches& switches);

// The tests of the library of weak references, and one that it does not have.
void test_dead_reference_gets_nothing();
void test_drop_during_get();
void test_counters_used_again();
void test_many_objects();
void test_drop_wakes_waiter();

enum class Stage { requested, completed };
using Cell = primitives::AsyncCell<Stage>;

struct Charts {
  Cell histogram;
  Cell spectrum;
};

struct Analysis {
  Analysis(int the_number, std::string tensor_name, Size its_size, const Switches& switches);
  ~Analysis();
  Analysis(const Analysis&) = delete;
  Analysis& operator=(const Analysis&) = delete;

  int number;  // of the selection, from 1
  std::string tensor;
  Size size;
  bool cells_wake;
  std::monostate cancel;                // a reference to it says whether the analysis is dead, and nothing else
  std::optional<Charts> charts;         // as found
  std::weak_ptr<Charts> outside;        // where the charts are not in the deferred box
  std::shared_ptr<Charts> not_yet_own;  // the same, until the user interface has taken it
  std::shared_ptr<std::atomic<bool>> cancelled = std::make_shared<std::atomic<bool>>(false);
};

// A place in the program of the analysis thread where it waits until the user interface has done what it has to do.
struct Meeting {
  primitives::Parker reached;
  primitives::Parker go_on;
};

// What the two threads share.
struct Shared {
  using Requests = primitives::AsyncCell<primitives::Ref<Analysis>>;
  using Time = std::chrono::steady_clock::time_point;

  explicit Shared(const Switches& the_switches) : switches(the_switches) {}

  Switches switches;
  primitives::WeakDomain domain;
  primitives::Own<Requests> requests{domain, std::make_unique<Requests>(), "the destructor of the requests"};
  std::atomic<bool> quits{false};
  std::atomic<bool> took_small{false};
  std::optional<wedge::Obligation> reads_first;  // where that may fail

  // For the variants that have an order of the two threads.
  Meeting reading;
  Meeting polling;
  primitives::Parker asleep;
  std::recursive_mutex one_guard_at_a_time;
  Time selected{};  // the small tensor; written before its request is there

  primitives::Collector& collector() { return domain.collector(); }
  // Held around each pin where no two guards are to overlap; otherwise it locks nothing.
  std::unique_lock<std::recursive_mutex> no_other_guard();
  // The current analysis, for an analysis thread that keeps no references.
  void publish(const primitives::Ref<Analysis>& current);
  primitives::Ref<Analysis> current();
  void log(const std::string& text) const {
    if (switches.logs) wedge::note(text);
  }

 private:
  std::mutex mutex_;
  primitives::Ref<Analysis> current_;
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

// Another one, pinned for so long. It lives on, since a thread pins once more when it ends.
class BrieflyPinnedThread {
 public:
  BrieflyPinnedThread(primitives::Collector& collector, std::chrono::milliseconds how_long);
  ~BrieflyPinnedThread();
  BrieflyPinnedThread(const BrieflyPinnedThread&) = delete;
  BrieflyPinnedThread& operator=(const BrieflyPinnedThread&) = delete;

  Shared::Time begin() const { return begin_; }
  bool has_ended() const { return ended_; }

 private:
  primitives::Parker pinned_;
  primitives::Parker end_;
  Shared::Time begin_{};
  std::atomic<bool> ended_{false};
  std::thread thread_;
};

// The thread that analyses; returns when the user interface quits.
void analyse_requests(Shared& shared, wedge::Obligation& takes_new_request);

// The thread of the user: draws, waits 100 ms for a key, handles it.
class UserInterface {
 public:
  // `pinned`: another thread of the process, or null.
  UserInterface(Shared& shared, const BrieflyPinnedThread* pinned) : shared_(shared), pinned_(pinned) {}
  ~UserInterface();
  UserInterface(const UserInterface&) = delete;
  UserInterface& operator=(const UserInterface&) = delete;

  void handle_keys();
  void close();
  // Where the destructor of the first analysis is, for the report.
  std::string explain() const;

 private:
  void think();
  void select(const std::string& tensor, Size size);
  void select_further();
  void replace(primitives::Own<Analysis> next);
  void drop_current();
  void within_drop(primitives::Guard& guard, Analysis& analysis);
  void flush();
  void tick();
  void wait_for_charts();
  bool first_is_destroyed() const;
  void measure_reclamation();
  int flush_until_run(primitives::Ticket ticket, std::chrono::milliseconds pause, const char* what);

  Shared& shared_;
  const BrieflyPinnedThread* pinned_;
  primitives::Own<Analysis> current_;
  std::shared_ptr<Charts> charts_;  // where they are not in the deferred box
  int selections_ = 0;
  primitives::Ticket first_ = 0;
  bool quit_handled_ = false;
};

}  // namespace deferred_reclamation
