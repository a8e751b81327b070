// What each thread of a process waits for, from its system call and the memory that its arguments point to.
#pragma once

#include "harness/diagnose/process_reading.h"

namespace wedge::diagnose {

void read_waits(ProcessReading& reading);

}  // namespace wedge::diagnose
