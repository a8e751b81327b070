// Starts the program under test with the runtime in front and the control block at hand, always in the same way, so
// that every process of a campaign begins from the same state.
#pragma once

#include <string>
#include <vector>

#include <sys/types.h>

namespace wedge::supervise {

struct LaunchSpec {
  std::string program;  // a path with a slash
  std::vector<std::string> arguments;
  std::string runtime;  // path of libwedge.so
  bool show_output = false;
  int output_file = -1;  // where output goes that is not shown; -1: nowhere
};

struct Launched {
  pid_t pid = -1;
  int socket = -1;  // the supervisor's end
};

// Throws EnvironmentError if the process cannot be started; says why when exec itself failed.
Launched launch(const LaunchSpec& spec, int control_file);

// "NAME=value" strings for a process that is to be controlled: the runtime first in LD_PRELOAD.
std::vector<std::string> controlled_environment(const std::string& runtime, int socket, int control_file);

// Replaces this process by `command`, a debugger that starts the program itself; the two files stay open in it.
[[noreturn]] void become(const std::vector<std::string>& command);

}  // namespace wedge::supervise
