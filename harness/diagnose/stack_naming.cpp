// Unwinds and names the copies; a thread whose copy says too little is stopped for another one only if that is allowed.
#include "harness/diagnose/stack_naming.h"

#include "harness/diagnose/seize.h"
#include "harness/diagnose/stack_namer.h"
#include "harness/diagnose/stream_reading.h"
#include "harness/diagnose/unwinder.h"

namespace wedge::diagnose {
namespace {

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

// In state D no stop reaches it, and a second tracer is refused.
bool may_be_seized(const ThreadReading& thread) {
  return thread.source == model::StackSource::passive && thread.stat.state != 'D' && thread.status.tracer == 0;
}

std::string refusal(const CaptureRequest& request, const ThreadReading& thread) {
  if (thread.stat.state == 'D') return "; it cannot be stopped for more, being in state D";
  if (thread.status.tracer != 0)
    return "; it cannot be stopped for more: process " + std::to_string(thread.status.tracer) + " traces it";
  return request.allow_seize_blocked ? "" : "; it was not stopped for more, as that could change what it does";
}

class ProcessNaming {
 public:
  ProcessNaming(const CaptureRequest& request, ProcessReading& reading, StackNamer& namer)
      : request_(request), reading_(reading), namer_(namer), unwinder_(reading.memory) {}

  void name(ThreadReading& thread, model::HangThread& result) {
    name_object(result.wait);
    if (thread.source == model::StackSource::none) return;
    Unwound unwound = unwinder_.unwind(thread.stack);
    if (!unwound.complete && request_.allow_seize_blocked && may_be_seized(thread)) unwound = stop_for(thread, unwound);
    result.stack_source = thread.source;
    result.stack_complete = unwound.complete;
    if (!unwound.remark.empty()) result.stack_remark = unwound.remark;
    if (!unwound.complete && thread.source == model::StackSource::passive)
      result.stack_remark += refusal(request_, thread);
    result.stack = namer_.stack(reading_.memory, unwound.instructions);
    tell_from_functions(namer_.named(result.stack), result.wait);
  }

 private:
  void name_object(model::Wait& wait) {
    if (wait.address != 0) wait.object = namer_.variable(reading_.memory, wait.address, object_kind(wait.kind));
  }

  // Returns the better of the two.
  Unwound stop_for(ThreadReading& thread, const Unwound& passive) {
    Seized seized = seize(reading_.memory, thread.tid, request_.most_stack_bytes);
    thread.stopped_s = seized.stopped_s;
    if (!seized.stack) return passive;
    Unwound unwound = unwinder_.unwind(*seized.stack);
    if (!unwound.complete && unwound.instructions.size() <= passive.instructions.size()) return passive;
    thread.source = model::StackSource::seized;
    return unwound;
  }

  const CaptureRequest& request_;
  ProcessReading& reading_;
  StackNamer& namer_;
  Unwinder unwinder_;
};

}  // namespace

void name_stacks(const CaptureRequest& request, std::chrono::steady_clock::time_point deadline,
                 std::vector<ProcessReading>& readings, model::Hang& hang) {
  StackNamer namer(hang);
  bool late = false;
  for (ProcessReading& reading : readings) {
    if (!reading.memory.known()) continue;
    if (reading.streams) name_kernels(*reading.streams, reading.memory, namer.symbols());
    ProcessNaming naming(request, reading, namer);
    for (std::size_t i = 0; i < reading.threads.size(); ++i) {
      late = late || std::chrono::steady_clock::now() >= deadline;
      if (late)
        reading.process.threads[i].stack_remark = "the time for the capture was over before its stack was unwound";
      else
        naming.name(reading.threads[i], reading.process.threads[i]);
    }
  }
  if (late) hang.missing.emplace_back("stacks are missing: the time for the capture was over");
}

}  // namespace wedge::diagnose
