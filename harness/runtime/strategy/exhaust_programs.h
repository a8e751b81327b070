// Programs of the model as real ones: the part of the test that is compiled with -fsanitize=thread.
#pragma once

#include "harness/runtime/strategy/exhaust_model.h"

namespace wedge::runtime {

inline constexpr std::size_t most_tasks = 4;
inline constexpr std::size_t most_seen = 16;

// Shared with the child that executes, so that it outlives a deadlock.
struct Board {
  // Of the execution at hand.
  int atomics[model_program::things];
  std::size_t at[most_tasks];
  int seen[most_tasks][most_seen];
  std::size_t seen_count[most_tasks];
  // Of all.
  char outcomes[1 << 20];
  std::size_t used;
};

Board& board();

// The last task of the program only joins the others.
void run_program(const model_program::Program& program);

void two_tasks_increment_eight_times();
void three_tasks_lock_three_times();
void six_independent_tasks();
void one_write_nine_reads_by_one_task();
void one_write_six_reads_by_six_tasks();

}  // namespace wedge::runtime
