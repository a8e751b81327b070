// The descriptors of the processes of a tree, and who holds their other ends.
#pragma once

#include <string>
#include <vector>

#include "harness/diagnose/process_reading.h"

namespace wedge::diagnose {

// What the process itself shows of its descriptors; waits get the readiness of theirs and the time limits of sockets.
void read_descriptors(ProcessReading& reading);

// Whoever holds the same ends or the other ends, in any process of the machine that lets itself be looked at.
void find_ends(std::vector<ProcessReading>& readings);

}  // namespace wedge::diagnose
