// `wedge verdicts`: what the variants of a scenario say about the theories and fixes of its report.
#include <algorithm>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <fnmatch.h>

#include "harness/cli/commands.h"
#include "harness/cli/output.h"
#include "harness/cli/report_files.h"
#include "harness/model/verdict.h"
#include "harness/supervise/errors.h"
#include "reports/verdicts.h"

namespace wedge::cli {
namespace {

using supervise::EnvironmentError;

bool is_wanted(const std::string& scenario, const std::vector<std::string>& globs) {
  if (globs.empty()) return true;
  return std::ranges::any_of(globs,
                             [&](const std::string& glob) { return fnmatch(glob.c_str(), scenario.c_str(), 0) == 0; });
}

// All variants of the scenarios, and every execution of each: how often something fails is part of the answer.
int run_first(const VerdictsOptions& options, const std::string& command) {
  RunOptions run = options.run;
  run.targets = options.scenarios;
  if (run.targets.empty()) run.targets.emplace_back("*");
  run.keep_going = true;
  run.out = options.out;
  return run_command(run, command);
}

std::filesystem::path page_of(const VerdictsOptions& options) {
  return std::filesystem::path(options.out) / "verdicts.md";
}

// The page of all scenarios, as a run writes it, with what other rungs say.
void write_page(const VerdictsOptions& options, const model::RunResult& result) {
  std::vector<model::RunResult> others;
  for (const std::string& folder : options.beside) {
    if (!std::filesystem::exists(std::filesystem::path(folder) / "result.json"))
      throw EnvironmentError(fmt::format("there are no results in {}, which --beside names", folder));
    others.push_back(load_result(folder));
  }
  write_file(page_of(options).string(), reports::verdicts_page(result, others));
}

std::string how_to_run(const VerdictsOptions& options, const std::string& command) {
  std::string words = command + " verdicts --run";
  for (const std::string& glob : options.scenarios) words += " '" + glob + "'";
  return words;
}

}  // namespace

int verdicts_command(const VerdictsOptions& options, const std::string& command) {
  const int status = options.run_first ? run_first(options, command) : exit_as_declared;
  if (status == exit_interrupted) return status;
  if (!std::filesystem::exists(std::filesystem::path(options.out) / "result.json"))
    throw EnvironmentError(
        fmt::format("there are no results in {}; '{}' makes some", options.out, how_to_run(options, command)));
  model::RunResult result = load_result(options.out);
  std::erase_if(result.variants,
                [&](const model::VariantResult& variant) { return !is_wanted(variant.scenario, options.scenarios); });
  const std::string table = reports::verdicts_table(result);
  if (table.empty())
    throw EnvironmentError(fmt::format("the results in {} hold no claims about {}; '{}' tries them", options.out,
                                       options.scenarios.empty() ? "any scenario" : options.scenarios.front(),
                                       how_to_run(options, command)));
  if (!options.beside.empty() || !std::filesystem::exists(page_of(options)))
    write_page(options, load_result(options.out));
  fmt::print("{}{}\nverdicts  {}\n", options.run_first ? "\n" : "", table, page_of(options).string());
  std::fflush(stdout);
  return status;
}

}  // namespace wedge::cli
