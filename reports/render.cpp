// Goes through a result once.
#include "reports/render.h"

#include <vector>

#include <fmt/format.h>

#include "reports/finding_markdown.h"
#include "reports/hang_markdown.h"
#include "reports/junit.h"
#include "reports/sarif.h"
#include "reports/shell.h"
#include "reports/suite_markdown.h"
#include "reports/verdicts.h"

namespace wedge::reports {
namespace {

using model::FindingResult;
using model::RunResult;
using model::VariantResult;

using Write = std::function<void(const ReportFile&)>;

bool is_alarm(const VariantResult& variant) { return !variant.as_declared && !is_skipped(variant); }

// What is known about the finding goes into its page and into the log; either may be unwanted.
void render(const VariantResult& variant, FindingResult& finding, const Sources& sources, Sarif& log,
            const Write* write) {
  const auto hand_out = [&](const std::string& path, const auto& make) {
    if (write == nullptr) return;
    finding.report = report_name(path);
    (*write)({finding.report, make()});
  };
  if (!finding.hang.empty())
    if (const auto hang = sources.hang(finding.hang)) {
      hand_out(finding.hang, [&] { return hang_report(*hang); });
      if (is_alarm(variant)) log.add(variant, finding, *hang);
      return;
    }
  if (!finding.trace.empty())
    if (const auto trace = sources.trace(finding.trace)) {
      hand_out(finding.trace, [&] { return finding_page(*trace, finding.trace); });
      if (is_alarm(variant)) log.add(variant, finding, *trace);
      return;
    }
  if (is_alarm(variant)) log.add(variant, finding);
}

std::string render_findings(RunResult& result, const Sources& sources, const Write* write) {
  Sarif log(result, sources.root);
  for (VariantResult& variant : result.variants)
    for (FindingResult& finding : variant.findings) render(variant, finding, sources, log, write);
  return log.text();
}

}  // namespace

std::string place_of_finding(const model::Trace& trace) {
  std::vector<std::uint32_t> stacks{trace.stack};
  for (std::uint16_t id : trace.cycle)
    if (const model::TaskRecord* task = model::task_of(trace, id)) stacks.push_back(task->stack);
  // Joining is what the main task does while the others are at fault.
  for (const bool joins : {false, true})
    for (const model::TaskRecord& task : trace.tasks)
      if (task.state == model::TaskState::blocked && (task.operation == model::Operation::join) == joins)
        stacks.push_back(task.stack);
  for (std::uint32_t id : stacks)
    if (const model::Stack* stack = model::stack_of(trace, id); stack != nullptr && !stack->place.file.empty())
      return fmt::format("{}:{}", stack->place.file, stack->place.line);
  return {};
}

std::string report_name(const std::string& path) {
  std::string name = path.substr(path.rfind('/') + 1);
  for (std::string_view ending : {".json", ".trace", ".hang"})
    if (name.ends_with(ending)) name.erase(name.size() - ending.size());
  return "reports/" + name + ".md";
}

std::string finding_page(const model::Trace& trace, const std::string& path) {
  return finding_report(trace, {shell_line({"wedge", "repro", path}), run_again(trace.recipe), path});
}

std::string sarif(const RunResult& result, const Sources& sources) {
  RunResult copy = result;
  return render_findings(copy, sources, nullptr);
}

void render_all(RunResult& result, const Sources& sources, const Write& write) {
  const std::string log = render_findings(result, sources, &write);
  write({"report.md", suite_report(result)});
  if (const std::string verdicts = verdicts_page(result); !verdicts.empty()) write({"verdicts.md", verdicts});
  write({"junit.xml", junit(result)});
  write({"wedge.sarif", log});
}

}  // namespace wedge::reports
