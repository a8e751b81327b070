// One function per class of hang. Each either recognises its class or says nothing; their order is in conclude.cpp.
#pragma once

#include "harness/diagnose/finding.h"

namespace wedge::diagnose::rules {

// rules_locks.cpp: what somebody holds
std::optional<Finding> deadlock(const Situation&, Facts&);
std::optional<Finding> suspected_deadlock(const Situation&, Facts&);
std::optional<Finding> owner_has_ended(const Situation&, Facts&);
std::optional<Finding> owner_is_parked(const Situation&, Facts&);
std::optional<Finding> starvation(const Situation&, Facts&);
std::optional<Finding> interpreter_lock_starvation(const Situation&, Facts&);

// rules_descriptors.cpp: what flows
std::optional<Finding> pipe_back_pressure(const Situation&, Facts&);
std::optional<Finding> orphaned_io(const Situation&, Facts&);
std::optional<Finding> deferred_work(const Situation&, Facts&);

// rules_wakeups.cpp: what somebody should have said
std::optional<Finding> lost_wakeup_with_evidence(const Situation&, Facts&);
std::optional<Finding> pool_exhausted(const Situation&, Facts&);
std::optional<Finding> nobody_is_left(const Situation&, Facts&);

// rules_signals.cpp: what cannot arrive
std::optional<Finding> signal_undeliverable(const Situation&, Facts&);

// rules_streams.cpp: what a device does not finish
std::optional<Finding> device_work(const Situation&, Facts&);

// rules_motion.cpp: what moves
std::optional<Finding> busy_livelock(const Situation&, Facts&);
std::optional<Finding> not_hung(const Situation&, Facts&);
std::optional<Finding> waits_for_the_outside(const Situation&, Facts&);

}  // namespace wedge::diagnose::rules
