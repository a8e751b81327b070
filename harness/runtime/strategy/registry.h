// The strategies there are: one line each.
#pragma once

#include "harness/runtime/strategy/strategy.h"

namespace wedge::runtime {

Strategy& random_strategy();
Strategy& mutate_strategy();
Strategy& inversion_strategy();
Strategy& pct_strategy();
Strategy& period_strategy();
Strategy& pos_strategy();
Strategy& surw_strategy();

}  // namespace wedge::runtime
