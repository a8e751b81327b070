// Runs a command to its end, or to the end of our patience, and keeps what it printed.
#pragma once

#include <chrono>
#include <string>
#include <vector>

namespace conformance {

struct Finished {
  int exit_code = -1;  // 128 + the signal where one ended it
  bool out_of_time = false;
  std::string output;  // both streams, mixed
};

// Kills the command with all its children once `patience` is over.
Finished run_command(const std::vector<std::string>& command, std::chrono::seconds patience);

// As one would type it into a shell.
std::string to_shell(const std::vector<std::string>& command);

}  // namespace conformance
