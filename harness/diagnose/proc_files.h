// What /proc says about processes and threads, as plain values; a file that is gone or closed to us is an answer, too.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wedge::diagnose {

// The whole file; empty and errno set when it cannot be read.
std::optional<std::string> read_whole(const std::string& path);
// Where a symbolic link leads; empty and errno set when that cannot be read.
std::optional<std::string> read_link(const std::string& path);
// The entries of a directory whose names are numbers, in order: processes, threads, descriptors.
std::optional<std::vector<std::int32_t>> numbers_in(const std::string& directory);

// Of a thread that is not the first of its process, /proc/TID exists, too, but is not listed.
bool is_process(std::int32_t pid);

std::string process_path(std::int32_t pid);                   // "/proc/PID"
std::string thread_path(std::int32_t pid, std::int32_t tid);  // "/proc/PID/task/TID"

struct StatFile {
  std::string name;
  char state = '?';
  std::int32_t parent = 0;
  bool kernel_thread = false;
  double cpu_s = 0;
  double started_s = 0;  // after the machine
};
std::optional<StatFile> read_stat(const std::string& directory);

struct StatusFile {
  std::uint64_t voluntary_switches = 0;
  std::uint64_t involuntary_switches = 0;
  std::uint64_t pending_signals = 0;         // of the thread
  std::uint64_t shared_pending_signals = 0;  // of the process
  std::uint64_t blocked_signals = 0;
  std::uint64_t ignored_signals = 0;
  std::uint64_t caught_signals = 0;
  std::int32_t tracer = 0;
  std::int32_t user = -1;
  std::int32_t inner_id = 0;  // what the process itself takes for this id: its own PID namespace counts anew
};
std::optional<StatusFile> read_status(const std::string& directory);

// /proc/PID/task/TID/syscall: what a blocked thread asked the kernel for, and two of its registers.
struct SystemCallFile {
  bool running = false;      // nothing else is known then
  std::int64_t number = -1;  // -1: blocked outside a system call, in a page fault for example
  std::array<std::uint64_t, 6> arguments{};
  std::uint64_t stack_pointer = 0;
  std::uint64_t instruction = 0;

  bool operator==(const SystemCallFile&) const = default;
};
std::optional<SystemCallFile> read_system_call(const std::string& directory);

struct Mapping {
  std::uint64_t start = 0;
  std::uint64_t end = 0;
  std::uint64_t offset = 0;
  std::uint64_t inode = 0;
  bool readable = false, writable = false, executable = false;
  std::string path;  // of a file, or "[vdso]"; empty: memory of nobody's

  bool holds(std::uint64_t address) const { return address >= start && address < end; }
};
std::optional<std::vector<Mapping>> read_mappings(std::int32_t pid);

}  // namespace wedge::diagnose
