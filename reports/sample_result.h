// A run made up for tests: as declared, not as declared with two findings, passed against its declaration, skipped, and
// texts that try to break out.
#pragma once

#include "harness/model/result.h"

namespace wedge::reports {

inline model::FindingResult sample_finding(Outcome outcome, std::string text, const std::string& name) {
  return {.outcome = outcome,
          .fingerprint = "0123456789abcdef",
          .execution = 35,
          .steps = 9,
          .text = std::move(text),
          .place = "/home/me/bank/transfer.cpp:21",
          .trace = "traces/" + name + ".trace.json",
          .hang = {},
          .report = "reports/" + name + ".md",
          .confirmed = "3 of 3"};
}

inline model::VariantResult sample_variant(const std::string& scenario, std::string variant, Outcome expected) {
  model::VariantResult result;
  result.target = result.scenario = scenario;
  result.variant = std::move(variant);
  result.expected = expected;
  result.as_declared = true;
  result.executions = 10000;
  return result;
}

inline void fail(model::VariantResult& variant, model::FindingResult finding, bool as_declared) {
  if (variant.findings.empty()) variant.outcome = finding.outcome;
  variant.first_failure = finding.execution;
  variant.executions = finding.execution + 1;
  ++variant.failures;
  variant.as_declared = as_declared;
  variant.findings.push_back(std::move(finding));
}

inline model::RunResult sample_result() {
  model::RunResult result;
  result.wedge = "0.1.0";
  result.seed = 7;
  result.strategy = "pct";
  result.strategy_depth = 3;
  result.carrier = "fiber";
  model::VariantResult declared = sample_variant("bank/transfer", "as-found", Outcome::deadlock);
  fail(declared, sample_finding(Outcome::deadlock, "2 tasks wait for each other", "declared"), true);
  model::VariantResult fixed = sample_variant("bank/transfer", "fix/order", Outcome::pass);
  model::VariantResult wrong = sample_variant("bank/transfer", "fix/try-lock", Outcome::pass);
  fail(wrong, sample_finding(Outcome::deadlock, "2 tasks wait for each other", "transfer"), false);
  fail(wrong, sample_finding(Outcome::panic, "assertion `a<b & c' failed\n]]> ::error::100%, @all | \x1b[31m", "panic"),
       false);
  model::VariantResult passed = sample_variant("bank/close", "as-found", Outcome::lost_wakeup);
  passed.as_declared = false;
  passed.residual = {"random", 9999, 0.00029955, 41, 0};
  model::VariantResult skipped = sample_variant("bank/fork", "as-found", Outcome::pass);
  fail(skipped, sample_finding(Outcome::unsupported, "fork is not controlled yet", "fork"), false);
  model::VariantResult program = sample_variant("", "", Outcome::pass);
  program.target = "./build/odd name <&>\"'";
  result.variants = {declared, fixed, wrong, passed, skipped, program};
  return result;
}

inline model::RunResult sample_exhausted() {
  model::RunResult result;
  result.wedge = "0.1.0";
  result.seed = 7;
  result.strategy = "exhaust";
  result.carrier = "fiber";
  model::VariantResult whole = sample_variant("bank/transfer", "fix/order", Outcome::pass);
  whole.executions = 1680;
  whole.exhaust = {.over = true, .sees_atomics = true, .sees_races = true, .traces = 1680, .longest = 40};
  model::VariantResult part = sample_variant("bank/close", "as-found", Outcome::pass);
  part.exhaust = {.bound = "2 preemptions", .traces = 9990, .redundant = 10, .longest = 70, .left = 500};
  part.exhaust->cut = {"timeouts", "repeats"};
  model::VariantResult racing = sample_variant("bank/audit", "as-found", Outcome::race);
  fail(racing, sample_finding(Outcome::race, "total: written by deposit, read by audit", "audit"), true);
  racing.exhaust = {.over = true, .sees_atomics = true, .sees_races = true, .racing = 2, .traces = 4, .longest = 9};
  result.variants = {whole, part, racing};
  return result;
}

inline model::RunResult sample_skipped_rung() {
  model::RunResult result;
  result.wedge = "0.1.0";
  result.seed = 7;
  result.rung = "rr";
  result.skipped = "rr needs the processor's counters, which perf_event_paranoid = 4 forbids";
  return result;
}

}  // namespace wedge::reports
