// Signals that a task sends to itself: delivered at once, by calling the handler.
#pragma once

namespace wedge::runtime {

// Does what the signal does to the calling task: nothing if it is ignored, the handler's work, or the end of the
// process.
void deliver_to_self(int signal);
bool blocks_signal(int signal);
bool ignores_signal(int signal);

}  // namespace wedge::runtime
