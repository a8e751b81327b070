// A run made up for tests of verdicts: one claim of every kind and with every verdict.
#pragma once

#include "reports/sample_result.h"

namespace wedge::reports {

inline model::RunResult sample_verdicts() {
  model::RunResult result = sample_result();
  result.variants.clear();
  const auto add = [&](const std::string& name, std::uint64_t failures, Outcome outcome, const std::string& text) {
    model::VariantResult& variant = result.variants.emplace_back(sample_variant("bank/transfer", name, Outcome::pass));
    if (failures == 0) return;
    variant.failures = failures;
    variant.first_failure = 35;
    variant.outcome = outcome;
    std::string file = name;
    for (char& letter : file) letter = letter == '/' ? '-' : letter;
    variant.findings.push_back(sample_finding(outcome, text, file));
  };
  const auto symptom = [&](const std::string& name) {
    add(name, 812, Outcome::deadlock, "2 tasks wait for each other");
  };
  const auto passes = [&](const std::string& name) { add(name, 0, Outcome::pass, ""); };
  symptom("as-found");
  result.variants.back().expected = Outcome::deadlock;
  result.variants.back().expected_text = "wait for each other";
  result.variants.back().title = "two transfers | one account";
  result.variants.back().source = "https://example.org/bank";
  passes("without/opposite-order");
  symptom("alone/opposite-order");
  passes("without/two-threads");
  passes("alone/two-threads");
  symptom("without/slow|disk");
  symptom("alone/slow|disk");
  symptom("without/spurious-wakeup");
  passes("alone/spurious-wakeup");
  symptom("without/too-few-accounts");
  add("alone/too-few-accounts", 3, Outcome::panic, "assertion `a<b' failed");
  symptom("without/only-without");
  symptom("alone/only-alone");
  passes("fix/one-order");
  symptom("fix/logging");
  add("fix/patience", 9, Outcome::deadlock, "2 tasks wait for each other");
  add("fix/time-limit", 9, Outcome::panic, "assertion `a|b' failed");
  passes("fix/left-out");
  result.variants.back().left_out = "it takes real time";
  passes("upstream-test/balance");
  symptom("upstream-test/many-threads");
  return result;
}

}  // namespace wedge::reports
