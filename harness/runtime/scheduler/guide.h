// Choices from a guide (model::GuideEntry): what makes it possible to leave a switch out of a schedule and keep the
// rest.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime {

// The first `entries` of control->guide are the guide of the execution that begins.
void begin_guide(std::uint64_t entries);

// Requires: somebody is enabled.
model::ChoiceEntry guided_choice();

// One of n equally permitted results: the guide's, else the first.
std::uint32_t guided_value(std::uint32_t n);

}  // namespace wedge::runtime
