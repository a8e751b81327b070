// Photographs a process tree that stands still, from outside and without disturbing it.
//
// A blocked thread is never stopped: what it waits for and two of its registers stand in /proc, its stack is copied
// while it sleeps, and the copy counts only if the thread did not move meanwhile. Only a thread on a processor is
// stopped, for as long as it takes to copy its registers and its stack.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::diagnose {

struct CaptureRequest {
  std::int32_t root = 0;           // with all its descendants
  std::vector<std::int32_t> also;  // other processes, with theirs: orphans that the tree has left behind
  std::chrono::milliseconds between_samples{250};
  bool wants_streams = false;  // say of each process that uses CUDA why its calls are not known, if they are not
  bool stop_running = true;    // threads on a processor
  // Blocked threads too whose stack cannot be unwound otherwise; a system call of theirs may then return EINTR.
  bool allow_seize_blocked = false;
  std::chrono::milliseconds limit{20000};         // for everything
  std::chrono::milliseconds process_limit{5000};  // for reading one process
  std::size_t most_stack_bytes = 256 * 1024;      // copied of each thread
};

// Processes, threads, stacks, waits and descriptors; no graph, verdict or fingerprint. A process that has ended or may
// not be read is in it with a remark; `processes` is empty only if there is no process `root`.
// Not for several threads at once in the same process.
model::Hang capture_tree(const CaptureRequest& request);

}  // namespace wedge::diagnose
