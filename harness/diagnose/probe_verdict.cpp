// From outcomes to a class and a confidence.
#include "harness/diagnose/probe_verdict.h"

#include <algorithm>

namespace wedge::diagnose {
namespace {

using model::Confidence;
using model::HangClass;
using model::HangVerdict;

constexpr std::size_t most_sentences = 3;

const ProbeOutcome* first_that_shows(const std::vector<ProbeOutcome>& outcomes, Shown shown) {
  const auto found = std::ranges::find(outcomes, shown, &ProbeOutcome::shown);
  return found == outcomes.end() ? nullptr : &*found;
}

void add_reason(const ProbeOutcome& outcome, HangVerdict& verdict) {
  const std::string id = "F" + std::to_string(verdict.facts.size() + 1);
  verdict.facts.push_back({id, outcome.probe.what + ": " + outcome.probe.result, "an experiment after the report"});
  std::string sentence = "An experiment after the capture decided it: " + outcome.probe.conclusion + " (" + id + ").";
  if (verdict.why.size() >= most_sentences) verdict.why.resize(most_sentences - 1);
  verdict.why.push_back(std::move(sentence));
}

// Classes that say why work that is there does not get done remain true when a wakeup sets it free.
bool explains_more(HangClass hang_class) { return hang_class == HangClass::deferred_work; }

void wakeup_was_lost(const ProbeOutcome& outcome, HangVerdict& verdict) {
  if (!explains_more(verdict.hang_class) && verdict.hang_class != HangClass::lost_wakeup) {
    verdict.hang_class = HangClass::lost_wakeup;
    verdict.headline = "the wakeup of thread " + std::to_string(outcome.tid) + " was lost";
  }
  verdict.confidence = Confidence::proven;
  add_reason(outcome, verdict);
}

void nothing_was_there(const ProbeOutcome& outcome, HangVerdict& verdict) {
  const HangClass before = verdict.hang_class;
  if (before != HangClass::unknown && before != HangClass::lost_wakeup && before != HangClass::missing_producer) return;
  verdict.hang_class = HangClass::missing_producer;
  verdict.headline = "thread " + std::to_string(outcome.tid) + " waits for what nobody has produced";
  // A waiter that takes what it finds and waits again looks much like one that finds nothing.
  verdict.confidence = Confidence::high;
  add_reason(outcome, verdict);
}

}  // namespace

void conclude_from(const std::vector<ProbeOutcome>& outcomes, model::Hang& hang) {
  for (const ProbeOutcome& outcome : outcomes) hang.probes.push_back(outcome.probe);
  HangVerdict& verdict = hang.verdict;
  if (const ProbeOutcome* lost = first_that_shows(outcomes, Shown::wakeup_lost)) return wakeup_was_lost(*lost, verdict);
  for (const Shown shown : {Shown::peer_kept_open, Shown::pipe_was_full}) {
    const ProbeOutcome* outcome = first_that_shows(outcomes, shown);
    if (outcome == nullptr) continue;
    verdict.confidence = Confidence::proven;
    return add_reason(*outcome, verdict);
  }
  if (const ProbeOutcome* nothing = first_that_shows(outcomes, Shown::nothing_to_get))
    nothing_was_there(*nothing, verdict);
}

}  // namespace wedge::diagnose
