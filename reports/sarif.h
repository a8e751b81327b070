// Findings as SARIF 2.1.0, which code review services and editors show at the lines concerned.
#pragma once

#include <memory>
#include <string>

#include "harness/model/hang.h"
#include "harness/model/result.h"
#include "harness/model/trace.h"

namespace wedge::reports {

inline constexpr std::size_t most_flow_locations = 1000;  // of one finding; services show no more

// Add the findings, then take the text. What is as declared would only raise an alarm: leave it out.
class Sarif {
 public:
  // `root`: the folder of the checkout. Files in it are named relative to the base "SRCROOT".
  Sarif(const model::RunResult& result, std::string root);
  ~Sarif();

  // The interleaving becomes a code flow with one thread flow per task.
  void add(const model::VariantResult& variant, const model::FindingResult& finding, const model::Trace& trace);
  void add(const model::VariantResult& variant, const model::FindingResult& finding, const model::Hang& hang);
  // Of which nothing more is known.
  void add(const model::VariantResult& variant, const model::FindingResult& finding);
  std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wedge::reports
