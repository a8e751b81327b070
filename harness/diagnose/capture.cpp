// Takes the two samples, reads process after process, and only then, on the copies, unwinds and gives names.
#include "harness/diagnose/capture.h"

#include <algorithm>
#include <map>
#include <thread>

#include <sys/utsname.h>
#include <time.h>

#include "harness/diagnose/process_reading.h"
#include "harness/diagnose/process_tree.h"
#include "harness/diagnose/stack_namer.h"
#include "harness/diagnose/unwinder.h"
#include "harness/diagnose/waits.h"
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

void name_threads(ProcessReading& reading, StackNamer& namer) {
  Unwinder unwinder(reading.memory);
  for (std::size_t i = 0; i < reading.threads.size(); ++i) {
    const ThreadReading& thread = reading.threads[i];
    if (thread.source == model::StackSource::none) continue;
    model::HangThread& result = reading.process.threads[i];
    Unwound unwound = unwinder.unwind(thread.stack);
    result.stack_complete = unwound.complete;
    if (!unwound.remark.empty()) result.stack_remark = unwound.remark;
    result.stack = namer.stack(reading.memory, unwound.instructions);
  }
}

}  // namespace

model::Hang capture_tree(const CaptureRequest& request) {
  const auto start = Clock::now();
  model::Hang hang;
  hang.wedge = WEDGE_VERSION;
  hang.trigger = "asked for";
  hang.host = describe_host();
  hang.root = request.root;
  hang.stacks.emplace_back();

  Sample before;
  for (const std::int32_t pid : processes_of_tree(roots_of(request))) before[pid] = progress_of_threads(pid);
  const auto first_sample = Clock::now();
  if (!before.empty()) std::this_thread::sleep_for(request.between_samples);

  std::vector<ProcessReading> readings;
  hang.sample_s = seconds_since(first_sample);
  for (const std::int32_t pid : processes_of_tree(roots_of(request)))
    readings.push_back(read_process(pid, before[pid], request));

  find_awaited_children(readings);

  StackNamer namer(hang);
  for (ProcessReading& reading : readings) {
    if (reading.memory.known()) name_threads(reading, namer);
    for (const ThreadReading& thread : reading.threads)
      hang.longest_stop_s = std::max(hang.longest_stop_s, thread.stopped_s);
    if (reading.process.pid == request.root) hang.elapsed_s = seconds_since_boot() - reading.started_s;
    hang.missing.insert(hang.missing.end(), reading.missing.begin(), reading.missing.end());
    hang.processes.push_back(std::move(reading.process));
  }
  hang.capture_s = seconds_since(start) - hang.sample_s;
  return hang;
}

}  // namespace wedge::diagnose
