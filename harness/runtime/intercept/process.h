// How a program ends itself, for those who call that on its behalf.
#pragma once

namespace wedge::runtime {

[[noreturn]] void exit_program(int status);
[[noreturn]] void exit_as_last_task();
[[noreturn]] void panic(const char* text);

}  // namespace wedge::runtime
