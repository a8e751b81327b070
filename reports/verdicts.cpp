// Renders computed verdicts; what they follow from stands beside each, with how often it was tried.
#include "reports/verdicts.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

#include "harness/model/verdict.h"
#include "reports/escape.h"
#include "reports/page.h"
#include "reports/rungs.h"
#include "reports/source_path.h"

namespace wedge::reports {
namespace {

using model::Claim;
using model::ClaimKind;
using model::Showing;
using model::Trial;
using model::Verdict;
using model::Verdicts;

constexpr std::size_t longest_cell = 200;

struct Section {
  ClaimKind kind;
  std::string_view heading;
  std::string_view columns;
};
constexpr std::array<Section, 3> sections{{
    {ClaimKind::hypothesis, "Which theory is right",
     "| the theory: it is caused by | as found, without it | it alone, without the cause | verdict |\n"
     "|---|---|---|---|\n"},
    {ClaimKind::fix, "Which fix to apply", "| fix | as found, with it | verdict |\n|---|---|---|\n"},
    {ClaimKind::upstream_test, "Which tests would have seen it",
     "| test | on the broken program | verdict |\n|---|---|---|\n"},
}};

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string how_often(const model::VariantResult& variant) {
  return fmt::format("{} of {} executions", variant.failures, variant.executions);
}

// At less than a quarter of the rate. A fix that only hides the failure looks like a cure in a short test.
bool is_far_rarer(const model::VariantResult& variant, const model::VariantResult& as_found) {
  return 4 * variant.failures * as_found.executions < as_found.failures * variant.executions;
}

// Within what nothing came up.
std::string extent_of(const model::VariantResult& variant) {
  if (!variant.exhaust || !variant.exhaust->over) return fmt::format(", within {} executions", variant.executions);
  return variant.exhaust->bound.empty() ? ", exhaustively" : ", exhaustively within " + variant.exhaust->bound;
}

// What the verdict names besides itself: for how far it holds, or for what.
std::string remark_on(const Claim& claim, const model::VariantResult& as_found) {
  const Trial& bound = claim.kind == ClaimKind::hypothesis ? claim.alone : claim.applied;
  if (claim.verdict == Verdict::refuted || claim.verdict == Verdict::cures)
    return bound.finding == nullptr ? extent_of(*bound.variant) : ", for it alone fails in another way";
  if (claim.verdict == Verdict::no_effect && is_far_rarer(*claim.applied.variant, as_found))
    return ", except that the failure comes more rarely";
  if (claim.verdict == Verdict::trades) return fmt::format(", for {}", name_of(claim.applied.finding->outcome));
  if (claim.verdict == Verdict::unknown && bound.variant != nullptr && !bound.variant->left_out.empty())
    return ": " + bound.variant->left_out;
  return {};
}

std::string verdict_words(const Claim& claim, const model::VariantResult& as_found) {
  return std::string(name_of(claim.verdict)) + remark_on(claim, as_found);
}

bool is_good(Verdict verdict) { return verdict == Verdict::the_cause || verdict == Verdict::cures; }

// "passes, 0 of 2000 executions fail", or the failure with a link to its report.
std::string trial_cell(const Trial& trial) {
  if (trial.variant == nullptr) return "not tried";
  if (trial.showing == Showing::not_tried)
    return "not tried: " + markdown(trial.finding == nullptr ? trial.variant->left_out : trial.finding->text);
  if (trial.showing == Showing::passes) return fmt::format("passes {} executions", trial.variant->executions);
  const model::FindingResult& finding = *trial.finding;
  const std::string& page = finding.report.empty() ? finding.trace : finding.report;
  const std::string what = trial.showing == Showing::symptom ? "the symptom" : "another failure";
  std::string text = page.empty() ? what : fmt::format("[{}]({})", what, uri_path(page));
  text += fmt::format(", {}", how_often(*trial.variant));
  if (trial.showing == Showing::otherwise)
    text += fmt::format(": {}: {}", name_of(finding.outcome),
                        markdown(shortened_to(first_line(finding.text), longest_cell)));
  return text;
}

std::string row(const Claim& claim, const model::VariantResult& as_found) {
  const std::string words = markdown(verdict_words(claim, as_found));
  const std::string verdict = is_good(claim.verdict) ? "**" + words + "**" : words;
  const std::string name = code_in_cell(claim.name);
  if (claim.kind == ClaimKind::hypothesis)
    return fmt::format("| {} | {} | {} | {} |\n", name, trial_cell(claim.without), trial_cell(claim.alone), verdict);
  return fmt::format("| {} | {} | {} |\n", name, trial_cell(claim.applied), verdict);
}

std::string symptom_lines(const Verdicts& verdicts) {
  const model::VariantResult& as_found = *verdicts.as_found.variant;
  std::string text = fmt::format("The symptom is the outcome {}", name_of(as_found.expected));
  if (!as_found.expected_text.empty()) text += fmt::format(" that says \"{}\"", markdown(as_found.expected_text));
  if (verdicts.as_found.showing != Showing::symptom)
    return text + fmt::format(". **It was not seen** in {} executions of the program as found, so nothing is known.\n",
                              as_found.executions);
  text += fmt::format("; as found it shows in {}.\n", how_often(as_found));
  const model::FindingResult& finding = *verdicts.as_found.finding;
  text += fmt::format("\n> {}\n", markdown(first_line(finding.text)));
  if (!finding.report.empty()) text += fmt::format("\n[How it comes to that]({})", uri_path(finding.report));
  if (!finding.trace.empty()) text += fmt::format(", and [its trace]({})", uri_path(finding.trace));
  return text + "\n";
}

// What the failure is called, and where it was reported.
std::string title_line(const model::VariantResult& as_found) {
  if (as_found.title.empty()) return {};
  const std::string source = as_found.source.empty() ? "" : fmt::format(" (source: {})", markdown(as_found.source));
  return fmt::format("**{}**{}\n\n", markdown(as_found.title), source);
}

std::string scenario_part(const Verdicts& verdicts, const std::vector<const model::RunResult*>& rungs) {
  std::string text = fmt::format("\n## {}\n\n{}{}", markdown(verdicts.scenario), title_line(*verdicts.as_found.variant),
                                 symptom_lines(verdicts));
  for (const Section& section : sections) {
    std::string rows;
    for (const Claim& claim : verdicts.claims)
      if (claim.kind == section.kind) rows += row(claim, *verdicts.as_found.variant);
    if (!rows.empty()) text += fmt::format("\n### {}\n\n{}{}", section.heading, section.columns, rows);
  }
  if (rungs.size() > 1)
    if (const std::string table = rungs_table(verdicts.scenario, rungs); !table.empty())
      text += "\n### Where it shows\n\nFailing executions of all, of the same sources.\n\n" + table;
  return text;
}

// "`upstream-unwrap`, `synchronize-event`"
std::string names_with(Verdict verdict, const Verdicts& verdicts) {
  std::string text;
  for (const Claim& claim : verdicts.claims)
    if (claim.verdict == verdict) text += (text.empty() ? "" : ", ") + code_in_cell(claim.name);
  return text.empty() ? "-" : text;
}

// The answers before what they follow from, so that nobody has to look for them in the long tables.
std::string in_short(const std::vector<Verdicts>& all) {
  std::string text =
      "\n## In short\n\n"
      "\"-\": none was tried, or none was right.\n\n"
      "| scenario | as found | the cause | cured by |\n"
      "|---|---|---|---|\n";
  for (const Verdicts& verdicts : all) {
    const model::VariantResult& as_found = *verdicts.as_found.variant;
    const std::string shown = verdicts.as_found.showing == Showing::symptom
                                  ? fmt::format("{} in {}", name_of(as_found.expected), how_often(as_found))
                                  : "not seen, so nothing is known";
    text += fmt::format("| {} | {} | {} | {} |\n", markdown(verdicts.scenario), shown,
                        names_with(Verdict::the_cause, verdicts), names_with(Verdict::cures, verdicts));
  }
  return text;
}

constexpr std::string_view introduction =
    "# Verdicts\n\n"
    "What experiments say about the theories and fixes that the reports on these failures propose. A theory is tried "
    "twice: on the program as found with what it blames taken away, and on the program with the cause taken away and "
    "what it blames there, forced where need be. \"Passes\" means that no failure came up in so many executions.\n";

// Columns of the table for a terminal.
using Columns = std::array<std::string, 4>;

std::string short_words(const Trial& trial) {
  switch (trial.showing) {
    case Showing::not_tried:
      return "-";
    case Showing::passes:
      return fmt::format("passes {}", trial.variant->executions);
    case Showing::symptom:
      return fmt::format("fails {}/{}", trial.variant->failures, trial.variant->executions);
    case Showing::otherwise:
      break;
  }
  return fmt::format("{} {}/{}", name_of(trial.finding->outcome), trial.variant->failures, trial.variant->executions);
}

Columns columns_of(const Claim& claim, const model::VariantResult& as_found) {
  if (claim.kind == ClaimKind::hypothesis)
    return {"  " + claim.name, short_words(claim.without), short_words(claim.alone), verdict_words(claim, as_found)};
  return {"  " + claim.name, short_words(claim.applied), "", verdict_words(claim, as_found)};
}

std::vector<Columns> lines_about(const Verdicts& verdicts) {
  constexpr std::array<std::array<std::string_view, 4>, 3> headings{{
      {"theory", "without it", "it alone", "verdict"},
      {"fix", "with it", "", "verdict"},
      {"test", "result", "", "verdict"},
  }};
  std::vector<Columns> lines;
  for (const Section& section : sections) {
    const auto& heading = headings.at(static_cast<std::size_t>(section.kind));
    const std::size_t before = lines.size();
    for (const Claim& claim : verdicts.claims) {
      if (claim.kind != section.kind) continue;
      if (lines.size() == before)
        lines.push_back(
            {std::string(heading[0]), std::string(heading[1]), std::string(heading[2]), std::string(heading[3])});
      lines.push_back(columns_of(claim, *verdicts.as_found.variant));
    }
  }
  return lines;
}

std::string aligned(const std::vector<Columns>& lines) {
  std::array<std::size_t, std::tuple_size_v<Columns>> widths{};
  for (const Columns& line : lines)
    for (std::size_t i = 0; i < line.size(); ++i) widths.at(i) = std::max(widths.at(i), line.at(i).size());
  std::string text;
  for (const Columns& columns : lines) {
    std::string line;
    for (std::size_t i = 0; i < columns.size(); ++i) line += fmt::format("{:<{}}  ", columns.at(i), widths.at(i));
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace

std::string verdicts_page(const model::RunResult& result, const std::vector<model::RunResult>& beside) {
  const std::vector<Verdicts> all = model::verdicts_of(result);
  if (all.empty()) return {};
  std::string text(introduction);
  if (result.interrupted) text += "\n**Interrupted**: this is what was known by then.\n";
  std::vector<const model::RunResult*> rungs{&result};
  for (const model::RunResult& other : beside) rungs.push_back(&other);
  text += in_short(all);
  for (const Verdicts& verdicts : all) text += scenario_part(verdicts, rungs);
  return text;
}

std::string verdicts_table(const model::RunResult& result) {
  std::string text;
  for (const Verdicts& verdicts : model::verdicts_of(result)) {
    const model::VariantResult& as_found = *verdicts.as_found.variant;
    text += fmt::format("{}{}: {}\n", text.empty() ? "" : "\n", verdicts.scenario,
                        verdicts.as_found.showing == Showing::symptom
                            ? fmt::format("{} in {} as found", name_of(as_found.expected), how_often(as_found))
                            : "the failure itself was not seen, so nothing is known");
    text += aligned(lines_about(verdicts));
  }
  return text;
}

}  // namespace wedge::reports
