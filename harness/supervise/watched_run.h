// One execution of a command without libwedge: how it ended, what it wrote, and where it stood if it did not end.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::supervise {

struct WatchedRunSpec {
  std::vector<std::string> command;
  std::vector<std::string> variables;  // "NAME=value": instead of, or beside, those of our own environment
  std::chrono::milliseconds hang_after{10000};
  bool show_output = false;
  std::size_t most_output = std::size_t{64} << 10;  // is kept, of its end
};

struct WatchedRun {
  int wait_status = 0;
  std::optional<model::Hang> hang;  // it was ended after this was captured
  std::string output;               // the last of what it wrote; nothing if it was shown
};

// Throws EnvironmentError if it cannot be started, and Interrupted after Ctrl-C.
WatchedRun run_watched(const WatchedRunSpec& spec);

// The value of the variable in our own environment, or empty.
std::string own_variable(const char* name);

}  // namespace wedge::supervise
