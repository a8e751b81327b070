// Says "complete" only of what is.
#include "reports/exhaust_words.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/page.h"
#include "reports/summary.h"

namespace wedge::reports {
namespace {

using model::ExhaustClaim;

bool is_cut(const ExhaustClaim& claim, const char* why) { return std::ranges::find(claim.cut, why) != claim.cut.end(); }

std::string counted_traces(const ExhaustClaim& claim) {
  const char* word = claim.bound.empty() ? "trace" : "schedule";
  return fmt::format("{} {}{}", claim.traces, word, claim.traces == 1 ? "" : "s");
}

// What makes the end of the search no proof at all.
std::string obstacles(const ExhaustClaim& claim) {
  std::string text;
  if (is_cut(claim, "steps")) text += ", executions longer than can be remembered";
  if (is_cut(claim, "tasks")) text += ", more than 62 tasks";
  if (is_cut(claim, "undetermined")) text += ", equal choices that led to different executions";
  if (is_cut(claim, "races")) text += ", more racing places than can be points";
  return text;
}

std::string conditions(const ExhaustClaim& claim) {
  std::string text;
  if (is_cut(claim, "timeouts")) text += "; at most two early timeouts in each";
  if (is_cut(claim, "repeats")) text += "; a task that polls waits until something it looks at has changed";
  if (claim.racing > 0) text += fmt::format("; the places of {} were points", counted(claim.racing, "data race"));
  if (!claim.sees_atomics)
    text += "; atomics and plain memory between library calls were not seen";
  else if (!claim.sees_races)
    text += "; counts for programs without data races";
  if (claim.redundant > 0) text += fmt::format("; {} redundant", claim.redundant);
  return text;
}

std::string extent(const ExhaustClaim& claim) {
  const std::string obstacle = obstacles(claim);
  if (!obstacle.empty()) return fmt::format("not complete: {} tried{}", counted_traces(claim), obstacle);
  if (!claim.over)
    return fmt::format("not complete: {} tried{}{}", counted_traces(claim),
                       claim.bound.empty() ? "" : fmt::format(" with at most {}", claim.bound),
                       claim.left ? fmt::format(", about {} left", *claim.left) : "");
  if (is_cut(claim, "bound")) return fmt::format("complete up to {}: {}", claim.bound, counted_traces(claim));
  return fmt::format("complete: {}", counted_traces(claim));
}

}  // namespace

std::string exhaust_words(const model::VariantResult& variant) {
  const ExhaustClaim& claim = *variant.exhaust;
  const std::string failures = variant.failures == 0   ? "no failure"
                               : variant.failures == 1 ? "1 failure"
                                                       : fmt::format("{} failures", variant.failures);
  return fmt::format("{}, {}{}", extent(claim), failures, conditions(claim));
}

std::string exhaust_progress(const ExhaustClaim& claim) {
  return fmt::format("{}{}{}", claim.bound.empty() ? "" : fmt::format("at most {}: ", claim.bound),
                     counted_traces(claim), claim.left ? fmt::format(", about {} left", *claim.left) : "");
}

std::string exhaust_lines(const model::RunResult& result) {
  std::string text;
  for (const model::VariantResult& variant : result.variants)
    if (variant.exhaust) text += fmt::format("{}: {}\n", variant_name(variant), exhaust_words(variant));
  return text;
}

}  // namespace wedge::reports
