// Reads all that one process shows, first what changes fastest: its threads and their stacks.
#include "harness/diagnose/process_reading.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <unistd.h>

#include "harness/diagnose/descriptors.h"
#include "harness/diagnose/language_runtime.h"
#include "harness/diagnose/stream_reading.h"
#include "harness/diagnose/waits.h"

namespace wedge::diagnose {
namespace {

std::string command_line_of(std::int32_t pid) {
  std::string text = read_whole(process_path(pid) + "/cmdline").value_or("");
  while (!text.empty() && text.back() == '\0') text.pop_back();
  std::ranges::replace(text, '\0', ' ');
  return text;
}

std::string hexadecimal(std::uint64_t value) {
  char text[24];
  std::snprintf(text, sizeof text, "%#llx", static_cast<unsigned long long>(value));
  return text;
}

std::string raw_lines(const ThreadReading& thread) {
  std::string raw = "stat: ";
  raw += thread.stat.state;
  if (thread.call_known) {
    raw += "\nsyscall: ";
    if (thread.call.running) {
      raw += "running";
    } else {
      raw += std::to_string(thread.call.number);
      for (const std::uint64_t argument : thread.call.arguments) raw += " " + hexadecimal(argument);
      raw += " " + hexadecimal(thread.call.stack_pointer) + " " + hexadecimal(thread.call.instruction);
    }
  }
  raw += "\nvoluntary_ctxt_switches: " + std::to_string(thread.status.voluntary_switches);
  raw += "\nnonvoluntary_ctxt_switches: " + std::to_string(thread.status.involuntary_switches);
  return raw;
}

model::HangThread thread_from(const ThreadReading& reading, const std::map<std::int32_t, Progress>& before) {
  model::HangThread thread;
  thread.tid = reading.tid;
  thread.name = reading.stat.name;
  thread.state = reading.stat.state;
  thread.stack_source = reading.source;
  thread.stack_remark = reading.remark;
  thread.looks = reading.looks;
  thread.repeated_looks = reading.repeated_looks;
  thread.blocked_signals = reading.status.blocked_signals;
  thread.pending_signals = reading.status.pending_signals;
  thread.raw = raw_lines(reading);
  const auto earlier = before.find(reading.tid);
  if (earlier == before.end()) return thread;
  const Progress& then = earlier->second;
  thread.cpu_s = std::max(0.0, reading.progress.cpu_s - then.cpu_s);
  thread.run_delay_s = std::max(0.0, reading.progress.run_delay_s - then.run_delay_s);
  thread.voluntary_switches = reading.progress.voluntary_switches - then.voluntary_switches;
  thread.involuntary_switches = reading.progress.involuntary_switches - then.involuntary_switches;
  return thread;
}

// What to say when a process keeps its memory to itself.
std::string missing_right(std::int32_t pid, int error) {
  const std::string what = "the stacks and waits of process " + std::to_string(pid);
  if (error != EPERM && error != EACCES) return "cannot read " + what + ": " + std::strerror(error);
  return "cannot read " + what +
         ": that needs the same user or CAP_SYS_PTRACE, and where kernel.yama.ptrace_scope is 1, an ancestor of the "
         "process (run as root, or let 'wedge watch' start the command)";
}

void read_identity(std::int32_t pid, ProcessReading& reading) {
  model::HangProcess& process = reading.process;
  process.pid = pid;
  if (const auto stat = read_stat(process_path(pid))) {
    process.parent = stat->parent;
    process.name = stat->name;
    process.state = stat->state;
    reading.started_s = stat->started_s;
  }
  if (const auto status = read_status(process_path(pid))) {
    process.ignored_signals = status->ignored_signals;
    process.caught_signals = status->caught_signals;
    process.pending_signals = status->shared_pending_signals;
  }
}

void read_threads_of(std::int32_t pid, const std::map<std::int32_t, Progress>& before, const CaptureRequest& request,
                     ProcessReading& reading) {
  const ReadingOptions options{request.stop_running, request.most_stack_bytes,
                               std::chrono::steady_clock::now() + request.process_limit * 3 / 4};
  ThreadsReading result = read_threads(reading.memory, options);
  reading.threads = std::move(result.threads);
  if (result.left_out > 0)
    reading.missing.push_back(std::to_string(result.left_out) + " threads of process " + std::to_string(pid) +
                              " could not be read in time");
  for (const ThreadReading& thread : reading.threads) reading.process.threads.push_back(thread_from(thread, before));
  const auto closed = std::ranges::find_if(
      reading.threads, [](const ThreadReading& thread) { return !thread.call_known && thread.stat.state != 'Z'; });
  if (closed == reading.threads.end()) return;
  reading.missing.push_back(missing_right(pid, closed->call_error));
  reading.process.remark = reading.missing.back();
}

// Its first thread may have ended before the others: then it looks like a zombie, and its memory is theirs.
std::optional<std::int32_t> living_thread(std::int32_t pid) {
  for (const std::int32_t tid : numbers_in(process_path(pid) + "/task").value_or(std::vector<std::int32_t>{})) {
    const auto stat = read_stat(thread_path(pid, tid));
    if (stat && stat->state != 'Z' && stat->state != 'X') return tid;
  }
  return std::nullopt;
}

}  // namespace

std::uint64_t bytes_moved_by(std::int32_t pid) {
  unsigned long long read = 0, written = 0;
  const std::string text = read_whole(process_path(pid) + "/io").value_or("");
  return std::sscanf(text.c_str(), "rchar: %llu\nwchar: %llu", &read, &written) == 2 ? read + written : 0;
}

ProcessReading read_process(std::int32_t pid, const std::map<std::int32_t, Progress>& before,
                            const CaptureRequest& request) {
  ProcessReading reading;
  read_identity(pid, reading);
  const std::optional<std::int32_t> living = living_thread(pid);
  if (reading.process.state == 'Z' && !living) {
    reading.process.remark = "a zombie: it has ended and its parent has not waited for it";
    return reading;
  }
  reading.memory = AddressSpace(reading.process.state == 'Z' ? *living : pid);
  read_threads_of(pid, before, request, reading);
  reading.streams = read_streams(reading);
  read_waits(reading);
  read_descriptors(reading);
  reading.process.command_line = command_line_of(pid);
  reading.process.runtime = language_runtime(reading.memory);
  if (const std::string why = request.wants_streams ? why_no_streams(reading.memory) : ""; !why.empty())
    reading.missing.push_back("the CUDA calls of process " + std::to_string(pid) + ": " + why);
  reading.process.executable = read_link(process_path(pid) + "/exe").value_or("");
  return reading;
}

}  // namespace wedge::diagnose
