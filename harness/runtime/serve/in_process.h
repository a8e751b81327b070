// Running executions of a body in the calling process: the core of scenario workers, and what benchmarks measure.
#pragma once

#include <cstdint>
#include <functional>

#include "harness/model/control_block.h"

namespace wedge::runtime {

#define WEDGE_FOR_TESTS __attribute__((visibility("default")))

// A control block without a supervisor.
WEDGE_FOR_TESTS void use_private_control_block();
// One that forked children share.
WEDGE_FOR_TESTS model::ControlBlock& use_shared_control_block();

// Requires: a control block is there. A failing execution ends the process.
WEDGE_FOR_TESTS void run_executions(const std::function<void()>& body, const model::Request& request,
                                    std::uint64_t first, std::uint64_t count);
WEDGE_FOR_TESTS std::uint64_t steps_so_far();
WEDGE_FOR_TESTS const model::SearchBlock& search_block();  // of executions under strategy exhaust
WEDGE_FOR_TESTS void measure_floor(std::uint64_t rounds);

void note_execution_length();

}  // namespace wedge::runtime
