// `wedge run` on the free rungs: every variant many times, then what was seen and how often.
#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <filesystem>

#include <fmt/format.h>

#include "harness/cli/commands.h"
#include "harness/cli/locate.h"
#include "harness/cli/output.h"
#include "harness/cli/progress.h"
#include "harness/cli/report_files.h"
#include "harness/cli/rungs.h"
#include "harness/model/hang_json.h"
#include "harness/model/result.h"
#include "harness/model/version.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/interrupt.h"
#include "reports/summary.h"

namespace wedge::cli {
namespace {

using supervise::Sighting;
using supervise::Sightings;

constexpr std::size_t most_explanations = 10;

std::unique_ptr<RungRunner> runner_for(const RunOptions& options, const Selection& selection) {
  if (options.rung == Rung::tsan) return tsan_runner(options, selection);
  if (options.rung == Rung::rr) return rr_runner(options, selection);
  if (options.rung == Rung::gpu) return gpu_runner(options, selection);
  return free_runner(options, selection);
}

// On real threads a deadlock, a lost wakeup and their kind all look the same: it does not end.
bool shows_as_hang(Outcome expected) {
  switch (expected) {
    case Outcome::deadlock:
    case Outcome::lost_wakeup:
    case Outcome::unmet_obligation:
    case Outcome::deadline:
    case Outcome::livelock:
    case Outcome::hang:
      return true;
    default:
      return false;
  }
}

// Without our runtime the words come from libc, which begins its sentences with capitals: "Assertion `x' failed".
bool says(const std::string& text, const std::string& expected) {
  const auto equal = [](unsigned char one, unsigned char other) { return std::tolower(one) == std::tolower(other); };
  return std::search(text.begin(), text.end(), expected.begin(), expected.end(), equal) != text.end() ||
         expected.empty();
}

// A race that the sanitizer reports in a variant that is declared to fail is that failure, seen earlier.
bool is_as_expected(const Sighting& sighting, const model::VariantResult& row) {
  if (row.expected == Outcome::pass) return false;
  if (sighting.outcome == Outcome::hang) return shows_as_hang(row.expected);
  if (sighting.outcome == Outcome::race) return true;
  return sighting.outcome == row.expected && says(sighting.text, row.expected_text);
}

class RungRun {
 public:
  RungRun(const RunOptions& options, std::string command)
      : options_(options), command_(std::move(command)), output_(options.out) {
    result_.wedge = model::version;
    result_.seed = options.rung == Rung::free ? options.seed : 0;
    result_.rung = name_of(options.rung);
  }

  int run() {
    result_.skipped = why_not(options_);
    if (!result_.skipped.empty()) {
      write_files();
      tell_github(result_);
      fmt::print(stderr, "wedge: skipped: rung {} cannot be used here: {}\n", result_.rung, result_.skipped);
      return exit_skipped;
    }
    try {
      for (const Selection& selection : select_programs(options_))
        if (!result_.interrupted) run_selection(selection);
    } catch (const supervise::EnvironmentError&) {
      // What was found before is not lost with what cannot be run.
      if (!result_.variants.empty()) finish();
      throw;
    }
    finish();
    if (result_.interrupted) return exit_interrupted;
    const bool good = std::ranges::all_of(result_.variants, &model::VariantResult::as_declared);
    return good ? exit_as_declared : exit_not_as_declared;
  }

 private:
  void write_files() {
    write_reports(result_, output_);
    output_.write_result(model::write_result(result_));
  }

  void finish() {
    progress_.erase();
    write_files();
    print();
    tell_github(result_);
  }

  void run_selection(const Selection& selection) {
    const std::unique_ptr<RungRunner> runner = runner_for(options_, selection);
    for (const Listed& variant : runner->variants())
      if (!result_.interrupted) run_variant(selection, variant, *runner);
  }

  void run_variant(const Selection& selection, const Listed& variant, RungRunner& runner) {
    model::VariantResult row;
    row.target = variant.scenario.empty() ? selection.target : variant.scenario;
    row.scenario = variant.scenario;
    row.variant = variant.variant;
    row.title = variant.title;
    row.source = variant.source;
    row.expected = variant.expected;
    row.expected_text = variant.expected_text;
    row.left_out = why_left_out(variant);
    if (!row.left_out.empty()) {
      row.as_declared = true;
      result_.variants.push_back(row);
      all_.emplace_back();
      return;
    }
    Sightings sightings = runner.run(variant, plan_for(row));
    row.executions = sightings.executions;
    row.failures = sightings.failures;
    row.first_failure = sightings.first_failure;
    if (!sightings.complete) result_.interrupted = true;
    judge(row, sightings);
    for (Sighting& sighting : sightings.distinct) add_finding(sighting, selection, row);
    result_.variants.push_back(row);
    all_.push_back(std::move(sightings));
  }

  std::string why_left_out(const Listed& variant) const {
    if (variant.unfit_for == Unfit::real_time) return "it needs virtual time";
    const bool sanitized = options_.rung == Rung::tsan;
    return sanitized && variant.unfit_for == Unfit::sanitizer ? "it is not for ThreadSanitizer" : "";
  }

  RungPlan plan_for(const model::VariantResult& row) {
    RungPlan plan;
    plan.executions = options_.executions_for(row.variant);
    plan.keep_going = options_.keep_going;
    if (options_.enough > 0) plan.enough = options_.enough;
    plan.progress = [this](std::uint64_t done, std::uint64_t failures) { progress_.update(done, failures); };
    plan.idle = [this] { progress_.redraw(); };
    progress_.begin(reports::variant_name(row), plan.executions, ProgressLine::Clock::now());
    if (options_.time_s > 0) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::duration<double>(options_.time_s);
      plan.out_of_time = [end] { return std::chrono::steady_clock::now() >= end; };
    }
    return plan;
  }

