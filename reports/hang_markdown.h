// The report on a hang, for people: first what is wrong and why, then what to do, and all that was seen folded away.
#pragma once

#include <string>

#include "harness/model/hang.h"

namespace wedge::reports {

std::string hang_report(const model::Hang& hang);

}  // namespace wedge::reports
