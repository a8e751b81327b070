// Which switch pairs an execution makes (model::PairSet), and the schedules worth keeping because they made new ones.
//
// A pair is named by what both tasks were about to do: the operation, the kind of thing, which one of that kind, and
// the function it stands in where that is known. Things are numbered in the order of their use and functions are
// counted from the start of the program, so that a pair has the same name in every execution that makes it.
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime {

struct Task;

// Where the pairs of this execution go; null: nobody asked.
extern model::PairSet* covered;

// `member`: whose pairs they are. Requires: the control block is there.
void begin_coverage(const model::Request& request, std::uint8_t member);

// Of an execution that is no strategy's draw: it counts for none of them.
void begin_uncovered();

// A name for what the task is about to use, the same in most executions: by its kind and in the order of first use.
// 0: it has none.
std::uint32_t thing_of(const Task& task);

void note_switch(const Task& from, const Task& to);

// The execution has passed after `steps` steps; its choices are still in the control block. Keeps its schedule if it
// made enough new pairs, and what was noted about its tasks. May be called by another process than the one that
// executed.
void keep_schedule(std::uint64_t execution, std::uint64_t steps);

}  // namespace wedge::runtime
