// From results to verdicts.
#include "harness/model/verdict.h"

#include <algorithm>
#include <array>

namespace wedge::model {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Verdict::count_)> verdict_names{
    "not known",
    "the cause",
    "necessary, not sufficient",
    "can cause this symptom, did not cause this failure",
    "refuted",
    "necessary; whether it is sufficient was not tried",
    "did not cause this failure; whether it can was not tried",
    "can cause this symptom; whether it did was not tried",
    "not sufficient; whether it is necessary was not tried",
    "cures",
    "no effect",
    "trades",
    "blind: it passes on the broken program",
    "sees the failure",
};

bool is_symptom(const FindingResult& finding, const VariantResult& as_found) {
  return finding.outcome == as_found.expected && finding.text.find(as_found.expected_text) != std::string::npos;
}

Trial trial_of(const VariantResult& variant, const VariantResult& as_found) {
  Trial trial{Showing::not_tried, &variant, nullptr};
  if (!variant.left_out.empty() || variant.executions == 0) return trial;
  trial.showing = Showing::passes;
  for (const FindingResult& finding : variant.findings) {
    if (finding.outcome == Outcome::unsupported) return {Showing::not_tried, &variant, &finding};
    if (is_symptom(finding, as_found)) return {Showing::symptom, &variant, &finding};
    if (trial.finding == nullptr) trial = {Showing::otherwise, &variant, &finding};
  }
  return trial;
}

// "without/pinned-thread" is the claim "pinned-thread" and the place for its result.
struct Prefix {
  std::string_view text;
  ClaimKind kind;
  Trial Claim::*place;
};
constexpr std::array<Prefix, 4> prefixes{{
    {"without/", ClaimKind::hypothesis, &Claim::without},
    {"alone/", ClaimKind::hypothesis, &Claim::alone},
    {"fix/", ClaimKind::fix, &Claim::applied},
    {"upstream-test/", ClaimKind::upstream_test, &Claim::applied},
}};

Claim& claim_named(std::vector<Claim>& claims, ClaimKind kind, const std::string& name) {
  for (Claim& claim : claims)
    if (claim.kind == kind && claim.name == name) return claim;
  Claim& claim = claims.emplace_back();
  claim.kind = kind;
  claim.name = name;
  return claim;
}

Verdict verdict_on(const Claim& claim) {
  if (claim.kind == ClaimKind::fix) return verdict_on_fix(claim.applied.showing);
  if (claim.kind == ClaimKind::upstream_test) return verdict_on_test(claim.applied.showing);
  return verdict_on_hypothesis(claim.without.showing, claim.alone.showing);
}

Verdicts verdicts_about(const VariantResult& as_found, const RunResult& result) {
  Verdicts verdicts{as_found.scenario, trial_of(as_found, as_found), {}};
  for (const VariantResult& variant : result.variants) {
    if (variant.scenario != as_found.scenario) continue;
    for (const Prefix& prefix : prefixes)
      if (variant.variant.starts_with(prefix.text))
        claim_named(verdicts.claims, prefix.kind, variant.variant.substr(prefix.text.size())).*prefix.place =
            trial_of(variant, as_found);
  }
  std::ranges::stable_sort(verdicts.claims, {}, &Claim::kind);
  for (Claim& claim : verdicts.claims)
    if (verdicts.as_found.showing == Showing::symptom) claim.verdict = verdict_on(claim);
  return verdicts;
}

}  // namespace

std::string_view name_of(Verdict verdict) { return verdict_names.at(static_cast<std::size_t>(verdict)); }

Verdict verdict_on_hypothesis(Showing without, Showing alone) {
  const bool fails_without = without == Showing::symptom;
  const bool fails_alone = alone == Showing::symptom;
  if (without == Showing::not_tried && alone == Showing::not_tried) return Verdict::unknown;
  if (alone == Showing::not_tried) return fails_without ? Verdict::not_needed : Verdict::needed;
  if (without == Showing::not_tried) return fails_alone ? Verdict::enough : Verdict::not_enough;
  if (fails_without) return fails_alone ? Verdict::can_cause : Verdict::refuted;
  return fails_alone ? Verdict::the_cause : Verdict::necessary;
}

Verdict verdict_on_fix(Showing applied) {
  switch (applied) {
    case Showing::passes:
      return Verdict::cures;
    case Showing::symptom:
      return Verdict::no_effect;
    case Showing::otherwise:
      return Verdict::trades;
    case Showing::not_tried:
      break;
  }
  return Verdict::unknown;
}

Verdict verdict_on_test(Showing applied) {
  if (applied == Showing::not_tried) return Verdict::unknown;
  return applied == Showing::passes ? Verdict::blind : Verdict::sees;
}

std::vector<Verdicts> verdicts_of(const RunResult& result) {
  std::vector<Verdicts> all;
  for (const VariantResult& variant : result.variants) {
    if (variant.variant != "as-found" || variant.expected == Outcome::pass) continue;
    Verdicts verdicts = verdicts_about(variant, result);
    if (!verdicts.claims.empty()) all.push_back(std::move(verdicts));
  }
  return all;
}

}  // namespace wedge::model
