// `wedge run`: a search in each variant, then the report.
#include <algorithm>
#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "harness/cli/benign.h"
#include "harness/cli/commands.h"
#include "harness/cli/locate.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_files.h"
#include "harness/cli/rungs.h"
#include "harness/cli/searches.h"
#include "harness/cli/select.h"
#include "harness/diagnose/resolve.h"
#include "harness/model/result.h"
#include "harness/model/version.h"
#include "harness/supervise/capture.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/pool.h"
#include "reports/exhaust_words.h"
#include "reports/races.h"
#include "reports/render.h"
#include "reports/summary.h"
#include "reports/text.h"

namespace wedge::cli {
namespace {

using supervise::ProgramKind;

constexpr std::size_t most_explanations = 10;

class Run {
 public:
  Run(const RunOptions& options, std::string command)
      : options_(options), command_(std::move(command)), output_(options.out), runtime_(locate_runtime()) {
    result_ = {model::version,
               options.seed,
               options.strategy,
               options.strategy == "pct" ? options.depth : 0,
               options.carrier == model::CarrierKind::fiber ? "fiber" : "thread",
               "controlled",
               {},
               false,
               {}};
  }

  int run() {
    if (!options_.benign.empty()) benign_ = read_benign_rules(options_.benign);
    const std::vector<Selection> selections = select_programs(options_);
    try {
      for (const Selection& selection : selections)
        if (!result_.interrupted) run_selection(selection);
    } catch (const supervise::EnvironmentError&) {
      // What was found before is not lost with what cannot be run.
      if (!result_.variants.empty()) finish();
      throw;
    }
    finish();
    return exit_code();
  }

 private:
  void finish() {
    progress_.erase();
    write_reports(result_, output_);
    output_.write_result(model::write_result(result_));
    print();
    tell_github(result_);
  }

  void run_selection(const Selection& selection) {
    const SearchSetting setting{options_, selection, runtime_, diagnose::build_id(selection.program), benign_};
    supervise::Pool pool = setting.make_pool(options_.jobs);
    pool.idle = [this] { progress_.redraw(); };
    std::vector<Listed> variants{{}};
    if (selection.kind == ProgramKind::scenario) variants = matching(listed_from(pool.listing()), selection.globs);
    std::optional<Searches> searches;
    if (options_.jobs > 1 && variants.size() > 1) searches.emplace(setting, variants);
    for (std::size_t i = 0; i < variants.size(); ++i) {
      model::VariantResult row = row_of(selection, variants[i]);
      std::optional<Searched> searched;
      if (searches)
        searched = take(*searches, i, row);
      else if (!result_.interrupted)
        searched = search(setting, variants[i], row, pool);
      if (!searched) return;
      add(std::move(*searched), std::move(row));
    }
  }

  Searched search(const SearchSetting& setting, const Listed& variant, const model::VariantResult& row,
                  supervise::Pool& pool) {
    progress_.begin(reports::variant_name(row), options_.executions_for(row.variant), ProgressLine::Clock::now());
    return setting.search(variant, pool,
                          [this](const Progress& now) { progress_.update(now.done, now.failures, now.more); });
  }

  std::optional<Searched> take(Searches& searches, std::size_t variant, const model::VariantResult& row) {
    const std::string name = reports::variant_name(row);
    return searches.take(variant, [&](const Progress& now, Searches::Beginning began) {
      progress_.begin(name, options_.executions_for(row.variant), began);
      progress_.update(now.done, now.failures, now.more);
    });
  }

  model::VariantResult row_of(const Selection& selection, const Listed& variant) const {
    model::VariantResult row;
    row.target = variant.scenario.empty() ? selection.target : variant.scenario;
    row.scenario = variant.scenario;
    row.variant = variant.variant;
    row.title = variant.title;
    row.source = variant.source;
    row.expected = variant.expected;
    row.expected_text = variant.expected_text;
    row.expected_races = variant.races;
    row.too_rare = variant.too_rare_for == options_.strategy;
    return row;
  }

  void add(Searched searched, model::VariantResult row) {
    supervise::CampaignResult& campaign = searched.campaign;
    row.executions = campaign.executions;
    row.predicted = campaign.predicted;
    row.directed = campaign.directed;
    row.failures = campaign.failures;
    row.first_failure = campaign.first_failure;
    row.residual = campaign.residual;
    row.exhaust = std::move(searched.exhaust);
    result_.interrupted = result_.interrupted || !campaign.complete;
    for (model::Trace& finding : campaign.findings) add_finding(std::move(finding), row);
    for (const model::Trace& trace : campaign.benign) add_benign(trace, row);
    judge(row);
    // What was not tried to the end cannot be as declared.
    if (!campaign.complete) row.as_declared = false;
    result_.variants.push_back(std::move(row));
  }

