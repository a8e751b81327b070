// The thread of the user, which stays alive until it quits: it draws, looks for a key, and handles it.
#include <cassert>
#include <cstdio>

#include "scenarios/deferred_reclamation/program.h"

namespace deferred_reclamation {
namespace {

using primitives::Guard;
using primitives::Whereabouts;
using Selection = Switches::Selection;
using std::chrono::milliseconds;
using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr int ticks_of_thought = 5;   // between two keys of the user
constexpr int ticks_of_patience = 8;  // until the user gives up and presses 'q'
// Where the flushes of the ticks are the cure, for a search that lets timeouts fire early: there are to be enough.
constexpr int ticks_of_flushing = 30;
// Where a read of 10 s comes first.
constexpr int ticks_of_long_patience = 300;

int milliseconds_since(Shared::Time begin) {
  return static_cast<int>(std::chrono::duration_cast<milliseconds>(steady_clock::now() - begin).count());
}

}  // namespace

UserInterface::~UserInterface() {
  if (current_) drop_current();
}

void UserInterface::handle_keys() {
  select(shared_.switches.first == Size::large ? "large" : "medium", shared_.switches.first);
  think();
  if (shared_.switches.measures) measure_reclamation();
  select("small", Size::small);
  if (shared_.switches.selection == Selection::while_reading) shared_.reading.go_on.unpark();
  if (shared_.switches.further_selections > 0) select_further();
  if (pinned_ != nullptr) {
    const int too_late = flush_until_run(first_, 10ms, "the analysis");
    assert(steady_clock::now() - pinned_->begin() >= 2s);
    assert(too_late <= 2);  // flushes, once nobody is pinned any more
  }
  wait_for_charts();
  quit_handled_ = true;  // 'q'
  wedge::note("the user interface handles 'q'");
}

// The process would end here. The scenario lets its other thread finish, if that can.
void UserInterface::close() {
  shared_.quits = true;
  shared_.requests->wake();
}

// Where the variant has an order, the user takes as much time as that needs.
void UserInterface::think() {
  const Selection when = shared_.switches.selection;
  if (shared_.switches.guards == Switches::Guards::overlap) return shared_.polling.reached.park();
  if (when == Selection::when_asleep) return shared_.asleep.park();
  if (when == Selection::while_reading) return shared_.reading.reached.park();
  for (int i = 0; i < (when == Selection::after_45_seconds ? 450 : ticks_of_thought); ++i) tick();
}

void UserInterface::select(const std::string& tensor, Size size) {
  wedge::note("the user selects the " + tensor + " tensor");
  if (size == Size::small) shared_.selected = steady_clock::now();
  auto analysis = std::make_unique<Analysis>(++selections_, tensor, size, shared_.switches);
  replace({shared_.domain, std::move(analysis), "the destructor of the analysis of the " + tensor + " tensor"});
}

// So many that the last one's drop runs the destructor of the first: what is selected before comes to nothing.
void UserInterface::select_further() {
  for (int i = 1; i < shared_.switches.further_selections; ++i) select("small", Size::small);
  assert(!first_is_destroyed());
  assert(!shared_.took_small);
  select("small", Size::small);
  assert(first_is_destroyed());
}

// The new request is there before the old analysis dies.
void UserInterface::replace(primitives::Own<Analysis> next) {
  using References = Switches::References;
  const References references = shared_.switches.references;
  if (references == References::none_extracted || references == References::dropped_after_read)
    shared_.publish(next.refer());
  std::shared_ptr<Charts> charts = std::move(next->not_yet_own);
  shared_.requests->set(next.refer());
  if (current_) drop_current();
  current_ = std::move(next);
  charts_ = std::move(charts);
}

void UserInterface::drop_current() {
  using Drop = Switches::Drop;
  const Drop how = shared_.switches.drop;
  if (how == Drop::set_flag || how == Drop::set_flag_and_wake) *current_->cancelled = true;
  primitives::Ticket ticket = 0;
  {
    const auto lock = shared_.no_other_guard();
    ticket = current_.drop([this](Guard& guard, Analysis& analysis) { within_drop(guard, analysis); });
  }
  charts_ = nullptr;
  wedge::note("the old analysis is dead, its destructor deferred");
  if (first_ == 0) first_ = ticket;
  std::optional<PinnedThread> bystander;
  if (shared_.switches.bystander == Switches::Bystander::pinned_during_the_flush)
    bystander.emplace(shared_.collector(), "bystander");
  if (how == Drop::flush_once || how == Drop::flush_twice) flush();
  if (how == Drop::flush_twice) flush();
  while (how == Drop::at_once && shared_.collector().whereabouts(ticket).place != Whereabouts::Place::taken_out) {
    flush();
    std::this_thread::yield();
  }
}

// Dead, not destroyed, and this thread is still pinned.
void UserInterface::within_drop(Guard& guard, Analysis& analysis) {
  using Drop = Switches::Drop;
  const Drop how = shared_.switches.drop;
  if (how == Drop::flush_inside_guard) guard.flush();
  if (how == Drop::wake_waiters || how == Drop::set_flag_and_wake) {
    analysis.charts->histogram.wake();
    analysis.charts->spectrum.wake();
  }
  using Guards = Switches::Guards;
  const Guards guards = shared_.switches.guards;
  if (guards == Guards::never_overlap) assert(shared_.collector().pinned_threads().size() == 1);
  if (guards != Guards::overlap || analysis.number != 1) return;
  assert(shared_.collector().pinned_threads().size() == 2);
  shared_.polling.go_on.unpark();
}

void UserInterface::flush() {
  const auto lock = shared_.no_other_guard();
  shared_.collector().pin().flush();
}

void UserInterface::tick() {
  std::this_thread::sleep_for(100ms);  // a key?
  if (shared_.switches.flushes_every_tick) flush();
}

void UserInterface::wait_for_charts() {
  const Charts& charts = charts_ ? *charts_ : *current_->charts;
  const auto shown = [&] { return shared_.took_small && charts.spectrum.try_get() == Stage::completed; };
  const bool waits_for_read = shared_.switches.read == Switches::Read::ten_seconds;
  int patience = shared_.switches.flushes_every_tick ? ticks_of_flushing : ticks_of_patience;
  if (waits_for_read) patience = ticks_of_long_patience;
  for (int i = 0; i < patience && !shown(); ++i) tick();
  assert(!waits_for_read || shown());
}

bool UserInterface::first_is_destroyed() const {
  return shared_.collector().whereabouts(first_).place == Whereabouts::Place::taken_out;
}

// Something else that the user interface owns and drops, while the analysis thread waits for its cell.
void UserInterface::measure_reclamation() {
  primitives::Own<int> other(shared_.domain, std::make_unique<int>(0));
  flush_until_run(other.drop(), 1ms, "another object");
}

// Returns how many of the flushes began when the other thread was pinned no more.
int UserInterface::flush_until_run(primitives::Ticket ticket, milliseconds pause, const char* what) {
  const Shared::Time begin = steady_clock::now();
  int flushes = 0;
  int unhindered = 0;
  while (shared_.collector().whereabouts(ticket).place != Whereabouts::Place::taken_out) {
    std::this_thread::sleep_for(pause);
    if (pinned_ != nullptr && pinned_->has_ended()) ++unhindered;
    flush();
    ++flushes;
  }
  std::printf("%s is destroyed %d ms and %d flushes after its drop\n", what, milliseconds_since(begin), flushes);
  return unhindered;
}

std::string UserInterface::explain() const {
  const Whereabouts at = shared_.collector().whereabouts_at_rest(first_);
  const bool waits = at.place == Whereabouts::Place::in_bag || at.place == Whereabouts::Place::in_queue;
  return (waits ? "deferred work never run: " : "") + primitives::describe(at) +
         (quit_handled_ ? "; the user interface has handled 'q' and waits for the analysis thread to end" : "");
}

}  // namespace deferred_reclamation
