// What GitHub Actions shows beside the code and on the page of a run.
#pragma once

#include <string>

#include "harness/model/result.h"

namespace wedge::reports {

// One "::error file=...,line=...,title=...::..." per finding that is not as declared; "::notice" for what was skipped.
// `root` is the folder of the checkout, without which GitHub cannot tell which file is meant.
std::string annotations(const model::RunResult& result, const std::string& root);

// For the file that $GITHUB_STEP_SUMMARY names, where more than 1 MiB would make GitHub drop all of it.
// `room`: how many bytes there are left.
std::string job_summary(const model::RunResult& result, std::size_t room);

inline constexpr std::size_t most_summary_bytes = 900 * 1024;

}  // namespace wedge::reports
