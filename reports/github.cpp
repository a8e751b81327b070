// Workflow commands and the job summary.
#include "reports/github.h"

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/page.h"
#include "reports/source_path.h"
#include "reports/suite_markdown.h"
#include "reports/summary.h"

namespace wedge::reports {
namespace {

using model::FindingResult;
using model::RunResult;
using model::VariantResult;

constexpr std::size_t longest_message = 1000;
constexpr std::size_t most_annotations = 10;  // of one kind and step; GitHub shows no more

std::string command_data(std::string_view text) {
  std::string result;
  for (char letter : text) {
    if (letter == '%')
      result += "%25";
    else if (letter == '\r')
      result += "%0D";
    else if (letter == '\n')
      result += "%0A";
    else
      result += letter;
  }
  return result;
}

std::string property(std::string_view text) {
  std::string result;
  for (char letter : command_data(printable(text))) {
    if (letter == ':')
      result += "%3A";
    else if (letter == ',')
      result += "%2C";
    else
      result += letter;
  }
  return result;
}

std::string command(std::string_view kind, const SourceLine& at, const std::string& root, const std::string& title,
                    const std::string& message) {
  std::string properties;
  if (!at.file.empty())
    properties = fmt::format("file={},line={},", property(relative_to(root, at.file).value_or(at.file)), at.line);
  return fmt::format("::{} {}title={}::{}\n", kind, properties, property(title),
                     command_data(printable_lines(shortened_to(message, longest_message))));
}

std::string message_of(const FindingResult& finding) {
  std::string text = fmt::format("{}: {}\n", name_of(finding.outcome), finding.text);
  if (!finding.trace.empty()) text += fmt::format("replay: wedge repro {}\n", finding.trace);
  if (!finding.report.empty()) text += fmt::format("report: {}\n", finding.report);
  return text;
}

}  // namespace

std::string annotations(const RunResult& result, const std::string& root) {
  Rows errors({most_annotations, 64 * 1024});
  Rows notices({most_annotations, 16 * 1024});
  if (!result.skipped.empty())
    notices.add([&] { return command("notice", {}, root, "skipped: rung " + result.rung, result.skipped); });
  for (const VariantResult& variant : result.variants) {
    const std::string name = variant_name(variant);
    if (is_skipped(variant)) {
      notices.add([&] { return command("notice", {}, root, "skipped: " + name, reason_for_skip(result, variant)); });
    } else if (!variant.as_declared) {
      if (variant.findings.empty())
        errors.add([&] {
          return command("error", {}, root, name,
                         fmt::format("declared to end in {}, but passed", name_of(variant.expected)));
        });
      for (const FindingResult& finding : variant.findings)
        errors.add([&] { return command("error", source_line(finding.place), root, name, message_of(finding)); });
    }
  }
  return errors.text("finding", "::notice title=wedge::{} not shown here; report.md has them all\n") +
         notices.text("notice", "");
}

std::string job_summary(const RunResult& result, std::size_t room) {
  std::string text = suite_report(result) + "\n";
  const std::size_t limit = std::min(room, most_summary_bytes);
  if (text.size() <= limit) return text;
  const std::string shorter = fmt::format(
      "# wedge: {}\n\n*The table is too large for this page; report.md has it.*\n\n", markdown(verdict_words(result)));
  return shorter.size() <= limit ? shorter : std::string();
}

}  // namespace wedge::reports
