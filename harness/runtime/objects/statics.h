// What is initialised once per process is initialised once per execution: a scenario's executions share a process, and
// without this the first one in each process would differ from all others.
#pragma once

namespace wedge::runtime {

// Called when the initialiser behind a once flag or the guard of a local static has run to its end. `size`: bytes of
// the flag that are zero before.
void note_initialised(void* flag, unsigned size);

// Before each execution: what the last one initialised is as it was. The objects are not destroyed; the next ones are
// made in their place. Only of the program itself: libraries keep what they have.
void forget_initialised();

}  // namespace wedge::runtime
