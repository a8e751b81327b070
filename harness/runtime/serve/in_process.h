// Running executions of a body in the calling process: the core of scenario workers, and what benchmarks measure.
#pragma once

#include <cstdint>
#include <functional>

#include "harness/model/control_block.h"

namespace wedge::runtime {

// Requires: a control block is there. A failing execution ends the process.
__attribute__((visibility("default"))) void run_executions(const std::function<void()>& body,
                                                           const model::Request& request, std::uint64_t first,
                                                           std::uint64_t count);
void note_execution_length();

}  // namespace wedge::runtime
