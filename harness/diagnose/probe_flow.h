// Room in a full pipe, and the end of a stream that nobody would have ended.
#pragma once

#include <chrono>
#include <cstdint>
#include <vector>

#include "harness/diagnose/probe_outcome.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

struct FlowProbe {
  enum class Kind : std::uint8_t { drain, close } kind = Kind::drain;
  const model::HangProcess* process = nullptr;  // of the thread that waits
  const model::HangThread* thread = nullptr;
  std::int32_t descriptor = -1;             // that it waits for
  std::vector<model::DescriptorEnd> peers;  // close: what is to be closed, in processes of the tree
  bool is_socket = false;
};

// Those that fit the verdict; they point into `hang`.
std::vector<FlowProbe> flow_probes(const model::Hang& hang);

ProbeOutcome make(const FlowProbe& probe, std::chrono::milliseconds limit);

}  // namespace wedge::diagnose
