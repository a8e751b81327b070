// The thread of the user, which stays alive throughout: it draws, looks for a key, and handles it.
#include <optional>

#include "scenarios/deferred_reclamation/program.h"

namespace deferred_reclamation {
namespace {

using primitives::Guard;
using primitives::Whereabouts;
using namespace std::chrono_literals;

constexpr int ticks_of_thought = 5;   // between two keys of the user
constexpr int ticks_of_patience = 8;  // until the user gives up and presses 'q'
// Where the flushes of the ticks are the cure, for a search that lets timeouts fire early: there are to be enough.
constexpr int ticks_of_flushing = 30;

}  // namespace

UserInterface::~UserInterface() {
  if (current_) drop_current();
}

void UserInterface::handle_keys() {
  using Selection = Switches::Selection;
  select("large", false);
  tick_until(ticks_of_thought, [&] {
    if (shared_.switches.selection == Selection::when_parked) return current_->histogram.has_waiter();
    return shared_.switches.selection == Selection::while_reading && shared_.reads;
  });
  select("small", true);
  tick_until(shared_.switches.flushes_every_tick ? ticks_of_flushing : ticks_of_patience,
             [&] { return shared_.took_small && current_->spectrum.try_get() == Stage::completed; });
  quit_handled_ = true;  // 'q'
  wedge::note("the user interface handles 'q'");
}

// The process would end here. The scenario lets its other thread finish, if that can.
void UserInterface::close() {
  shared_.quits = true;
  shared_.requests.wake();
}

void UserInterface::select(const std::string& tensor, bool is_small) {
  wedge::note("the user selects the " + tensor + " tensor");
  replace({shared_.domain, std::make_unique<Analysis>(tensor, is_small, shared_.switches.cell_wakes_on_drop),
           "the destructor of the analysis of the " + tensor + " tensor"});
}

// The new request is there before the old analysis dies.
void UserInterface::replace(primitives::Own<Analysis> next) {
  shared_.requests.set(next.refer());
  if (current_) drop_current();
  current_ = std::move(next);
}

void UserInterface::drop_current() {
  using Drop = Switches::Drop;
  const Drop how = shared_.switches.drop;
  const auto cancelled = current_->cancelled;
  if (how == Drop::set_flag || how == Drop::set_flag_and_wake) *cancelled = true;
  const auto before_unpin = [how](Guard& guard, Analysis& analysis) {
    if (how == Drop::flush_inside_guard) guard.flush();
    if (how != Drop::wake_waiters && how != Drop::set_flag_and_wake) return;
    analysis.histogram.wake();
    analysis.spectrum.wake();
  };
  primitives::Ticket ticket = 0;
  shared_.guarded([&] { ticket = current_.drop(before_unpin); });
  wedge::note("the old analysis is dead, its destructor deferred");
  if (large_ == 0) large_ = ticket;
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

void UserInterface::flush() { shared_.collector().pin().flush(); }

void UserInterface::tick() {
  std::this_thread::sleep_for(100ms);  // a key?
  if (shared_.switches.flushes_every_tick) flush();
}

void UserInterface::tick_until(int most, const std::function<bool()>& done) {
  for (int i = 0; i < most && !done(); ++i) tick();
}

std::string UserInterface::explain() const {
  const Whereabouts at = shared_.collector().whereabouts_at_rest(large_);
  const bool waits = at.place == Whereabouts::Place::in_bag || at.place == Whereabouts::Place::in_queue;
  return (waits ? "deferred work never run: " : "") + primitives::describe(at) +
         (quit_handled_ ? "; the user interface is alive and has handled 'q'" : "");
}

}  // namespace deferred_reclamation
