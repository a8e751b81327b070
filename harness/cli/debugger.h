// Replays under gdb with every task as an ordinary thread, up to the moment of the failure.
#pragma once

#include <string>

#include "harness/model/trace.h"

namespace wedge::cli {

// Becomes gdb. Throws EnvironmentError if there is none.
[[noreturn]] void debug(const model::Trace& trace, const std::string& runtime);

}  // namespace wedge::cli
