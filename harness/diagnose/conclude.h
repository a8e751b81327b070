// PROVISIONAL: replaced by branch classify.
#pragma once
#include "harness/model/hang.h"
namespace wedge::diagnose {
void conclude(model::Hang& hang);
}
