// What the free rungs make of an execution that does not end: a capture of where all its threads stand, and its class
// in words. The outcome is always `hang`: wall-clock time proves no deadlock.
#pragma once

#include <chrono>
#include <string>

#include <sys/types.h>

#include "harness/model/hang.h"

namespace wedge::supervise {

struct Overrun {
  double elapsed_s = 0;
  std::chrono::milliseconds hang_after{0};
  bool own_deadline = false;  // it was not --hang-after but the scenario that set it
};

// Captures the process and all below it, and concludes. The process goes on as if nothing had been.
model::Hang photograph(pid_t root, const Overrun& overrun);

// One line: "had not ended after 10.0 s; it looks like a deadlock (high confidence): 2 threads wait for each other".
std::string words_for(const model::Hang& hang);

}  // namespace wedge::supervise