  void add_benign(model::Trace trace, model::VariantResult& row) {
    diagnose::resolve(trace, symbols_);
    model::BenignRace race{reports::race_summary(trace), trace.races.front().benign};
    if (std::ranges::find(row.benign, race) == row.benign.end()) row.benign.push_back(std::move(race));
  }

  void add_finding(model::Trace trace, model::VariantResult& row) {
    diagnose::resolve(trace, symbols_);
    trace.fingerprint = supervise::fingerprint(trace);
    // Two addresses can be one place.
    if (std::ranges::find(row.findings, trace.fingerprint, &model::FindingResult::fingerprint) != row.findings.end())
      return;
    model::FindingResult found{trace.outcome,
                               trace.fingerprint,
                               trace.recipe.execution,
                               trace.steps,
                               trace.outcome == Outcome::race ? reports::race_summary(trace) : trace.text,
                               {},
                               {},
                               {},
                               {},
                               fmt::format("{} of {}", trace.confirmation.same, trace.confirmation.attempts)};
    found.place = reports::place_of_finding(trace);
    found.trace = output_.write_trace(trace);
    row.findings.push_back(std::move(found));
    if (row.findings.size() == 1) first_findings_.emplace_back(result_.variants.size(), std::move(trace));
  }

  static void judge(model::VariantResult& row) {
    if (!row.findings.empty()) row.outcome = row.findings.front().outcome;
    const auto as_expected = [&](const model::FindingResult& finding) {
      return finding.outcome == row.expected && finding.text.find(row.expected_text) != std::string::npos;
    };
    const auto tolerated = [&](const model::FindingResult& finding) {
      return as_expected(finding) || (row.expected_races && finding.outcome == Outcome::race);
    };
    const bool expects_failure = row.expected != Outcome::pass;
    const bool excused = row.too_rare && row.findings.empty();
    row.as_declared = (excused || expects_failure == std::ranges::any_of(row.findings, as_expected)) &&
                      std::ranges::all_of(row.findings, tolerated);
  }

  // Of many variants only those that surprise are explained; the table has the others.
  bool is_explained(std::size_t variant) const {
    return result_.variants.size() == 1 || !result_.variants[variant].as_declared;
  }

  void print() const {
    std::string replays;
    std::size_t explained = 0;
    for (const auto& [variant, trace] : first_findings_) {
      if (!is_explained(variant) || ++explained > most_explanations) continue;
      const model::VariantResult& row = result_.variants[variant];
      fmt::print("{}\n{}\n", reports::variant_name(row), reports::explain(trace));
      const std::string path = output_.path_of(row.findings.front().trace);
      replays += fmt::format("trace   {}\nreplay  {} repro {}\n", path, command_, shell_quoted(path));
    }
    if (explained > most_explanations)
      fmt::print("... and {} more that are not as declared; the table has them\n\n", explained - most_explanations);
    fmt::print("{}", reports::summary_table(result_));
    fmt::print("{}", reports::residual_lines(result_));
    if (const std::string lines = reports::exhaust_lines(result_); !lines.empty()) fmt::print("\n{}", lines);
    fmt::print("\n{}report  {}\n", replays, output_.path_of("report.md"));
    std::fflush(stdout);
    if (result_.interrupted) fmt::print(stderr, "wedge: interrupted; this is what was known by then\n");
  }

  int exit_code() const {
    if (result_.interrupted) return exit_interrupted;
    bool skipped = false;
    for (const model::VariantResult& variant : result_.variants) {
      if (variant.as_declared) continue;
      const bool unsupported =
          !variant.findings.empty() && std::ranges::all_of(variant.findings, [](const model::FindingResult& finding) {
            return finding.outcome == Outcome::unsupported;
          });
      if (!unsupported) return exit_not_as_declared;
      skipped = true;
    }
    return skipped ? exit_skipped : exit_as_declared;
  }

  const RunOptions& options_;
  std::string command_;
  OutputFolder output_;
  std::string runtime_;
  model::RunResult result_;
  ProgressLine progress_;
  std::vector<BenignRule> benign_;
  diagnose::Symbols symbols_;
  std::vector<std::pair<std::size_t, model::Trace>> first_findings_;  // with the index of their variant
};

}  // namespace

int run_command(const RunOptions& options, const std::string& command) {
  if (options.rung != Rung::controlled) return run_rung_command(options, command);
  return Run(options, command).run();
}

}  // namespace wedge::cli
