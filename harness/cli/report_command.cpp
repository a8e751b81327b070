// `wedge report`: what was found earlier, rendered again.
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/cli/report_files.h"
#include "harness/model/hang_json.h"
#include "harness/model/result.h"
#include "harness/supervise/errors.h"
#include "reports/github.h"
#include "reports/hang_markdown.h"
#include "reports/hang_words.h"
#include "reports/junit.h"
#include "reports/render.h"
#include "reports/suite_markdown.h"
#include "reports/summary.h"
#include "reports/text.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using model::FindingResult;
using model::RunResult;
using model::VariantResult;
using supervise::EnvironmentError;

// A trace or a hang by itself is the only finding of a run of one variant.
RunResult result_with(const std::string& wedge, const std::string& target, const std::string& scenario,
                      const std::string& variant, FindingResult finding) {
  RunResult result;
  result.wedge = wedge;
  VariantResult& row = result.variants.emplace_back();
  row.target = target;
  row.scenario = scenario;
  row.variant = variant;
  row.outcome = finding.outcome;
  row.executions = row.failures = 1;
  row.first_failure = finding.execution;
  row.findings.push_back(std::move(finding));
  return result;
}

RunResult result_of(const model::Trace& trace, const std::string& path) {
  FindingResult finding;
  finding.outcome = trace.outcome;
  finding.fingerprint = trace.fingerprint;
  finding.execution = trace.recipe.execution;
  finding.steps = trace.steps;
  finding.text = trace.text;
  finding.place = reports::place_of_finding(trace);
  finding.trace = path;
  finding.confirmed = fmt::format("{} of {}", trace.confirmation.same, trace.confirmation.attempts);
  RunResult result =
      result_with(trace.wedge, trace.recipe.program, trace.recipe.scenario, trace.recipe.variant, finding);
  result.seed = trace.recipe.seed;
  result.strategy = trace.recipe.strategy;
  result.carrier = trace.recipe.carrier == model::CarrierKind::fiber ? "fiber" : "thread";
  return result;
}

RunResult result_of(const model::Hang& hang, const std::string& path) {
  FindingResult finding;
  finding.outcome = Outcome::hang;
  finding.fingerprint = hang.fingerprint;
  finding.text = reports::headline(hang);
  finding.hang = path;
  const std::string target = hang.command.empty() ? fmt::format("process {}", hang.root) : hang.command.front();
  RunResult result = result_with(hang.wedge, target, hang.scenario, hang.variant, finding);
  result.rung = "free";
  return result;
}

std::string text_of_run(const RunResult& result, const reports::Sources& sources) {
  std::string text;
  for (const VariantResult& variant : result.variants) {
    if (variant.as_declared) continue;
    for (const FindingResult& finding : variant.findings) {
      if (!finding.trace.empty())
        text +=
            fmt::format("{}\n{}\n", reports::variant_name(variant), reports::explain(*sources.trace(finding.trace)));
      else if (!finding.hang.empty())
        text +=
            fmt::format("{}\n{}\n", reports::variant_name(variant), reports::hang_report(*sources.hang(finding.hang)));
    }
  }
  return text + reports::summary_table(result);
}

// The formats that look the same whether there is one finding or many.
std::string rendered(const RunResult& result, const reports::Sources& sources, const std::string& format) {
  if (format == "junit") return reports::junit(result);
  if (format == "sarif") return reports::sarif(result, sources);
  if (format == "github") return reports::annotations(result, sources.root);
  if (format == "json") return model::write_result(result);
  if (format == "text") return text_of_run(result, sources);
  return reports::suite_report(result);
}

std::string of_trace(const model::Trace& trace, const std::string& path, const std::string& format) {
  if (format == "markdown") return reports::finding_page(trace, path);
  if (format == "text") return reports::explain(trace);
  if (format == "json") return model::write_trace(trace);
  return rendered(result_of(trace, path), sources_in({}), format);
}

std::string of_hang(const model::Hang& hang, const std::string& path, const std::string& format) {
  if (format == "markdown" || format == "text") return reports::hang_report(hang);
  if (format == "json") return model::write_hang(hang);
  return rendered(result_of(hang, path), sources_in({}), format);
}

// Which of the two it is meant to be shows at its front, also when the rest is damaged.
std::string of_file(const std::string& path, const std::string& format) {
  if (format == "all") throw EnvironmentError("--format all is for the folder of a run, and " + path + " is a file");
  const std::string text = read_file(path);
  const std::string front = text.substr(0, 200);
  try {
    if (front.find("wedge-hang/") != std::string::npos) return of_hang(model::read_hang(text), path, format);
    if (front.find("wedge-result/") != std::string::npos)
      throw EnvironmentError(path + " is the result of a run; name the folder it lies in");
    if (front.find("wedge-trace/") == std::string::npos && !text.empty())
      throw EnvironmentError(path + " is neither a trace nor a hang of wedge");
    return of_trace(model::read_trace(text), path, format);
  } catch (const model::TraceError& error) {
    throw EnvironmentError(path + " " + error.what());
  } catch (const model::HangError& error) {
    throw EnvironmentError(path + " " + error.what());
  }
}

void put(const std::string& text, const std::string& output) {
  if (output.empty()) {
    fmt::print("{}", text);
    std::fflush(stdout);
    return;
  }
  write_file(output, text);
}

// The findings stay where they are; the reports may go elsewhere.
void write_all(const std::string& folder, const std::string& target) {
  RunResult result = load_result(folder);
  const OutputFolder output(target.empty() ? folder : target);
  reports::render_all(result, sources_in(folder),
                      [&](const reports::ReportFile& file) { output.write(file.name, file.text); });
  output.write_result(model::write_result(result));
  fmt::print("report  {}\n", output.path_of("report.md"));
}

}  // namespace

int report_command(const ReportOptions& options) {
  std::error_code error;
  if (!fs::is_directory(options.results, error)) {
    put(of_file(options.results, options.format), options.output);
  } else if (options.format == "all") {
    write_all(options.results, options.output);
  } else {
    put(rendered(load_result(options.results), sources_in(options.results), options.format), options.output);
  }
  return exit_as_declared;
}

}  // namespace wedge::cli
