// Which modules are instrumented: calls of memcpy and the like count as their accesses only when these make them.
#pragma once

namespace wedge::runtime {

// The module that holds `code` has been compiled with -fsanitize=thread. Called before main, or by dlopen.
void note_instrumented_module(const void* code);

}  // namespace wedge::runtime
