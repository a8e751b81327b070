// Whether a tree of processes does anything, seen from outside and without touching its output.
#pragma once

#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "harness/supervise/process_table.h"

namespace wedge::supervise {

// Progress is processor time, a context switch, a byte read or written, a process or thread that begins or ends. Some
// runtimes have threads that wake all the time to look after themselves; of their processes only processor time that
// is worth mentioning and bytes count.
class ProgressMeter {
 public:
  // Whether anything has moved since the last look; the first look says yes.
  bool look(const std::vector<ProcessEntry>& members);

 private:
  struct Counters {
    std::uint64_t cpu_ticks = 0;
    std::uint64_t bytes = 0;
    std::uint64_t switches = 0;
    std::uint64_t threads = 0;
    bool wakes_by_itself = false;
    bool operator==(const Counters&) const = default;
  };
  using Process = std::pair<pid_t, std::uint64_t>;

  static Counters read(const ProcessEntry& process);
  static bool has_moved(const Counters& before, const Counters& now);

  std::map<Process, Counters> before_;
  bool first_ = true;
};

}  // namespace wedge::supervise
