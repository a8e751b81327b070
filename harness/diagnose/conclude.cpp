// The order in which the classes are tried: the first rule that recognises its class decides.
#include "harness/diagnose/conclude.h"

#include <array>
#include <string_view>

#include "harness/diagnose/draw_graph.h"
#include "harness/diagnose/hang_fingerprint.h"
#include "harness/diagnose/rules.h"
#include "harness/diagnose/situation.h"

namespace wedge::diagnose {
namespace {

struct Entry {
  Rule rule;
  std::string_view why_here;
};

// From what nothing that still moves can cure, to what only holds if nothing moves, to what is said for want of better.
constexpr std::array<Entry, 17> order{{
    {rules::pipe_back_pressure, "is a circle too, but through a full pipe: before the deadlock that it also is"},
    {rules::deadlock, "a closed circle stays closed, whatever else goes on"},
    {rules::owner_has_ended, "so does a lock whose owner is gone"},
    {rules::device_work, "who waits for a device may well be busy with waiting"},
    {rules::busy_livelock, "a holder that spins is busy before it starves others"},
    {rules::starvation, "a holder that is known and keeps others waiting, though it moves"},
    {rules::interpreter_lock_starvation, "the same, with the holder inferred"},
    {rules::signal_undeliverable, "is read from masks, whatever else goes on"},
    {rules::lost_wakeup_with_evidence, "the evidence lies in the object itself"},
    {rules::pool_exhausted, "from here on nobody moves: the workers explain those that wait for them"},
    {rules::deferred_work, "what lies ready explains more than what is missing"},
    {rules::orphaned_io, "a peer that is missing explains those that wait for its reader"},
    {rules::suspected_deadlock, "a circle through suspected holders"},
    {rules::owner_is_parked, "a holder that no rule above explains"},
    {rules::nobody_is_left, "a wait without anything else to say about it"},
    {rules::not_hung, "something moves, or a time limit will move it"},
    {rules::waits_for_the_outside, "nothing moves, and only the outside could change that"},
}};

Finding find(const Situation& situation, std::vector<model::Fact>& facts_of_finding) {
  for (const Entry& entry : order) {
    Facts facts(situation);
    std::optional<Finding> finding = entry.rule(situation, facts);
    if (!finding) continue;
    facts_of_finding = facts.take();
    return std::move(*finding);
  }
  Facts facts(situation);
  Finding finding;
  finding.headline = situation.size() == 0 ? "no thread could be looked at" : "no class fits what was captured";
  for (std::size_t thread : situation.chain_from_root()) {
    finding.knot.push_back(thread);
    facts.of(thread);
  }
  facts_of_finding = facts.take();
  return finding;
}

}  // namespace

void conclude(model::Hang& hang) {
  hang.graph = {};
  hang.verdict = {};
  const Situation situation(hang);
  const Finding finding = find(situation, hang.verdict.facts);
  hang.verdict.hang_class = finding.hang_class;
  hang.verdict.confidence = finding.confidence;
  hang.verdict.headline = finding.headline;
  hang.verdict.why = finding.why;
  hang.graph = draw_graph(situation, finding);
  hang.fingerprint = hang_fingerprint(situation, finding);
}

}  // namespace wedge::diagnose
