// Looks at a file before it is started: what kind of program it is, or the one sentence on why it cannot be run.
#pragma once

#include <string>

namespace wedge::supervise {

enum class ProgramKind {
  plain,     // has a main() of its own: one process per execution
  scenario,  // its main() is wedge::scenario_main: many executions per process
};

// Throws EnvironmentError if the file cannot be run under control.
ProgramKind check_program(const std::string& path);

// The same for a program that runs without libwedge: with ThreadSanitizer's runtime in it, or just as it is.
// `scenario`: it is linked with wedge-free.
ProgramKind check_tsan_program(const std::string& path);
ProgramKind check_own_program(const std::string& path);

// For the recorder of CUDA calls: throws EnvironmentError if it can be seen in the command's own file that the program
// cannot have it in front. A script, or a program that starts others, may or may not.
void check_recordable(const std::string& command);

}  // namespace wedge::supervise
