// Rules that name data races which do no harm, each with its reason: `wedge run --benign FILE`.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "harness/model/trace.h"

namespace wedge::cli {

// `pattern`, with * and ?, stands for a function, a file or a variable of the race.
struct BenignRule {
  std::string pattern;
  std::string reason;
};

// One rule a line: the pattern, spaces, the reason. Empty lines and those that begin with # are left out. Throws
// EnvironmentError, with the line's number, for anything else.
std::vector<BenignRule> read_benign_rules(const std::string& path);
std::vector<BenignRule> benign_rules_in(std::string_view text, const std::string& path);

// The reason of the first rule that fits the trace's first race; null if there is none. Requires: names are known.
const std::string* reason_for(const std::vector<BenignRule>& rules, const model::Trace& trace);

}  // namespace wedge::cli
