// What the end-to-end tests say about results again and again.
#pragma once

#include <iterator>
#include <string>

#include <gtest/gtest.h>

#include "harness/e2e/command.h"

namespace wedge::e2e {

inline const std::string compilers[] = {"g++", "clang++"};
inline const std::string strategies[] = {"portfolio", "mutate", "pct", "period", "pos", "random", "surw"};
inline const std::string carriers[] = {"fiber", "thread"};

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The one variant that a run of a plain program has.
inline model::VariantResult only_variant(const std::string& folder) {
  const model::RunResult result = result_in(folder);
  EXPECT_EQ(result.variants.size(), 1U);
  return result.variants.empty() ? model::VariantResult{} : result.variants.front();
}

// Fails unless every finding of the run in `folder` replays the same `times` times in fresh processes.
inline void expect_replays(const std::string& folder, unsigned times, const std::string& carrier,
                           const Variables& environment = {}) {
  SCOPED_TRACE("replayed under carrier " + carrier);
  const std::string all = std::to_string(times);
  for (const model::VariantResult& variant : result_in(folder).variants)
    for (const model::FindingResult& finding : variant.findings) {
      const Finished replay = wedge(
          {"repro", folder + "/" + finding.trace, "--times", all, "--carrier", carrier, "--quiet-output"}, environment);
      EXPECT_EQ(replay.status, 0) << finding.trace << "\n" << replay.output << replay.errors;
      EXPECT_TRUE(contains(replay.output, "same: " + std::string(name_of(finding.outcome)))) << replay.output;
      EXPECT_TRUE(contains(replay.output, all + " of " + all)) << replay.output;
    }
}

// Fails unless the run printed how to replay what it found, and that command says "same".
inline void expect_printed_replay(const std::string& output, const Variables& environment = {}) {
  const Words command = printed_replay(output);
  ASSERT_FALSE(command.empty()) << "no replay command in:\n" << output;
  const Finished replay = run_command(command, environment);
  EXPECT_EQ(replay.status, 0) << replay.output << replay.errors;
  EXPECT_TRUE(contains(replay.output, "same: ")) << replay.output;
}

// For names of tests: letters, digits and underscores only.
inline std::string as_test_name(std::string text) {
  for (char& letter : text)
    if (isalnum(static_cast<unsigned char>(letter)) == 0) letter = letter == '+' ? 'x' : '_';
  return text;
}

}  // namespace wedge::e2e
