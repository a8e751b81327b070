// Aligned columns.
#include "reports/summary.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "reports/page.h"

namespace wedge::reports {
namespace {

using Row = std::array<std::string, 7>;

std::string outcome_words(const model::VariantResult& variant) {
  // Only where a bug may hide is that as declared: with real threads, or if it is declared too rare for the strategy.
  if (variant.expected != Outcome::pass && variant.findings.empty() && variant.as_declared)
    return fmt::format("not seen in {}", variant.executions);
  std::string text(name_of(variant.outcome));
  for (const model::FindingResult& finding : variant.findings)
    if (const auto name = name_of(finding.outcome); text.find(name) == std::string::npos)
      text += fmt::format(", {}", name);
  return text;
}

Row row_of(const model::VariantResult& variant) {
  if (!variant.left_out.empty())
    return {variant_name(variant), std::string(name_of(variant.expected)), "left out", "-", "-", "-", variant.left_out};
  return {variant_name(variant),
          std::string(name_of(variant.expected)),
          outcome_words(variant),
          variant.first_failure ? std::to_string(*variant.first_failure) : "-",
          fmt::format("{}/{}", variant.failures, variant.executions),
          variant.findings.empty() ? "-" : variant.findings.front().confirmed,
          !variant.as_declared                           ? "NOT as declared"
          : variant.too_rare && variant.findings.empty() ? "as declared: too rare"
                                                         : "as declared"};
}

}  // namespace

std::string variant_name(const model::VariantResult& variant) {
  if (variant.scenario.empty()) return variant.target;
  return variant.scenario + ":" + variant.variant;
}

std::string residual_words(const model::Residual& residual) {
  // Rounded up: less than what is said must be true.
  const double percent = std::ceil(residual.risk * 1e6) / 1e4;
  std::string text =
      fmt::format("no failure in {} of {}: one fails with a probability of at most {:.4g} % (95 % confidence)",
                  counted(residual.executions, "execution"), residual.strategy, percent);
  if (residual.new_in_last_tenth)
    text += fmt::format("; {} of {} were new in the last tenth", *residual.new_in_last_tenth,
                        counted(residual.switch_pairs, "switch pair"));
  return text;
}

std::string residual_lines(const model::RunResult& result) {
  constexpr std::size_t few = 3;
  std::size_t count = 0;
  std::string text;
  for (const model::VariantResult& variant : result.variants) {
    if (!variant.residual) continue;
    ++count;
    text += fmt::format("{}: {}\n", variant_name(variant), residual_words(*variant.residual));
  }
  return count <= few ? text : std::string();
}

std::string summary_table(const model::RunResult& result) {
  std::vector<Row> rows{{"variant", "expected", "outcome", "first failure", "failures", "confirmed", ""}};
  for (const model::VariantResult& variant : result.variants) rows.push_back(row_of(variant));
  Row::size_type column = 0;
  std::array<std::size_t, std::tuple_size_v<Row>> widths{};
  for (; column < widths.size(); ++column)
    for (const Row& row : rows) widths[column] = std::max(widths[column], row[column].size());
  std::string text;
  for (const Row& row : rows) {
    std::string line;
    for (column = 0; column < row.size(); ++column) line += fmt::format("{:<{}}  ", row[column], widths[column]);
    line.erase(line.find_last_not_of(' ') + 1);
    text += line + "\n";
  }
  return text;
}

}  // namespace wedge::reports
