// PROVISIONAL: replaced by branch reports.
#pragma once
#include <string>
#include "harness/model/hang.h"
namespace wedge::reports {
std::string hang_report(const model::Hang& hang);
}
