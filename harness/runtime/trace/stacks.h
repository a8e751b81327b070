// Stacks of the program under test, deduplicated, in the control block.
#pragma once

#include <cstdint>

namespace wedge::runtime {

struct Task;

void begin_stacks();
void finish_stacks();                                    // writes how many there are
std::uint32_t record_place(const void* return_address);  // a stack of that call alone; 0 if there is none

// The calls that instrumented code has noted, with the return address `pc` innermost: cheap enough for every access.
std::uint32_t record_shadow_stack(const Task& task, const void* pc);

}  // namespace wedge::runtime
