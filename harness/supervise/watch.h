// Runs a command as if nobody watched, until it hangs: then the report, and the end of everything it started.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace wedge::supervise {

struct WatchPlan {
  std::vector<std::string> command;
  std::optional<std::chrono::milliseconds> deadline;  // since the start; time stopped with Ctrl-Z does not count
  std::optional<std::chrono::milliseconds> idle;      // since the last progress
  std::chrono::milliseconds grace{5000};              // between SIGTERM and SIGKILL
  std::string out;                                    // folder of the reports
  std::string report;                                 // file for the one in markdown; empty: in `out`
  bool probe = false;
  std::string cuda_recorder;  // library to put in front of the CUDA runtime; empty: none
};

struct Watched {
  bool hung = false;    // the report is written, or was tried to, and the tree has ended
  int wait_status = 0;  // of the command, if it did not hang
};

// Once in the life of a process: its standard input and output and all descriptors it was started with are closed, so
// that only the command holds them. Throws StartError if the command cannot be started.
Watched watch(const WatchPlan& plan);

}  // namespace wedge::supervise
