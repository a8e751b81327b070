// Gives a context that will be used again fresh thread_local variables.
#pragma once

namespace wedge::runtime {

struct Context;

// Called before anything can have been opened at run time.
void remember_initial_modules();
// Requires: the calling task runs on `context`, and destructors of its thread_locals have run.
void reset_thread_locals(Context& context);

}  // namespace wedge::runtime
