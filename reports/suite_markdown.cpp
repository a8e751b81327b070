// Renders a result as a table: first what is not as declared, then the rest.
#include "reports/suite_markdown.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "harness/model/verdict.h"
#include "reports/escape.h"
#include "reports/exhaust_words.h"
#include "reports/page.h"
#include "reports/source_path.h"
#include "reports/summary.h"

namespace wedge::reports {
namespace {

using model::FindingResult;
using model::RunResult;
using model::VariantResult;

constexpr std::size_t longest_cell = 160;
constexpr Limit table_limit{2000, 700 * 1024};
constexpr Limit skipped_limit{200, 60 * 1024};

std::string cell(std::string_view text) { return markdown(shortened_to(text, longest_cell)); }

// Links are relative to report.md.
std::string link(std::string_view text, const std::string& path) {
  if (path.empty()) return cell(text);
  return fmt::format("[{}]({})", cell(text), uri_path(path));
}

std::string finding_words(const FindingResult& finding) {
  const std::string& page = finding.report.empty() ? finding.trace : finding.report;
  const std::string first_line = finding.text.substr(0, finding.text.find('\n'));
  std::string text = link(name_of(finding.outcome), page);
  if (!first_line.empty()) text += ": " + cell(first_line);
  return finding.confirmed.empty() ? text : fmt::format("{} ({})", text, cell(finding.confirmed));
}

// No finding: nothing of the kind has happened.
std::string prediction_words(const VariantResult& variant) {
  if (variant.predicted == 0 || variant.failures > 0) return {};
  return fmt::format("{} predicted, not reached in {}", counted(variant.predicted, "deadlock"),
                     counted(variant.directed, "directed execution"));
}

std::string findings_words(const VariantResult& variant) {
  constexpr std::size_t most = 5;
  std::string text;
  for (std::size_t i = 0; i < std::min(variant.findings.size(), most); ++i)
    text += (i > 0 ? "<br>" : "") + finding_words(variant.findings[i]);
  if (variant.findings.size() > most) text += fmt::format("<br>... and {} more", variant.findings.size() - most);
  return text + prediction_words(variant);
}

std::string judgement(const VariantResult& variant) {
  if (!variant.left_out.empty()) return "left out";
  if (variant.as_declared) return variant.too_rare && variant.findings.empty() ? "too rare for the strategy" : "yes";
  return is_skipped(variant) ? "skipped" : "**no**";
}

std::string expected_words(const VariantResult& variant) {
  std::string text(name_of(variant.expected));
  return variant.expected_text.empty() ? text : fmt::format("{}: {}", text, cell(variant.expected_text));
}

std::string row(const VariantResult& variant) {
  return fmt::format("| {} | {} | {} | {} | {} of {} | {} |\n",
                     code_in_cell(shortened_to(variant_name(variant), longest_cell)), expected_words(variant),
                     name_of(variant.outcome), judgement(variant), variant.failures, variant.executions,
                     findings_words(variant));
}

std::string table(const RunResult& result) {
  std::vector<const VariantResult*> variants;
  for (const VariantResult& variant : result.variants) variants.push_back(&variant);
  std::stable_partition(variants.begin(), variants.end(),
                        [](const VariantResult* variant) { return !variant->as_declared; });
  if (variants.empty()) return {};
  Rows rows(table_limit);
  for (const VariantResult* variant : variants) rows.add([&] { return row(*variant); });
  return "| variant | declared | outcome | as declared | failures | findings |\n|---|---|---|---|---|---|\n" +
         rows.text("variant", "| *{}, see result.json* | | | | | |\n");
}

std::string skipped(const RunResult& result) {
  std::string text = result.skipped.empty()
                         ? std::string()
                         : fmt::format("- The rung {}: {}\n", markdown(result.rung), markdown(result.skipped));
  Rows rows(skipped_limit);
  for (const VariantResult& variant : result.variants)
    if (is_skipped(variant))
      rows.add([&] {
        return fmt::format("- {}: {}\n", code(variant_name(variant)), cell(reason_for_skip(result, variant)));
      });
  return text + rows.text("variant", "- *... and {}*\n");
}

std::string left_open(const RunResult& result) {
  Rows rows(table_limit);
  for (const VariantResult& variant : result.variants)
    if (variant.residual)
      rows.add([&] {
        return fmt::format("- {}: {}\n", code(shortened_to(variant_name(variant), longest_cell)),
                           markdown(residual_words(*variant.residual)));
      });
  return rows.text("variant", "- *... and {}*\n");
}

std::string benign_races(const RunResult& result) {
  Rows rows(skipped_limit);
  for (const VariantResult& variant : result.variants)
    for (const model::BenignRace& race : variant.benign)
      rows.add([&] {
        return fmt::format("- {}: {}. Declared harmless: {}\n", code(variant_name(variant)), cell(race.text),
                           cell(race.reason));
      });
  return rows.text("race", "- *... and {}*\n");
}

// Where executions are not controlled there is neither a strategy nor a carrier.
std::string how_it_ran(const RunResult& result) {
  std::string text = fmt::format("- rung {}", markdown(result.rung));
  if (!result.strategy.empty()) text += fmt::format(", strategy {}", markdown(result.strategy));
  if (result.strategy_depth > 0) text += fmt::format(" of depth {}", result.strategy_depth);
  text += fmt::format(", seed {}", result.seed);
  if (!result.carrier.empty()) text += fmt::format(", carrier {}", markdown(result.carrier));
  return text + "\n";
}

std::string totals(const RunResult& result) {
  std::uint64_t executions = 0;
  std::uint64_t failures = 0;
  std::size_t findings = 0;
  for (const VariantResult& variant : result.variants) {
    executions += variant.executions;
    failures += variant.failures;
    findings += variant.findings.size();
  }
  std::string text =
      fmt::format("- {}, {}, {}, {}\n", counted(result.variants.size(), "variant"), counted(executions, "execution"),
                  counted(failures, "failure"), counted(findings, "finding"));
  text += how_it_ran(result);
  for (const VariantResult& variant : result.variants)
    if (variant.exhaust) text += fmt::format("- {}: {}\n", code(variant_name(variant)), exhaust_words(variant));
  text += fmt::format("- wedge {}; for machines: [result.json](result.json)\n", markdown(result.wedge));
  if (!model::verdicts_of(result).empty())
    text += "- what the variants say about theories and fixes: [verdicts.md](verdicts.md)\n";
  if (result.interrupted) text += "- **Interrupted**: this is what was known by then\n";
  return text;
}

}  // namespace

bool is_skipped(const VariantResult& variant) {
  if (!variant.left_out.empty()) return true;
  const auto unsupported = [](const FindingResult& finding) { return finding.outcome == Outcome::unsupported; };
  return !variant.as_declared && !variant.findings.empty() && std::ranges::all_of(variant.findings, unsupported);
}

std::string reason_for_skip(const RunResult& result, const VariantResult& variant) {
  if (!result.skipped.empty()) return result.skipped;
  if (!variant.left_out.empty()) return variant.left_out;
  return is_skipped(variant) ? variant.findings.front().text : std::string();
}

std::string verdict_words(const RunResult& result) {
  std::size_t wrong = 0;
  std::size_t skipped_count = 0;
  for (const VariantResult& variant : result.variants) {
    if (is_skipped(variant))
      ++skipped_count;
    else if (!variant.as_declared)
      ++wrong;
  }
  const std::size_t all = result.variants.size();
  std::string text;
  if (all == 0)
    text = result.skipped.empty() ? "nothing ran" : "skipped";
  else if (wrong == 0)
    text = fmt::format("{} as declared", all == skipped_count
                                             ? "none was run"
                                             : fmt::format("all {} are", counted(all - skipped_count, "variant")));
  else
    text = fmt::format("{} of {} not as declared", wrong, counted(all, "variant"));
  if (skipped_count > 0) text += fmt::format(", {} skipped", skipped_count);
  return result.interrupted ? text + ", interrupted" : text;
}

std::string suite_report(const RunResult& result) {
  std::string text = fmt::format("# wedge: {}\n\n{}", markdown(verdict_words(result)), totals(result));
  const std::string left_out = skipped(result);
  if (!left_out.empty()) text += "\n## Skipped\n\n" + left_out;
  const std::string benign = benign_races(result);
  if (!benign.empty()) text += "\n## Data races that do not count\n\n" + benign;
  const std::string rows = table(result);
  if (!rows.empty()) text += "\n## Variants\n\n" + rows;
  const std::string open = left_open(result);
  return open.empty() ? text : text + "\n## What passing leaves open\n\n" + open;
}

}  // namespace wedge::reports
