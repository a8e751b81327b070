// Puts the results of several runs side by side.
#include "reports/rungs.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "reports/escape.h"

namespace wedge::reports {
namespace {

using model::RunResult;
using model::VariantResult;

const VariantResult* variant_in(const RunResult& result, const std::string& scenario, const std::string& variant) {
  const auto found = std::ranges::find_if(result.variants, [&](const VariantResult& candidate) {
    return candidate.scenario == scenario && candidate.variant == variant;
  });
  return found == result.variants.end() ? nullptr : &*found;
}

// "deadlock, race": each kind once, in the order in which they were first seen.
std::string kinds_of(const VariantResult& variant) {
  std::vector<std::string> kinds;
  for (const model::FindingResult& finding : variant.findings)
    if (const std::string kind(name_of(finding.outcome)); std::ranges::find(kinds, kind) == kinds.end())
      kinds.push_back(kind);
  return fmt::format("{}", fmt::join(kinds, ", "));
}

std::string cell(const RunResult& result, const VariantResult* variant) {
  if (!result.skipped.empty()) return "skipped";
  if (variant == nullptr) return "not run";
  if (!variant->left_out.empty()) return "left out: " + markdown(variant->left_out);
  if (variant->failures == 0 && variant->findings.empty()) return fmt::format("0 of {}", variant->executions);
  return fmt::format("**{} of {}**: {}", variant->failures, variant->executions, kinds_of(*variant));
}

std::string heading(const RunResult& result) {
  if (result.rung == "free") return "real threads, delays";
  if (result.rung == "tsan") return "ThreadSanitizer";
  if (result.rung == "rr") return "real threads, recorded by rr";
  if (result.rung == "gpu") return "real threads and a GPU";
  return "controlled, " + result.strategy;
}

}  // namespace

std::string rungs_table(const std::string& scenario, const std::vector<const RunResult*>& results) {
  std::string head = "| variant |";
  std::string rule = "|---|";
  std::string skipped;
  for (const RunResult* result : results) {
    head += fmt::format(" {} |", markdown(heading(*result)));
    rule += "---|";
    if (!result->skipped.empty())
      skipped += fmt::format("\nSkipped, {}: {}\n", heading(*result), markdown(result->skipped));
  }
  std::string rows;
  for (const VariantResult& row : results.front()->variants) {
    if (row.scenario != scenario) continue;
    bool failed = false;
    std::string line = fmt::format("| {} |", code_in_cell(row.variant));
    for (const RunResult* result : results) {
      const VariantResult* variant = variant_in(*result, scenario, row.variant);
      failed = failed || (variant != nullptr && !variant->findings.empty());
      line += fmt::format(" {} |", cell(*result, variant));
    }
    if (failed) rows += line + "\n";
  }
  return rows.empty() ? "" : head + "\n" + rule + "\n" + rows + skipped;
}

}  // namespace wedge::reports
