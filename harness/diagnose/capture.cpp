// Takes the two samples, reads process after process, and only then, on the copies, unwinds and gives names.
#include "harness/diagnose/capture.h"

#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <thread>

#include <sys/utsname.h>
#include <time.h>

#include "harness/diagnose/ctrl_c.h"
#include "harness/diagnose/descriptors.h"
#include "harness/diagnose/process_reading.h"
#include "harness/diagnose/process_tree.h"
#include "harness/diagnose/stack_naming.h"
#include "harness/diagnose/wait_text.h"
#include "harness/diagnose/waits.h"
#include "harness/diagnose/within.h"
#include "harness/model/version.h"

namespace wedge::diagnose {
namespace {

using Clock = std::chrono::steady_clock;
using Sample = std::map<std::int32_t, std::map<std::int32_t, Progress>>;  // by process, by thread

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

std::string describe_host() {
  utsname name{};
  uname(&name);
  const unsigned processors = std::max(1U, std::thread::hardware_concurrency());
  return std::string(name.sysname) + " " + name.release + ", " + name.machine + ", " + std::to_string(processors) +
         (processors == 1 ? " processor" : " processors");
}

double seconds_since_boot() {
  timespec now{};
  clock_gettime(CLOCK_BOOTTIME, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

std::vector<std::int32_t> roots_of(const CaptureRequest& request) {
  std::vector<std::int32_t> roots{request.root};
  roots.insert(roots.end(), request.also.begin(), request.also.end());
  return roots;
}

std::string in_seconds(std::chrono::milliseconds time) {
  char text[24];
  std::snprintf(text, sizeof text, "%.3g s", static_cast<double>(time.count()) * 1e-3);
  return text;
}

std::chrono::milliseconds time_until(Clock::time_point deadline) {
  return std::max(std::chrono::milliseconds(1),
                  std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()));
}

// What can be said about a process whose memory does not answer.
ProcessReading unreadable(std::int32_t pid, std::chrono::milliseconds limit) {
  ProcessReading reading;
  const auto stat = read_stat(process_path(pid));
  reading.process.pid = pid;
  if (stat) reading.process.parent = stat->parent;
  if (stat) reading.process.name = stat->name;
  if (stat) reading.process.state = stat->state;
  reading.process.remark = "could not be read within " + in_seconds(limit);
  reading.missing.push_back("process " + std::to_string(pid) + " " + reading.process.remark);
  return reading;
}

ProcessReading read_in_time(std::int32_t pid, const std::map<std::int32_t, Progress>& before,
                            const CaptureRequest& request, Clock::time_point deadline) {
  const auto limit = std::min(request.process_limit, time_until(deadline));
  const auto result = std::make_shared<ProcessReading>();
  const bool done = within(limit, [=] { *result = read_process(pid, before, request); });
  return done ? std::move(*result) : unreadable(pid, limit);
}

// Symbols are read from files, and a file may lie on a machine that does not answer.
void name_in_time(const CaptureRequest& request, Clock::time_point deadline, std::vector<ProcessReading>& readings,
                  model::Hang& hang) {
  struct Work {
    std::vector<ProcessReading> readings;
    model::Hang hang;
  };
  const auto work = std::make_shared<Work>(Work{readings, hang});
  // A little longer than the step's own deadline, which it keeps unless it is stuck.
  const bool done = within(time_until(deadline) + std::chrono::seconds(1),
                           [=] { name_stacks(request, deadline, work->readings, work->hang); });
  if (done) {
    readings = std::move(work->readings);
    hang = std::move(work->hang);
  } else {
    hang.missing.emplace_back("all stacks are missing: the files of the programs could not be read in time");
  }
}

bool speaks_of_cuda(const std::string& missing) { return missing.find("CUDA calls") != std::string::npos; }

// A thread inside the CUDA runtime sleeps in an ioctl or runs in circles; what it waits for says more.
void tell_calls(model::HangProcess& process, const model::Streams& streams) {
  for (const model::StreamCall& call : streams.calls) {
    const auto thread = std::ranges::find(process.threads, call.thread, &model::HangThread::tid);
    if (thread == process.threads.end() || !model::held_up_by(streams, call)) continue;
    thread->wait.text = model::awaited_words(streams, call);
    if (call.since_ns) thread->wait.since_s = static_cast<double>(*call.since_ns) * 1e-9;
  }
}

}  // namespace

model::Hang capture_tree(const CaptureRequest& request) {
  const auto start = Clock::now();
  const auto deadline = start + request.between_samples + request.limit;
  model::Hang hang;
  hang.wedge = WEDGE_VERSION;
  hang.trigger = "asked for";
  hang.host = describe_host();
  hang.root = request.root;
  hang.stacks.emplace_back();

  Sample before;
  for (const std::int32_t pid : processes_of_tree(roots_of(request))) before[pid] = progress_of_threads(pid);
  std::map<std::int32_t, std::uint64_t> bytes_before;
  for (const auto& [pid, threads] : before) bytes_before[pid] = bytes_moved_by(pid);
  const auto first_sample = Clock::now();
  if (!before.empty()) std::this_thread::sleep_for(request.between_samples);

  std::vector<ProcessReading> readings;
  hang.sample_s = seconds_since(first_sample);
  for (const std::int32_t pid : processes_of_tree(roots_of(request))) {
    readings.push_back(read_in_time(pid, before[pid], request, deadline));
    const auto earlier = bytes_before.find(pid);
    const std::uint64_t now = bytes_moved_by(pid);
    if (earlier != bytes_before.end() && now > earlier->second)
      readings.back().process.bytes_moved = now - earlier->second;
  }

  find_awaited_children(readings);
  find_ends(readings);

  name_in_time(request, deadline, readings, hang);
  for (ProcessReading& reading : readings) {
    reading.process.ctrl_c = predict_ctrl_c(reading);
    for (model::HangThread& thread : reading.process.threads) thread.wait.text = wait_text(reading.process, thread);
    if (reading.streams) tell_calls(reading.process, *reading.streams);
    for (const ThreadReading& thread : reading.threads)
      hang.longest_stop_s = std::max(hang.longest_stop_s, thread.stopped_s);
    if (reading.process.pid == request.root) hang.elapsed_s = seconds_since_boot() - reading.started_s;
    hang.missing.insert(hang.missing.end(), reading.missing.begin(), reading.missing.end());
    hang.processes.push_back(std::move(reading.process));
    if (reading.streams) hang.streams.push_back(std::move(*reading.streams));
  }
  if (request.wants_streams && hang.streams.empty() && std::ranges::none_of(hang.missing, speaks_of_cuda))
    hang.missing.emplace_back("CUDA calls: no process of the command uses the CUDA runtime");
  hang.capture_s = seconds_since(start) - hang.sample_s;
  return hang;
}

}  // namespace wedge::diagnose
