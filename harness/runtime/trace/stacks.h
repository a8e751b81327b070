// Stacks of the program under test, deduplicated, in the control block.
#pragma once

namespace wedge::runtime {

void begin_stacks();
void finish_stacks();  // writes how many there are

}  // namespace wedge::runtime
