// What to change when it hangs or breaks: one or two sentences per class, the same wherever they are shown.
#pragma once

#include <string_view>

#include "harness/model/hang.h"

namespace wedge::reports {

std::string_view hint_for(model::HangClass hang_class);
std::string_view hint_for(Outcome outcome);

}  // namespace wedge::reports
