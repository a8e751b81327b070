// What an experiment was, and what came of it.
#pragma once

#include <cstdint>

#include "harness/model/hang.h"

namespace wedge::diagnose {

enum class Shown : std::uint8_t {
  nothing,         // the experiment failed or can be read in two ways
  wakeup_lost,     // what was waited for was there
  nothing_to_get,  // it was not
  peer_kept_open,  // the end of the stream never came because somebody kept it open
  pipe_was_full,   // room in the pipe was all that was missing
};

struct ProbeOutcome {
  Shown shown = Shown::nothing;
  std::int32_t tid = 0;  // of a waiter that it is about
  model::Probe probe;
};

}  // namespace wedge::diagnose
