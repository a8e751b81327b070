// A wait as one line for people.
#pragma once

#include <string>

#include "harness/model/hang.h"

namespace wedge::diagnose {

// The object's name and the descriptors' texts must have been filled in.
std::string wait_text(const model::HangProcess& process, const model::HangThread& thread);

}  // namespace wedge::diagnose
