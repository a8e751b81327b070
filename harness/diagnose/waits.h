// What each thread of a process waits for, from its system call and the memory that its arguments point to.
#pragma once

#include <vector>

#include "harness/diagnose/process_reading.h"

namespace wedge::diagnose {

// Everything but names, and readiness of descriptors.
void read_waits(ProcessReading& reading);

// What only the whole tree shows: which child a process waits for when it waits for any.
void find_awaited_children(std::vector<ProcessReading>& readings);

// "SIGINT"; "signal 40" where there is no name.
std::string signal_name(int number);

}  // namespace wedge::diagnose
