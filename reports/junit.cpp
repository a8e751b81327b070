// Writes the subset of JUnit XML that Jenkins, GitLab and the GitHub actions agree on.
#include "reports/junit.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/shell.h"
#include "reports/suite_markdown.h"

namespace wedge::reports {
namespace {

using model::FindingResult;
using model::RunResult;
using model::VariantResult;

constexpr std::size_t longest_message = 500;
constexpr std::size_t most_findings = 20;

std::string suite_name(const VariantResult& variant) {
  return variant.scenario.empty() ? variant.target : variant.scenario;
}

std::string case_name(const VariantResult& variant) {
  return variant.scenario.empty() ? variant.target : variant.variant;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

std::string message_of(const VariantResult& variant) {
  if (variant.findings.empty())
    return variant.expected == Outcome::pass
               ? "was not run to the end"
               : fmt::format("is declared to end in {}, but passed", name_of(variant.expected));
  const FindingResult& finding = variant.findings.front();
  const std::string text = first_line(finding.text);
  std::string message(name_of(finding.outcome));
  if (!text.empty()) message += ": " + text;
  if (variant.expected != Outcome::pass) message += fmt::format(" (declared: {})", name_of(variant.expected));
  return message;
}

std::string type_of(const VariantResult& variant) {
  return std::string(variant.findings.empty() ? "not-as-declared" : name_of(variant.outcome));
}

std::string finding_text(const FindingResult& finding) {
  std::string text = fmt::format("{}: {}\n", name_of(finding.outcome), finding.text);
  if (!finding.place.empty()) text += "at " + finding.place + "\n";
  text += fmt::format("fingerprint {}, execution {}, {} steps, confirmed {}\n", finding.fingerprint, finding.execution,
                      finding.steps, finding.confirmed);
  return text;
}

std::string details(const VariantResult& variant) {
  std::string text;
  const std::size_t shown = std::min(variant.findings.size(), most_findings);
  for (std::size_t i = 0; i < shown; ++i) text += finding_text(variant.findings[i]);
  if (shown < variant.findings.size())
    text += fmt::format("... and {} more findings\n", variant.findings.size() - shown);
  return text;
}

// Relative to the file itself, as everything in the folder is.
std::string output(const VariantResult& variant) {
  std::string text;
  const std::size_t shown = std::min(variant.findings.size(), most_findings);
  for (std::size_t i = 0; i < shown; ++i) {
    const FindingResult& finding = variant.findings[i];
    if (!finding.trace.empty()) text += "replay: " + shell_line({"wedge", "repro", finding.trace}) + "\n";
    if (!finding.hang.empty()) text += "hang:   " + finding.hang + "\n";
    if (!finding.report.empty()) text += "report: " + finding.report + "\n";
  }
  return text;
}

std::string test_case(const RunResult& result, const VariantResult& variant) {
  std::string text = fmt::format("    <testcase name=\"{}\" classname=\"{}\"", xml(printable(case_name(variant))),
                                 xml(printable(suite_name(variant))));
  std::string inside;
  if (is_skipped(variant))
    inside += fmt::format("      <skipped message=\"{}\"/>\n",
                          xml(printable(shortened_to(reason_for_skip(result, variant), longest_message))));
  else if (!variant.as_declared)
    inside += fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n",
                          xml(printable(shortened_to(message_of(variant), longest_message))), xml(type_of(variant)),
                          xml(details(variant)));
  const std::string written = output(variant);
  if (!written.empty()) inside += fmt::format("      <system-out>{}</system-out>\n", xml(written));
  return inside.empty() ? text + "/>\n" : text + ">\n" + inside + "    </testcase>\n";
}

struct Suite {
  std::string name;
  std::string cases;
  std::size_t tests = 0, failures = 0, skipped = 0;
};

void add(Suite& suite, const RunResult& result, const VariantResult& variant) {
  suite.cases += test_case(result, variant);
  ++suite.tests;
  if (is_skipped(variant))
    ++suite.skipped;
  else if (!variant.as_declared)
    ++suite.failures;
}

std::vector<Suite> suites_of(const RunResult& result) {
  std::vector<Suite> suites;
  for (const VariantResult& variant : result.variants) {
    auto suite = std::ranges::find(suites, suite_name(variant), &Suite::name);
    if (suite == suites.end()) suite = suites.insert(suites.end(), {.name = suite_name(variant), .cases = {}});
    add(*suite, result, variant);
  }
  // A rung that could not be used here must not look like a run without tests.
  if (suites.empty() && !result.skipped.empty())
    suites.push_back(
        {"rung " + result.rung,
         fmt::format("    <testcase name=\"all\" classname=\"{}\">\n      <skipped message=\"{}\"/>\n    </testcase>\n",
                     xml(printable("rung " + result.rung)), xml(printable(result.skipped))),
         1, 0, 1});
  return suites;
}

std::string counts(std::size_t tests, std::size_t failures, std::size_t skipped) {
  return fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\"", tests, failures, skipped);
}

}  // namespace

std::string junit(const RunResult& result) {
  Suite all;
  std::string inside;
  for (const Suite& suite : suites_of(result)) {
    all.tests += suite.tests;
    all.failures += suite.failures;
    all.skipped += suite.skipped;
    inside += fmt::format("  <testsuite name=\"{}\" {}>\n{}  </testsuite>\n", xml(printable(suite.name)),
                          counts(suite.tests, suite.failures, suite.skipped), suite.cases);
  }
  const std::string attributes = fmt::format("tests=\"{}\" failures=\"{}\" errors=\"0\"", all.tests, all.failures);
  return fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"wedge\" {}>\n{}</testsuites>\n",
                     attributes, inside);
}

}  // namespace wedge::reports
