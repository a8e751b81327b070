// When two hangs are the same hang: on another machine, in another process, after unrelated edits of the source.
#pragma once

#include <string>
#include <string_view>

#include "harness/diagnose/finding.h"
#include "harness/diagnose/situation.h"

namespace wedge::diagnose {

std::string hang_fingerprint(const Situation& situation, const Finding& finding);

// The name of a function without what a compiler, a library or an edit elsewhere may change about it: template
// arguments, parameters, the numbers of lambdas, clones such as ".isra.0", what it returns and whether it is const.
std::string stable_name(std::string_view function);

}  // namespace wedge::diagnose
