// Gives a context that will be used again fresh thread_local variables.
#pragma once

namespace wedge::runtime {

struct Context;

void forget_thread_local_images();  // after dlopen: look for modules again
// Requires: the calling task runs on `context`, and destructors of its thread_locals have run.
void reset_thread_locals(Context& context);

}  // namespace wedge::runtime
