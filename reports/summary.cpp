// Aligned columns.
#include "reports/summary.h"

#include <algorithm>
#include <array>
#include <vector>

#include <fmt/format.h>

namespace wedge::reports {
namespace {

using Row = std::array<std::string, 7>;

std::string outcome_words(const model::VariantResult& variant) {
  // Only on the rungs where a bug may hide is that as declared.
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
          variant.as_declared ? "as declared" : "NOT as declared"};
}

}  // namespace

std::string variant_name(const model::VariantResult& variant) {
  if (variant.scenario.empty()) return variant.target;
  return variant.scenario + ":" + variant.variant;
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
