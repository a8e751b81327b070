// The table at the end of `wedge run`: one row per variant, so that many can be taken in at a glance.
#pragma once

#include <string>

#include "harness/model/result.h"

namespace wedge::reports {

std::string summary_table(const model::RunResult& result);

// One sentence each about what the variants that passed leave open; nothing if those are many.
std::string residual_lines(const model::RunResult& result);
// "no failure in 9999 executions of random: ..."
std::string residual_words(const model::Residual& residual);

// "canaries/flusher-stop:as-found", or the name of the program.
std::string variant_name(const model::VariantResult& variant);

}  // namespace wedge::reports
