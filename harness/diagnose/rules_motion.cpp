// Busy livelock, "slow, not hung", and waiting for the world: what the two samples and the time limits say.
#include <algorithm>

#include "harness/diagnose/rules.h"

namespace wedge::diagnose::rules {
namespace {

using model::Confidence;
using model::HangClass;
using model::HangThread;
using model::Wait;
using model::WaitKind;

constexpr double noise_s = 0.004;  // what a clock tick or a page fault may leave in a parked thread's account
constexpr std::uint64_t few_switches = 2;
constexpr std::uint32_t few_looks = 4;
constexpr double short_wait_s = 60;
constexpr std::size_t most_named = 4;

bool is_busy(const Situation& situation, std::size_t thread) {
  const HangThread& moved = *situation.at(thread).thread;
  const double sample = situation.hang().sample_s;
  return sample > 0 && moved.cpu_s > noise_s && moved.cpu_s + moved.run_delay_s >= sample / 2;
}

// It comes back to where it was: a loop that changes nothing, not even a counter. On a crowded machine a thread may
// have got no further between two looks, so one look that found the same is no evidence.
bool spins(const Situation& situation, std::size_t thread) {
  const HangThread& looked_at = *situation.at(thread).thread;
  return is_busy(situation, thread) && looked_at.looks >= few_looks &&
         looked_at.repeated_looks * 2 >= looked_at.looks && situation.at(thread).process->bytes_moved == 0;
}

bool moves_materially(const Situation& situation, std::size_t thread) {
  const HangThread& moved = *situation.at(thread).thread;
  return moved.cpu_s > noise_s || moved.voluntary_switches >= few_switches;
}

// Of those beside the spinning ones: it gets on with something, or will after a while.
bool gets_on(const Situation& situation, std::size_t thread) {
  return !spins(situation, thread) && (moves_materially(situation, thread) || situation.picture(thread).moves);
}

std::string ids_of_movement(Facts& facts, const std::vector<std::size_t>& threads) {
  std::string ids;
  for (std::size_t i = 0; i < std::min(threads.size(), most_named); ++i)
    ids += (ids.empty() ? "" : ", ") + facts.movement_of(threads[i]);
  return ids;
}

// The limit after which the end of the chain goes on by itself.
std::optional<Finding> ends_by_itself(const Situation& situation, Facts& facts, std::size_t thread) {
  const Wait& wait = situation.at(thread).thread->wait;
  if (!situation.picture(thread).moves || wait.kind == WaitKind::running) return std::nullopt;
  Finding finding;
  finding.hang_class = HangClass::not_hung;
  finding.confidence = wait.timeout_s.value_or(short_wait_s) < short_wait_s ? Confidence::medium : Confidence::low;
  const std::string limit = wait.timeout_s ? "after at most " + seconds(*wait.timeout_s) : "when its time has come";
  finding.headline = "slow, not hung: the wait that everything hangs on ends by itself " + limit;
  finding.why = {name_for_people(situation.at(thread)) + " waits with a time limit (" + facts.of(thread) + ").",
                 "A wait with a limit is no deadlock: it ends by itself " + limit + "."};
  finding.knot = {thread};
  return finding;
}

}  // namespace

std::optional<Finding> busy_livelock(const Situation& situation, Facts& facts) {
  Finding finding;
  bool others_get_on = false;
  for (std::size_t i = 0; i < situation.size(); ++i) {
    if (spins(situation, i)) finding.knot.push_back(i);
    others_get_on = others_get_on || gets_on(situation, i);
  }
  // While somebody gets on, those that spin may be about to get what they wait for.
  if (finding.knot.empty() || others_get_on) return std::nullopt;
  finding.hang_class = HangClass::busy_livelock;
  finding.confidence = Confidence::high;
  finding.headline = count_of(finding.knot.size(), "thread") + (finding.knot.size() == 1 ? " is" : " are") +
                     " busy and get" + (finding.knot.size() == 1 ? "s" : "") + " nowhere";
  finding.why = {name_for_people(situation.at(finding.knot.front())) +
                     " uses the processor and comes back to the very same registers (" +
                     ids_of_movement(facts, finding.knot) + ").",
                 "No byte was read or written meanwhile, and no other thread gets on with anything."};
  return finding;
}

std::optional<Finding> not_hung(const Situation& situation, Facts& facts) {
  Finding finding;
  for (std::size_t i = 0; i < situation.size(); ++i)
    if (moves_materially(situation, i)) finding.knot.push_back(i);
  std::string bytes;
  std::size_t movers = 0;
  for (const model::HangProcess& process : situation.hang().processes) {
    if (process.bytes_moved == 0 || movers++ >= most_named) continue;
    bytes += (bytes.empty() ? "" : ", ") +
             facts.add("process " + std::to_string(process.pid) + " read or wrote " +
                           std::to_string(process.bytes_moved) + " bytes in " + seconds(situation.hang().sample_s),
                       "");
  }
  if (finding.knot.empty() && bytes.empty()) {
    for (std::size_t link : situation.chain_from_root())
      if (std::optional<Finding> ends = ends_by_itself(situation, facts, link)) return ends;
    return std::nullopt;
  }
  finding.hang_class = HangClass::not_hung;
  finding.confidence = Confidence::high;
  finding.headline = "slow, not hung: it moves";
  if (!finding.knot.empty())
    finding.why.push_back(count_of(finding.knot.size(), "thread") + " moved between the samples (" +
                          ids_of_movement(facts, finding.knot) + ").");
  if (!bytes.empty()) finding.why.push_back("Bytes were read or written meanwhile (" + bytes + ").");
  return finding;
}

std::optional<Finding> waits_for_the_outside(const Situation& situation, Facts& facts) {
  const std::vector<std::size_t> chain = situation.chain_from_root();
  if (chain.empty()) return std::nullopt;
  const std::size_t last = chain.back();
  const Wait& wait = situation.at(last).thread->wait;
  const bool outside = std::ranges::any_of(situation.picture(last).targets, &Target::outside);
  if (!outside || wait.kind == WaitKind::none || wait.kind == WaitKind::other) return std::nullopt;
  Finding finding;
  finding.hang_class = HangClass::missing_producer;
  finding.confidence = Confidence::low;
  finding.headline = name_for_people(situation.at(last)) + " waits for something from outside that has not come";
  finding.why = {name_for_people(situation.at(last)) + " waits without a time limit (" + facts.of(last) + ").",
                 "Only somebody outside this process tree could end that, and it cannot be seen whether one will."};
  finding.knot = {last};
  return finding;
}

}  // namespace wedge::diagnose::rules
