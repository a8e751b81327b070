// Choices as text: a schedule of a million steps must fit into a trace that people attach to an issue.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "harness/model/control_block.h"

namespace wedge::model {

// Runs of equal choices, as base64 of (value, length) with seven bits per byte.
std::string pack_choices(std::span<const ChoiceEntry> choices);

// Requires: text made by pack_choices; throws TraceError for anything else.
std::vector<ChoiceEntry> unpack_choices(std::string_view text);

}  // namespace wedge::model
