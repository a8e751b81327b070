// One process as it was at one moment, before anything in it has been given a name.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "harness/diagnose/capture.h"
#include "harness/diagnose/thread_reading.h"

namespace wedge::diagnose {

struct ProcessReading {
  model::HangProcess process;  // without its threads' stacks
  AddressSpace memory;
  std::vector<ThreadReading> threads;  // in the order of process.threads
  std::vector<std::string> missing;
  std::optional<model::Streams> streams;  // if its CUDA calls were recorded
  double started_s = 0;
};

// `before`: the first sample.
// All bytes that it has read and written so far, 0 if that is not known.
std::uint64_t bytes_moved_by(std::int32_t pid);

ProcessReading read_process(std::int32_t pid, const std::map<std::int32_t, Progress>& before,
                            const CaptureRequest& request);

}  // namespace wedge::diagnose
