// Who is whose child, read from /proc: a tree of processes is only known by looking at it again and again.
#pragma once

#include <cstdint>
#include <vector>

#include <sys/types.h>

namespace wedge::supervise {

struct ProcessEntry {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  char state = '?';
  std::uint64_t cpu_ticks = 0;   // of all its threads, ended ones included
  std::uint64_t start_time = 0;  // with the pid it names one process for ever

  bool ended() const { return state == 'Z' || state == 'X'; }
};

// Empty or one entry.
std::vector<ProcessEntry> process_entry(pid_t pid);

// Every process below `root`, parents before their children, `root` itself first unless it is the caller.
std::vector<ProcessEntry> tree_below(pid_t root);

// To this very process and to no later one with its pid; false if it is gone or may not be signalled.
bool send_signal(const ProcessEntry& process, int signal);

}  // namespace wedge::supervise
