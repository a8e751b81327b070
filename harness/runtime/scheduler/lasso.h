// Finds out that a program goes round for ever: that it has come into a set of states which no choice leaves.
//
// A probe takes some thousand steps. It notes each state and every move out of it: a task that may run next, or the
// clock. When every move out of every state has been tried, and none has led out of the set, the set is closed. The
// first look at a state is a cheap one; what it finds is believed only if the same comes out when the stacks of all
// tasks, and then all memory of the program, are compared, too. So a counter anywhere, a bounded number of attempts or
// a growing back-off is no lasso, and neither is a loop of which every round may end otherwise. What the kernel or the
// machine knows, such as the contents of a pipe, is not seen: operations on descriptors, reading the clock and random
// data begin the probe anew, and while a task waits for a descriptor there is none.
#pragma once

#include "harness/model/control_block.h"
#include "harness/runtime/scheduler/task.h"

namespace wedge::runtime {

// `replays_one`: the trace that is replayed ends in one. No replay looks for others.
void begin_lasso(bool replaying, bool replays_one);

// The step at which the next probe begins or the running one ends; called when that step has come, and with
// `begin_now` when the fair suffix begins. Sets attention::probing while a probe runs.
std::uint64_t next_probe();
void update_probe(bool begin_now);
// Somebody said that there is progress.
void restart_probes();

// Before each choice while a probe runs. True: the execution goes round for ever.
bool goes_round();
model::ChoiceEntry probing_choice();  // what the probe wants to see next
void note_move(model::ChoiceEntry entry);
// The frame from which on the calling task's stack holds all that the task has: see Task::frame.
#define WEDGE_NOTE_FRAME() (__builtin_unwind_init(), note_frame(__builtin_frame_address(0)))
void note_frame(const void* frame);

// Replays: notes the state before each choice, and says from which step on the last one repeats. False: it does not.
void remember_state();
bool find_repetition(std::uint64_t& since_step);

// How each task gets on under the fair suffix: called when `next` was chosen, before it goes on.
void watch_progress(Task& next);
// A task that only tried, all the time, while others got on; null if there is none.
const Task* starved_task();

}  // namespace wedge::runtime
