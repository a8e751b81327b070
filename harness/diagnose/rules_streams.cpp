// Unfinished device work: a thread that waits in the CUDA runtime for an operation that does not complete.
#include "harness/diagnose/rules.h"

namespace wedge::diagnose::rules {
namespace {

using model::Confidence;

constexpr std::int64_t long_ns = 1'000'000'000;
constexpr double noise_s = 0.004;

std::int64_t since_ns(const Situation& situation, std::size_t thread) {
  return situation.picture(thread).call->since_ns.value_or(0);
}

// Where the story of the hang ends, or else whoever is in such a call for longest while nobody else works.
std::optional<std::size_t> who_waits(const Situation& situation) {
  const std::vector<std::size_t> chain = situation.chain_from_root();
  if (!chain.empty() && situation.picture(chain.back()).call != nullptr) return chain.back();
  std::optional<std::size_t> longest;
  for (std::size_t i = 0; i < situation.size(); ++i) {
    if (situation.picture(i).call == nullptr) {
      if (situation.at(i).thread->cpu_s > noise_s) return std::nullopt;
      continue;
    }
    // It waits for a host function, and that for something else, which is the better story.
    if (situation.picture(i).owned) continue;
    if (!longest || since_ns(situation, i) > since_ns(situation, *longest)) longest = i;
  }
  return longest;
}

}  // namespace

std::optional<Finding> device_work(const Situation& situation, Facts& facts) {
  const std::optional<std::size_t> waiter = who_waits(situation);
  if (!waiter) return std::nullopt;
  const WaitPicture& picture = situation.picture(*waiter);
  const model::Streams& streams = *picture.streams;
  const std::vector<model::WayPoint> way = model::way_of(streams, *model::held_up_by(streams, *picture.call));
  const model::WayPoint& last = way.back();
  const bool certain = model::is_certain(streams, way);
  Finding finding;
  finding.hang_class = model::HangClass::device_work;
  finding.confidence = since_ns(situation, *waiter) < long_ns ? Confidence::low
                       : certain                              ? Confidence::high
                                                              : Confidence::medium;
  finding.headline = name_for_people(situation.at(*waiter)) + " " + model::call_words(streams, *picture.call);
  finding.knot = {*waiter};
  const std::string inside = facts.of(*waiter);
  const std::string front =
      facts.add("operation " + std::to_string(last.operation->number) + " of " + model::name_of(*last.stream) + ", " +
                    last.operation->what + ": " + model::state_words(streams, *last.operation),
                "the recorder's table in process " + std::to_string(streams.process));
  finding.why.push_back(name_for_people(situation.at(*waiter)) + " has been in " + picture.call->call + " for " +
                        model::seconds_words(since_ns(situation, *waiter)) + " (" + inside + ").");
  finding.why.push_back((certain ? "Of all that it waits for only this takes time and is not known to have completed: "
                                 : "Of several operations that are not known to have completed this is the first: ") +
                        last.operation->what + " on " + model::name_of(*last.stream) + " (" + front + ").");
  if (!streams.exact)
    finding.why.emplace_back("Whether the device is at work on it, or has not begun, cannot be seen from outside.");
  return finding;
}

}  // namespace wedge::diagnose::rules
