// Lets a test take away the cause that a scenario models, in all of its variants: the verdicts have to change with it.
#pragma once

#include <cstdlib>

namespace scenarios {

inline bool cause_is_removed() { return std::getenv("SCENARIOS_WITHOUT_THEIR_CAUSE") != nullptr; }

}  // namespace scenarios
