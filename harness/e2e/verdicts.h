// What the tests of the documented failures look up in the results of a run, and that verdicts depend on the cause.
#pragma once

#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include "harness/e2e/findings.h"
#include "harness/model/verdict.h"

namespace wedge::e2e {

using Names = std::map<std::string, std::string>;

inline const model::VariantResult& variant_in(const model::RunResult& result, const std::string& scenario,
                                              const std::string& name) {
  for (const model::VariantResult& variant : result.variants)
    if (variant.scenario == scenario && variant.variant == name) return variant;
  throw std::runtime_error("no variant " + scenario + ":" + name);
}

// Of every theory, fix and test of the scenario.
inline Names verdicts_on(const model::RunResult& result, const std::string& scenario) {
  Names names;
  for (const model::Verdicts& verdicts : model::verdicts_of(result))
    for (const model::Claim& claim : verdicts.claims)
      if (verdicts.scenario == scenario) names[claim.name] = name_of(claim.verdict);
  return names;
}

// Runs the scenarios as found and with every fix, all without the cause that they model. Fails unless the failure of
// each is gone then, so that nothing is known of what its fixes come to.
inline void expect_nothing_without_the_cause(const std::set<std::string>& scenarios, const std::string& executions) {
  const Folder out;
  Words command{"run", "--keep-going", "--executions", executions, "--no-analysis", "--jobs", "2", "--out", out.path()};
  for (const std::string& scenario : scenarios)
    for (const char* variants : {":as-found", ":fix/*"}) command.push_back(scenario + variants);
  const Finished run = wedge(command, {{"SCENARIOS_WITHOUT_THEIR_CAUSE", "1"}});
  EXPECT_EQ(run.status, 1) << "the failures are declared\n" << run.output << run.errors;
  const Finished verdicts = wedge({"verdicts", "--out", out.path()});
  EXPECT_TRUE(contains(verdicts.output, "the failure itself was not seen, so nothing is known")) << verdicts.output;
  const model::RunResult result = result_in(out.path());
  for (const std::string& scenario : scenarios) {
    EXPECT_EQ(name_of(variant_in(result, scenario, "as-found").outcome), name_of(Outcome::pass)) << scenario;
    const Names known = verdicts_on(result, scenario);
    EXPECT_FALSE(known.empty()) << scenario;
    for (const auto& [claim, verdict] : known) EXPECT_EQ(verdict, "not known") << scenario << ": " << claim;
  }
}

}  // namespace wedge::e2e
