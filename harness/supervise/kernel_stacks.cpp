// Captures a replay that stands still.
#include "harness/supervise/kernel_stacks.h"

#include <algorithm>
#include <array>
#include <map>
#include <string>

#include "harness/diagnose/capture.h"
#include "harness/supervise/capture.h"

namespace wedge::supervise {
namespace {

using model::Hang;
using model::Trace;

// The worker says nothing any more once it stands still, so its memory is looked at. False: it did not fail.
bool stands_still(Job& job, std::chrono::milliseconds limit) {
  const std::array<Job*, 1> jobs{&job};
  const auto end = Clock::now() + limit;
  while (job.control().result.written == 0) {
    if (Clock::now() > end || wait_a_moment(std::span<Job* const>(jobs), std::chrono::milliseconds(1))) return false;
  }
  return true;
}

bool is_of_the_runtime(const std::string& module) {
  return module.substr(module.rfind('/') + 1).starts_with("libwedge");
}

// Copies stacks of a capture into a trace, which has other module numbers.
class Adoption {
 public:
  Adoption(const Hang& hang, Trace& trace) : hang_(hang), trace_(trace) {
    if (!trace.stacks.empty()) next_ = trace.stacks.rbegin()->first + 1;
  }

  std::uint32_t adopt(std::uint32_t index) {
    const auto [known, is_new] = adopted_.try_emplace(index, next_);
    if (!is_new) return known->second;
    model::Stack stack;
    for (const model::Frame& frame : hang_.stacks.at(index).frames) {
      const model::Module& module = hang_.modules.at(frame.module);
      if (!is_of_the_runtime(module.path)) stack.frames.push_back({number_of(module), frame.offset, {}});
    }
    trace_.stacks.emplace(next_, std::move(stack));
    return next_++;
  }

 private:
  std::uint32_t number_of(const model::Module& module) {
    const auto found = std::ranges::find(trace_.modules, module.path, &model::Module::path);
    const auto index = static_cast<std::uint32_t>(found - trace_.modules.begin());
    if (found == trace_.modules.end()) trace_.modules.push_back(module);
    return index;
  }

  const Hang& hang_;
  Trace& trace_;
  std::uint32_t next_ = 1;
  std::map<std::uint32_t, std::uint32_t> adopted_;
};

const model::HangThread* thread_of(const Hang& hang, std::int32_t tid) {
  for (const model::HangProcess& process : hang.processes)
    for (const model::HangThread& thread : process.threads)
      if (thread.tid == tid) return &thread;
  return nullptr;
}

void adopt_stacks(const Hang& hang, const model::ControlBlock& control, Trace& trace) {
  Adoption adoption(hang, trace);
  for (const model::TaskRecord& task : trace.tasks) {
    if (task.state == model::TaskState::ended) continue;
    const model::HangThread* thread = thread_of(hang, control.tasks[task.id].kernel_thread);
    if (thread != nullptr && thread->stack != 0) trace.kernel_stacks[task.id] = adoption.adopt(thread->stack);
  }
}

}  // namespace

void add_kernel_stacks(Trace& trace, const ReplayPlan& plan) {
  Job job(plan.spec, plan.stuck);
  std::ranges::copy(trace.choices, job.control().choices);
  model::Recipe recipe = trace.recipe;
  recipe.carrier = model::CarrierKind::thread;
  model::Request request = request_for(recipe, model::Command::replay, recipe.execution, 1);
  request.flags |= model::request_flags::log_events | model::request_flags::hold_at_failure;
  request.replay_choices = trace.choices.size();
  job.send(request);
  if (!stands_still(job, plan.stuck) || job.control().result.outcome != trace.outcome) return;
  diagnose::CaptureRequest capture;
  capture.root = job.control().progress.worker_pid;
  capture.between_samples = std::chrono::milliseconds(0);
  capture.stop_running = false;
  adopt_stacks(diagnose::capture_tree(capture), job.control(), trace);
}

}  // namespace wedge::supervise
