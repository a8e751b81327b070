// Deadlock, abandoned owner and starvation: a lock is not to be had, and it is known from whom.
#include <algorithm>
#include <map>

#include "harness/diagnose/rules.h"

namespace wedge::diagnose::rules {
namespace {

using model::Confidence;
using model::HangClass;
using model::HangThread;
using model::Wait;
using model::WaitKind;

// Shorter sleeps are how patient code is written; a holder that naps comes back within any capture's patience.
constexpr double long_sleep_s = 5;

std::string what_a_cycle_goes_through(const Situation& situation, const std::vector<std::size_t>& cycle) {
  std::vector<std::string> kinds;
  for (std::size_t thread : cycle) {
    std::string kind(model::name_of(situation.at(thread).thread->wait.kind));
    if (std::ranges::find(kinds, kind) == kinds.end()) kinds.push_back(std::move(kind));
  }
  std::string text;
  for (const std::string& kind : kinds) text += (text.empty() ? "" : ", ") + kind;
  return text;
}

Finding cycle_finding(const Situation& situation, Facts& facts, std::vector<std::size_t> cycle, bool certain) {
  Finding finding;
  finding.hang_class = HangClass::deadlock;
  finding.confidence = certain ? Confidence::high : Confidence::medium;
  std::string story;
  std::string ids;
  for (std::size_t i = 0; i < cycle.size(); ++i) {
    const std::string id = facts.of(cycle[i]);
    ids += (ids.empty() ? "" : ", ") + id;
    if (i < 4)
      story += (i == 0 ? "" : ", which waits for ") + name_for_people(situation.at(cycle[(i + 1) % cycle.size()]));
  }
  if (cycle.size() == 1) {
    finding.headline = "a thread waits for a lock that it holds itself";
    finding.why.push_back(name_for_people(situation.at(cycle.front())) + " waits for itself (" + ids + ").");
  } else {
    finding.headline = count_of(cycle.size(), "thread") + " wait for each other in a circle (" +
                       what_a_cycle_goes_through(situation, cycle) + ")";
    if (cycle.size() > 4) story += ", and so on round";
    finding.why.push_back(name_for_people(situation.at(cycle.front())) + " waits for " + story + " (" + ids + ").");
  }
  finding.why.emplace_back("None of these waits has a time limit, and nobody else can end them.");
  if (!certain) finding.why.emplace_back("A holder in it is a suspicion: its stack holds the lock's address.");
  finding.knot = std::move(cycle);
  return finding;
}

// Waiters for locks with a known holder in the tree, by the holder.
std::map<std::size_t, std::vector<std::size_t>> waiters_by_holder(const Situation& situation) {
  std::map<std::size_t, std::vector<std::size_t>> found;
  for (std::size_t i = 0; i < situation.size(); ++i) {
    const Wait& wait = situation.at(i).thread->wait;
    if (!is_lock(wait.kind) || !situation.picture(i).owned) continue;
    for (const Target& target : situation.picture(i).targets)
      if (target.wakers.size() == 1 && target.wakers.front() != i) found[target.wakers.front()].push_back(i);
  }
  return found;
}

enum class Holder { gone_on, sleeps, calculates };

Holder what_holder_does(const Situation& situation, std::size_t holder) {
  const HangThread& thread = *situation.at(holder).thread;
  const double sample = situation.hang().sample_s;
  const bool moves_bytes = situation.at(holder).process->bytes_moved > 0;
  // One that waits for a lock or a thread itself, if only for a while, is a link of a chain.
  const bool sleeps =
      thread.wait.kind == WaitKind::sleep || (thread.wait.timeout_s && !situation.picture(holder).owned);
  // That it slept all through the two samples, for a time that is long or not known.
  if (sleeps && thread.voluntary_switches == 0 && thread.wait.timeout_s.value_or(long_sleep_s) >= long_sleep_s)
    return Holder::sleeps;
  const bool busy = sample > 0 && thread.cpu_s + thread.run_delay_s >= sample / 2 && thread.cpu_s > 0;
  if (busy && !moves_bytes && thread.voluntary_switches == 0) return Holder::calculates;
  return Holder::gone_on;
}

}  // namespace

std::optional<Finding> deadlock(const Situation& situation, Facts& facts) {
  std::vector<std::size_t> cycle = situation.cycle(Edges::certain);
  if (cycle.empty()) return std::nullopt;
  return cycle_finding(situation, facts, std::move(cycle), true);
}

std::optional<Finding> suspected_deadlock(const Situation& situation, Facts& facts) {
  std::vector<std::size_t> cycle = situation.cycle(Edges::with_suspects);
  if (cycle.empty()) return std::nullopt;
  return cycle_finding(situation, facts, std::move(cycle), false);
}

std::optional<Finding> owner_has_ended(const Situation& situation, Facts& facts) {
  Finding finding;
  for (std::size_t i = 0; i < situation.size(); ++i) {
    const Wait& wait = situation.at(i).thread->wait;
    if (is_lock(wait.kind) && wait.owner_is_gone && !wait.timeout_s) finding.knot.push_back(i);
  }
  if (finding.knot.empty()) return std::nullopt;
  const std::size_t first = finding.knot.front();
  const Wait& wait = situation.at(first).thread->wait;
  const std::string owner = wait.owner ? "thread " + std::to_string(*wait.owner) : std::string("a thread");
  const std::string label = situation.picture(first).targets.front().label;
  finding.hang_class = HangClass::abandoned_owner;
  finding.confidence = Confidence::high;
  finding.headline = label + " is held by a thread that has ended";
  finding.why = {name_for_people(situation.at(first)) + " waits for " + label + ", which " + owner + " holds (" +
                     facts.of(first) + ").",
                 "That thread has ended without unlocking it, so nobody ever will."};
  if (finding.knot.size() > 1) {
    std::string ids;
    for (std::size_t i = 1; i < std::min<std::size_t>(finding.knot.size(), 4); ++i)
      ids += (ids.empty() ? "" : ", ") + facts.of(finding.knot[i]);
    finding.why.push_back(count_of(finding.knot.size() - 1, "other thread") + " wait for such a lock too (" + ids +
                          ").");
  }
  return finding;
}

std::optional<Finding> owner_is_parked(const Situation& situation, Facts& facts) {
  for (const auto& [holder, waiters] : waiters_by_holder(situation)) {
    const WaitPicture& parked = situation.picture(holder);
    const Wait& wait = situation.at(holder).thread->wait;
    // Whoever waits for a lock itself is a link of a chain and not its end.
    if (parked.moves || parked.owned || is_lock(wait.kind) || wait.kind == WaitKind::none) continue;
    const bool stuck = situation.stuck(holder);
    if (!stuck && std::ranges::none_of(parked.targets, &Target::outside)) continue;
    Finding finding;
    finding.hang_class = HangClass::abandoned_owner;
    finding.confidence = stuck ? Confidence::high : Confidence::medium;
    const std::string label = situation.picture(waiters.front()).targets.front().label;
    finding.headline = label + " is held by a thread that " +
                       (stuck ? "is parked for ever" : "waits for something from outside without a time limit");
    finding.why = {name_for_people(situation.at(waiters.front())) + " waits for " + label + " (" +
                       facts.of(waiters.front()) + ").",
                   "Its holder, " + name_for_people(situation.at(holder)) + ", is parked without a time limit (" +
                       facts.of(holder) + ").",
                   stuck ? "Nobody can wake the holder, and it waits for none of those that it blocks."
                         : "Only something outside the program could wake the holder, and it waits for none of those "
                           "that it blocks."};
    finding.knot = waiters;
    finding.knot.push_back(holder);
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> starvation(const Situation& situation, Facts& facts) {
  for (const auto& [holder, waiters] : waiters_by_holder(situation)) {
    const Holder doing = what_holder_does(situation, holder);
    if (doing == Holder::gone_on) continue;
    Finding finding;
    finding.hang_class = HangClass::starvation;
    finding.confidence = doing == Holder::sleeps ? Confidence::high : Confidence::medium;
    const std::string label = situation.picture(waiters.front()).targets.front().label;
    const std::string how = doing == Holder::sleeps ? "sleeps" : "calculates";
    finding.headline =
        count_of(waiters.size(), "thread") + " cannot have " + label + ": its holder " + how + " while holding it";
    finding.why = {
        name_for_people(situation.at(waiters.front())) + " waits for " + label + " (" + facts.of(waiters.front()) +
            ").",
        "Its holder, " + name_for_people(situation.at(holder)) + ", " + how + " meanwhile (" + facts.of(holder) + ", " +
            facts.movement_of(holder) + ").",
    };
    const HangThread& waiter = *situation.at(waiters.front()).thread;
    if (waiter.voluntary_switches > 1)
      finding.why.push_back("The waiter tries again and again (" + facts.movement_of(waiters.front()) + ").");
    finding.knot = waiters;
    finding.knot.push_back(holder);
    return finding;
  }
  return std::nullopt;
}

// CPython's lock has no owner that could be read from outside, but its waiters stand in take_gil and try every 5 ms.
std::optional<Finding> interpreter_lock_starvation(const Situation& situation, Facts& facts) {
  for (const model::HangProcess& process : situation.hang().processes) {
    if (process.runtime != "python") continue;
    Finding finding;
    std::vector<std::size_t> others;
    for (std::size_t i : situation.index().threads_of(process.pid)) {
      const HangThread& thread = *situation.at(i).thread;
      const bool waits = stands_in(situation.hang(), thread, "take_gil") ||
                         (thread.wait.kind == WaitKind::condition && thread.wait.timeout_s.value_or(1) <= 0.02 &&
                          thread.voluntary_switches > 2);
      (waits ? finding.knot : others).push_back(i);
    }
    // Whoever moves between the samples lets go of it now and then.
    const auto still = [&](std::size_t i) { return situation.at(i).thread->voluntary_switches == 0; };
    if (finding.knot.empty() || others.empty() || !std::ranges::all_of(others, still)) continue;
    finding.hang_class = HangClass::starvation;
    finding.confidence = others.size() == 1 ? Confidence::medium : Confidence::low;
    finding.headline = "the interpreter's lock is not given up";
    finding.why = {
        name_for_people(situation.at(finding.knot.front())) + " asks for the interpreter's lock again and again (" +
            facts.of(finding.knot.front()) + ", " + facts.movement_of(finding.knot.front()) + ").",
        "Who holds it must be " + std::string(others.size() == 1 ? "" : "one of those like ") +
            name_for_people(situation.at(others.front())) + ", which did not move (" + facts.of(others.front()) + ")."};
    finding.around = others;
    return finding;
  }
  return std::nullopt;
}

}  // namespace wedge::diagnose::rules
