// result.json: what one `wedge run` came to, for machines. Schema "wedge-result/1":
//
//   {"schema", "wedge": version, "seed", "strategy", "strategy_depth", "carrier",
//    "rung": "controlled", "free", "tsan", "rr" or "gpu", "skipped": why that rung could not be used here, or empty,
//    "interrupted": whether Ctrl-C ended it early,
//    "variants": [{"target": what the user named, "scenario", "variant": empty for a plain program,
//      "title", "source": what the scenario says of itself, or empty,
//      "expected", "expected_text": what it is declared to end in, "outcome": of its first finding, or "pass",
//      "as_declared", "executions": how many count, "first_failure": index of the first failing one or null,
//      "exhaust": only of strategy exhaust: {"over": everything within the bound was tried, "bound": "2 preemptions" or
//        empty, "traces", "redundant", "longest": points of a trace, "left": about so many traces, or null,
//        "sees_atomics": compiled with -fsanitize=thread, "cut": why even so not everything was seen: "bound",
//        "timeouts", "repeats", "steps", "tasks", "undetermined"},
//      "left_out": why it was not run on this rung, or empty,
//      "residual": null, or {"strategy", "executions", "risk": after so many of them none of which failed, one fails
//        with at most this probability (95 % confidence), "switch_pairs": seen in all, "new_in_last_tenth": of them},
//      "expected_races": whether data races may be found beside what is expected,
//      "too_rare": there and true if the failure is declared too rare for the strategy of this run, which need not
//        find it,
//      "benign": [{"text", "reason"}] races that were seen and declared harmless,
//      "failures": how many failed (without --keep-going 1 at most, and the data races found on the way),
//      "findings": [{"outcome", "fingerprint", "execution", "steps", "text", "place", "trace", "hang", "report": paths
//        relative to this file, or empty, "confirmed": "3 of 3"}]}]}
//
// It holds no times and no absolute counts of anything but executions: the same seed gives the same bytes, whatever
// --jobs is. (With --time the number of executions follows the clock.)
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wedge/outcome.h>

namespace wedge::model {

struct FindingResult {
  Outcome outcome = Outcome::pass;
  std::string fingerprint;
  std::uint64_t execution = 0;
  std::uint64_t steps = 0;
  std::string text;
  std::string place;
  std::string trace;
  std::string hang;    // of the free rungs: the capture, schema wedge-hang/1
  std::string report;  // markdown
  std::string confirmed;

  bool operator==(const FindingResult&) const = default;
};

// What executions that all passed leave open. Only strategies count whose executions are independent draws.
struct Residual {
  std::string strategy;                            // the bound is on executions of this one
  std::uint64_t executions = 0;                    // that it had
  double risk = 1;                                 // with 95 % confidence one fails with at most this probability
  std::uint64_t switch_pairs = 0;                  // that were seen in all
  std::optional<std::uint64_t> new_in_last_tenth;  // of all executions; without: there were too few

  bool operator==(const Residual&) const = default;
};

// A race that was seen and does not count.
struct BenignRace {
  std::string text;
  std::string reason;

  bool operator==(const BenignRace&) const = default;
};

// How far an exhaustive search has come, and what it did not look at.
struct ExhaustClaim {
  bool over = false;
  bool sees_atomics = false;
  bool sees_races = false;   // data races of instrumented code are findings
  std::uint64_t racing = 0;  // of those, that were points: pairs of places
  std::string bound = {};
  std::uint64_t traces = 0;
  std::uint64_t redundant = 0;
  std::uint64_t longest = 0;
  std::optional<std::uint64_t> left = {};
  std::vector<std::string> cut = {};

  bool operator==(const ExhaustClaim&) const = default;
};

struct VariantResult {
  std::string target;
  std::string scenario;
  std::string variant;
  std::string title = {};   // of the scenario, as it declares it
  std::string source = {};  // where the failure was reported
  Outcome expected = Outcome::pass;
  std::string expected_text;
  Outcome outcome = Outcome::pass;
  bool as_declared = false;
  std::uint64_t executions = 0;
  std::optional<std::uint64_t> first_failure;
  std::uint64_t failures = 0;
  std::vector<FindingResult> findings;
  std::optional<Residual> residual = {};  // controlled campaigns without a failure
  bool expected_races = false;            // data races may be found beside what is expected
  bool too_rare = false;                  // declared so for the strategy of this run, which need not find it
  std::vector<BenignRace> benign = {};
  std::optional<ExhaustClaim> exhaust = {};
  std::string left_out = {};    // why it was not run on this rung, or empty
  std::uint64_t predicted = 0;  // deadlocks that passing executions made likely, and which did not happen
  std::uint64_t directed = 0;   // executions that tried to come to one

  bool operator==(const VariantResult&) const = default;
};

struct RunResult {
  std::string wedge;
  std::uint64_t seed = 0;
  std::string strategy;
  std::uint32_t strategy_depth = 0;
  std::string carrier;
  std::string rung = "controlled";
  std::string skipped;
  bool interrupted = false;
  std::vector<VariantResult> variants;

  bool operator==(const RunResult&) const = default;
};

std::string write_result(const RunResult& result);

// Throws std::runtime_error with one sentence if the text is no result of this schema.
RunResult read_result(std::string_view text);

}  // namespace wedge::model
