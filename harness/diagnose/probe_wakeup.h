// The wakeup that a thread waits for, sent by us.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "harness/diagnose/after_probe.h"
#include "harness/diagnose/probe_outcome.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

struct WakeupProbe {
  const model::HangProcess* process = nullptr;
  std::vector<Waiter> waiters;  // for one and the same thing
  std::string object;           // what the source calls it, or empty
  bool in_knot = false;

  std::uint64_t address() const { return waiters.front().address; }
  void add(const Waiter& waiter, bool is_in_knot) {
    waiters.push_back(waiter);
    in_knot = in_knot || is_in_knot;
  }
};

// A broadcast for a condition variable, a wake for a futex (nothing in memory is changed by it), and for an event loop
// the EINTR that any signal may bring.
ProbeOutcome make(const WakeupProbe& probe, std::chrono::milliseconds limit);

}  // namespace wedge::diagnose