  // A bug may hide from any number of free executions: a variant that is declared to fail and does not is no error.
  static void judge(model::VariantResult& row, const Sightings& sightings) {
    if (!sightings.distinct.empty()) row.outcome = sightings.distinct.front().outcome;
    row.as_declared = sightings.complete && std::ranges::all_of(sightings.distinct, [&](const Sighting& sighting) {
                        return is_as_expected(sighting, row);
                      });
  }

  void add_finding(Sighting& sighting, const Selection& selection, model::VariantResult& row) {
    model::FindingResult found;
    found.outcome = sighting.outcome;
    found.fingerprint = sighting.fingerprint;
    found.execution = sighting.execution;
    found.text = sighting.text;
    found.place = sighting.place;
    found.confirmed = fmt::format("not replayable; seen {} of {}", sighting.seen, row.executions);
    if (!sighting.replay.empty())
      found.confirmed = fmt::format("recorded; seen {} of {}", sighting.seen, row.executions);
    if (!sighting.report.empty()) add_report(sighting, selection, row, found);
    if (sighting.hang) add_hang(*sighting.hang, sighting, selection, row, found);
    row.findings.push_back(std::move(found));
  }

  static std::string name_for(const Sighting& sighting, const Selection& selection, const model::VariantResult& row) {
    const std::string what = row.scenario.empty() ? std::filesystem::path(selection.program).filename().string()
                                                  : row.scenario + "-" + row.variant;
    return finding_name(what, sighting.outcome, sighting.fingerprint);
  }

  void add_hang(model::Hang& hang, const Sighting& sighting, const Selection& selection,
                const model::VariantResult& row, model::FindingResult& found) {
    hang.command = {selection.program};
    hang.command.insert(hang.command.end(), options_.arguments.begin(), options_.arguments.end());
    hang.scenario = row.scenario;
    hang.variant = row.variant;
    hang.reproduce = search_again(selection, row);
    found.hang = "hangs/" + name_for(sighting, selection, row) + ".hang.json";
    output_.write(found.hang, model::write_hang(hang));
  }

  // What a sanitizer says, word for word.
  void add_report(const Sighting& sighting, const Selection& selection, const model::VariantResult& row,
                  model::FindingResult& found) {
    const std::string name = name_for(sighting, selection, row);
    found.report = "reports/" + name + ".md";
    output_.write(found.report, "# " + name + "\n\n```text\n" + sighting.report + "```\n");
  }

  // The same seed makes the same delays; the machine decides the rest, so this is a search and no replay.
  std::string search_again(const Selection& selection, const model::VariantResult& row) const {
    std::string text = command_ + " run --rung " + std::string(name_of(options_.rung));
    if (row.scenario.empty())
      text += " " + shell_quoted(selection.program);
    else
      text += fmt::format(" --program {} {}", shell_quoted(selection.program),
                          shell_quoted(row.scenario + ":" + row.variant));
    if (options_.rung == Rung::free)
      text += fmt::format(" --seed {} --delays {}", options_.seed, name_of(options_.delays));
    if (!options_.arguments.empty()) text += " --";
    for (const std::string& argument : options_.arguments) text += " " + shell_quoted(argument);
    return text;
  }

  // Of many variants only those that surprise are explained; the table has the others.
  void print() const {
    std::size_t explained = 0;
    for (std::size_t i = 0; i < all_.size(); ++i) {
      const model::VariantResult& row = result_.variants[i];
      if (all_[i].distinct.empty() || (all_.size() > 1 && row.as_declared)) continue;
      if (++explained <= most_explanations) explain(row, all_[i]);
    }
    if (explained > most_explanations)
      fmt::print("... and {} more that are not as declared; the table has them\n\n", explained - most_explanations);
    fmt::print("{}\nreport  {}\n", reports::summary_table(result_), output_.path_of("report.md"));
    std::fflush(stdout);
    if (result_.interrupted) fmt::print(stderr, "wedge: interrupted; this is what was known by then\n");
  }

  void explain(const model::VariantResult& row, const Sightings& sightings) const {
    fmt::print("{}\n", reports::variant_name(row));
    for (std::size_t i = 0; i < sightings.distinct.size() && i < most_explanations; ++i) {
      const Sighting& sighting = sightings.distinct[i];
      const model::FindingResult& found = row.findings[i];
      fmt::print("{}: {}\n", name_of(sighting.outcome), sighting.text);
      if (!sighting.place.empty()) fmt::print("  at {}\n", sighting.place);
      fmt::print("{}", sighting.details);
      if (sighting.hang)
        for (const std::string& reason : sighting.hang->verdict.why) fmt::print("  {}\n", reason);
      fmt::print("  {}\n", found.confirmed);
      if (!found.report.empty()) fmt::print("report  {}\n", output_.path_of(found.report));
      if (!sighting.replay.empty()) fmt::print("replay  {}\n", sighting.replay);
      fmt::print("\n");
    }
  }

  const RunOptions& options_;
  std::string command_;
  OutputFolder output_;
  model::RunResult result_;
  ProgressLine progress_;
  std::vector<Sightings> all_;  // by variant
};

}  // namespace

std::string why_not(const RunOptions& options) {
  if (options.rung == Rung::gpu) return why_gpu_cannot_be_used(options);
  return options.rung == Rung::rr ? why_rr_cannot_be_used() : std::string();
}

int run_rung_command(const RunOptions& options, const std::string& command) { return RungRun(options, command).run(); }

}  // namespace wedge::cli
