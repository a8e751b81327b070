// The runtime's side of the control block: attaching to it, and one process's part in serving requests.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime {

// Finds the supervisor's control block by the environment and removes all trace of it from there. False: nobody
// controls us.
bool attach_control();
bool attached();

// A thread that starts while nothing is controlled in a process that is about to be forked from.
void note_uncontrolled_thread();

// Talking to the supervisor.
void say(model::ReplyKind kind, std::uint64_t execution = 0, std::int32_t wait_status = 0);
bool next_request();  // false: the supervisor has gone
[[noreturn]] void refuse_for_ever(const char* why);

// Waits for a forked worker; fills in the result of one that died without a word.
// `may_be_dirty`: a scenario worker, whose process ends with dirty_exit_status when it cannot go on.
std::int32_t await_worker(int pid, std::uint64_t heartbeat_before, bool may_be_dirty);
int fork_worker();
// Ends what a free execution's process has forked and left behind, daemons included. Requires: the process has ended,
// and adopt_orphans() was called before it was forked.
void end_left_behind(int pid);
void adopt_orphans();

void install_failure_handlers();  // crash signals, uncaught exceptions, the supervisor's "where are you?"

inline constexpr int dirty_exit_status = 43;  // of a scenario worker: passed, but cannot run another execution

}  // namespace wedge::runtime
