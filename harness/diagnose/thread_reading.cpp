// Reads threads without stopping them, and reads again until a thread is seen not to have moved meanwhile.
#include "harness/diagnose/thread_reading.h"

#include <cerrno>
#include <cstdio>
#include <thread>

#include "harness/diagnose/seize.h"

namespace wedge::diagnose {
namespace {

constexpr int most_readings = 6;
constexpr auto first_pause_for_a_poller = std::chrono::milliseconds(1);  // each the double of the one before
constexpr int most_pauses = 25;                                          // in one process
constexpr int most_looked_at = 8;  // threads of a process: each takes up to a tenth of a second

Progress progress_from(const std::string& directory, const StatFile& stat, const StatusFile& status) {
  Progress progress{stat.cpu_s, 0, status.voluntary_switches, status.involuntary_switches};
  // Finer than the clock ticks, where the kernel keeps it.
  unsigned long long on_processor = 0, waiting = 0;
  const auto schedule = read_whole(directory + "/schedstat");
  if (!schedule || std::sscanf(schedule->c_str(), "%llu %llu", &on_processor, &waiting) != 2) return progress;
  progress.cpu_s = static_cast<double>(on_processor) * 1e-9;
  progress.run_delay_s = static_cast<double>(waiting) * 1e-9;
  return progress;
}

bool read_files(const std::string& directory, ThreadReading& thread) {
  const auto stat = read_stat(directory);
  const auto status = read_status(directory);
  if (!stat || !status) return false;
  thread.stat = *stat;
  thread.status = *status;
  thread.progress = progress_from(directory, *stat, *status);
  errno = 0;
  const auto call = read_system_call(directory);
  thread.call_error = errno;
  thread.call_known = call.has_value();
  if (call) thread.call = *call;
  return true;
}

bool has_moved(const std::string& directory, const ThreadReading& thread) {
  const auto status = read_status(directory);
  const auto call = read_system_call(directory);
  return !status || !call || !(*call == thread.call) ||
         status->voluntary_switches != thread.status.voluntary_switches ||
         status->involuntary_switches != thread.status.involuntary_switches;
}

// False: the thread is gone.
bool read_thread(const AddressSpace& memory, const ReadingOptions& options, int& pauses_left, ThreadReading& thread) {
  const std::string directory = thread_path(memory.pid(), thread.tid);
  for (int reading = 0; reading < most_readings; ++reading) {
    if (!read_files(directory, thread)) return false;
    if (thread.stat.state == 'Z' || thread.stat.state == 'X' || !thread.call_known) return true;
    if (thread.call.running || thread.call.stack_pointer == 0) {
      // One that asks again and again sleeps most of the time: it is worth waiting for.
      const bool again = reading + 1 < most_readings && pauses_left-- > 0;
      if (again) std::this_thread::sleep_for(first_pause_for_a_poller * (1 << reading));
      continue;
    }
    thread.stack = {thread.call.stack_pointer, thread.call.instruction, std::nullopt, thread.call.arguments,
                    memory.copy(thread.call.stack_pointer, options.most_stack_bytes)};
    if (has_moved(directory, thread)) continue;
    thread.parked = true;
    thread.source = model::StackSource::passive;
    return true;
  }
  thread.stack = {};
  return true;
}

// On a processor twice in a row: such a thread is in no system call that a stop could interrupt.
bool may_be_stopped(const ThreadReading& thread) {
  return thread.call_known && thread.call.running && thread.stat.state == 'R' && thread.status.tracer == 0;
}

void stop_shortly(const AddressSpace& memory, const ReadingOptions& options, Looks looks, ThreadReading& thread) {
  if (std::chrono::steady_clock::now() >= options.deadline) {
    thread.remark = "not stopped for its stack: the time for this process was over";
    return;
  }
  Seized seized = seize(memory, thread.tid, options.most_stack_bytes, looks);
  thread.looks = seized.looks;
  thread.repeated_looks = seized.repeated_looks;
  thread.stopped_s = seized.stopped_s;
  thread.remark = seized.remark;
  if (!seized.stack) return;
  thread.stack = std::move(*seized.stack);
  thread.source = model::StackSource::seized;
}

}  // namespace

std::map<std::int32_t, Progress> progress_of_threads(std::int32_t pid) {
  std::map<std::int32_t, Progress> all;
  for (const std::int32_t tid : numbers_in(process_path(pid) + "/task").value_or(std::vector<std::int32_t>{})) {
    const std::string directory = thread_path(pid, tid);
    const auto stat = read_stat(directory);
    const auto status = read_status(directory);
    if (stat && status) all[tid] = progress_from(directory, *stat, *status);
  }
  return all;
}

ThreadsReading read_threads(const AddressSpace& memory, const ReadingOptions& options) {
  ThreadsReading result;
  int pauses_left = most_pauses;
  std::vector<ThreadReading>& threads = result.threads;
  const std::string tasks = process_path(memory.pid()) + "/task";
  for (const std::int32_t tid : numbers_in(tasks).value_or(std::vector<std::int32_t>{})) {
    if (std::chrono::steady_clock::now() >= options.deadline) {
      ++result.left_out;
      continue;
    }
    ThreadReading thread;
    thread.tid = tid;
    if (read_thread(memory, options, pauses_left, thread)) threads.push_back(std::move(thread));
  }
  int looked_at = 0;
  // Last, so that a stopped thread cannot hold up the reading of others.
  for (ThreadReading& thread : threads) {
    if (thread.source != model::StackSource::none) continue;
    if (!thread.call_known || thread.stat.state == 'Z') continue;
    if (may_be_stopped(thread) && options.stop_running)
      stop_shortly(memory, options, looked_at++ < most_looked_at ? Looks::many : Looks::one, thread);
    else if (thread.status.tracer != 0)
      thread.remark = "runs, and process " + std::to_string(thread.status.tracer) + " traces it already";
    else
      thread.remark = "moved while it was looked at";
  }
  return result;
}

}  // namespace wedge::diagnose
