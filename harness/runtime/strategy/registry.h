// The strategies there are: one line each.
#pragma once

#include "harness/runtime/strategy/strategy.h"

namespace wedge::runtime {

Strategy& random_strategy();
Strategy& pct_strategy();
Strategy& pos_strategy();

}  // namespace wedge::runtime
