// Takes the two samples, reads process after process, and only then, on the copies, unwinds and gives names.
#include "harness/diagnose/capture.h"

#include <algorithm>
#include <map>
#include <thread>

#include <sys/utsname.h>
#include <time.h>

#include "harness/diagnose/ctrl_c.h"
#include "harness/diagnose/descriptors.h"
#include "harness/diagnose/process_reading.h"
#include "harness/diagnose/process_tree.h"
#include "harness/diagnose/stack_namer.h"
#include "harness/diagnose/unwinder.h"
#include "harness/diagnose/wait_text.h"
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

model::ObjectKind object_kind(model::WaitKind kind) {
  switch (kind) {
    case model::WaitKind::mutex:
      return model::ObjectKind::mutex;
    case model::WaitKind::rwlock_read:
    case model::WaitKind::rwlock_write:
      return model::ObjectKind::rwlock;
    case model::WaitKind::condition:
      return model::ObjectKind::condition;
    case model::WaitKind::semaphore:
      return model::ObjectKind::semaphore;
    default:
      return model::ObjectKind::futex;
  }
}

// Barriers and once flags wait as any futex does; only the function that was called tells.
void tell_from_functions(const model::Stack& stack, model::Wait& wait) {
  if (wait.kind != model::WaitKind::futex) return;
  for (const model::Frame& frame : stack.frames)
    for (const model::Place& place : frame.places) {
      if (place.function == "pthread_barrier_wait") wait.flavour = "barrier";
      if (place.function == "pthread_once" || place.function == "__pthread_once") wait.flavour = "once flag";
    }
}

void name_threads(ProcessReading& reading, StackNamer& namer) {
  Unwinder unwinder(reading.memory);
  for (std::size_t i = 0; i < reading.threads.size(); ++i) {
    const ThreadReading& thread = reading.threads[i];
    model::HangThread& result = reading.process.threads[i];
    if (result.wait.address != 0)
      result.wait.object = namer.variable(reading.memory, result.wait.address, object_kind(result.wait.kind));
    if (thread.source == model::StackSource::none) continue;
    Unwound unwound = unwinder.unwind(thread.stack);
    result.stack_complete = unwound.complete;
    if (!unwound.remark.empty()) result.stack_remark = unwound.remark;
    result.stack = namer.stack(reading.memory, unwound.instructions);
    tell_from_functions(namer.named(result.stack), result.wait);
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
  find_ends(readings);

  StackNamer namer(hang);
  for (ProcessReading& reading : readings) {
    if (reading.memory.known()) name_threads(reading, namer);
    reading.process.ctrl_c = predict_ctrl_c(reading);
    for (model::HangThread& thread : reading.process.threads) thread.wait.text = wait_text(reading.process, thread);
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
