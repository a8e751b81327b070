// One thread as it was at one moment: its files in /proc and, of a blocked one, its stack.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "harness/diagnose/address_space.h"
#include "harness/diagnose/proc_files.h"
#include "harness/diagnose/unwinder.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

// What grows while a thread makes progress.
struct Progress {
  double cpu_s = 0;
  double run_delay_s = 0;
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
};
std::map<std::int32_t, Progress> progress_of_threads(std::int32_t pid);

struct ThreadReading {
  std::int32_t tid = 0;
  StatFile stat;
  StatusFile status;
  SystemCallFile call;
  bool call_known = false;
  int call_error = 0;   // why it is not
  bool parked = false;  // it stood still while the stack was copied
  Progress progress;
  StackCopy stack;
  model::StackSource source = model::StackSource::none;
  std::string remark;
  double stopped_s = 0;
  std::uint32_t looks = 0, repeated_looks = 0;  // see model::HangThread
};

struct ReadingOptions {
  bool stop_running = true;
  std::size_t most_stack_bytes = 256 * 1024;
  std::chrono::steady_clock::time_point deadline;
};

struct ThreadsReading {
  std::vector<ThreadReading> threads;
  std::size_t left_out = 0;  // for want of time
};

// Threads that end meanwhile do not count.
ThreadsReading read_threads(const AddressSpace& memory, const ReadingOptions& options);

}  // namespace wedge::diagnose
