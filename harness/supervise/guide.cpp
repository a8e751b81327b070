// From choices to a guide, and from a guide to an execution.
#include "harness/supervise/guide.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "harness/supervise/capture.h"
#include "harness/supervise/errors.h"

namespace wedge::supervise {
namespace {

using model::ChoiceEntry;
using model::GuideEntry;
using model::Operation;
using model::Trace;

// Under the default a task that yields gives way, so that it did go on has to be said.
std::set<std::uint64_t> steps_that_yield(const Trace& trace) {
  std::set<std::uint64_t> steps;
  for (const model::EventRecord& event : trace.events)
    if (event.operation == Operation::yield) steps.insert(event.step);
  return steps;
}

class GuideMaker {
 public:
  explicit GuideMaker(const Trace& trace) : yields_(steps_that_yield(trace)) {
    for (const ChoiceEntry choice : trace.choices) add(choice);
  }

  Guide guide() && {
    std::ranges::stable_sort(guide_, {},
                             [](const GuideEntry& entry) { return std::pair(entry.task, entry.own_steps); });
    return std::move(guide_);
  }

 private:
  void add(ChoiceEntry choice) {
    if (choice == model::lasso_choice) return;  // nobody's choice: what was found where it stands
    const bool is_task =
        choice != model::clock_choice && choice != model::spurious_choice && choice < model::first_value;
    if (!is_task || choice != last_ || yielded_ || ++streak_ >= model::guide_patience) {
      guide_.push_back({last_, choice, own_steps_[last_], model::not_used, 0});
      streak_ = 0;
    }
    if (is_task) {
      yielded_ = yields_.contains(step_);
      last_ = choice;
      ++own_steps_[choice];
    }
    ++step_;
  }

  std::set<std::uint64_t> yields_;
  Guide guide_;
  std::map<std::uint16_t, std::uint32_t> own_steps_;
  std::uint16_t last_ = 0;  // the main task runs first, without having been chosen
  std::uint32_t streak_ = 0;
  std::uint64_t step_ = 0;
  bool yielded_ = false;
};

}  // namespace

Guide guide_of(const Trace& trace) { return GuideMaker(trace).guide(); }

bool is_switch(const GuideEntry& entry) {
  if (entry.choice >= model::first_value) return entry.choice > model::first_value;
  if (entry.choice == model::clock_choice || entry.choice == model::spurious_choice) return true;
  return entry.interrupts != 0;
}

std::size_t switches_in(const Guide& guide) {
  return static_cast<std::size_t>(std::ranges::count_if(guide, is_switch));
}

GuidedRuns::GuidedRuns(const model::Recipe& recipe, const LaunchSpec& spec, std::chrono::milliseconds stuck)
    : recipe_(recipe), job_(spec, stuck) {}

GuidedRun GuidedRuns::run(const Guide& guide, std::uint64_t max_steps) {
  model::Request request = request_for(recipe_, model::Command::run, recipe_.execution, 1);
  request.flags |= model::request_flags::guided;
  request.max_steps = std::min(request.max_steps, max_steps);
  request.guide_entries = std::min<std::uint64_t>(guide.size(), model::max_guide);
  std::copy_n(guide.begin(), request.guide_entries, job_.control().guide);
  job_.send(request);
  const std::array<Job*, 1> jobs{&job_};
  const Arrival arrival = wait_any(std::span<Job* const>(jobs), [] {});
  if (arrival.answer.kind == AnswerKind::refused)
    throw EnvironmentError(std::string("the runtime refuses: ") + job_.control().result.text);
  ++count_;
  steps_ += job_.control().progress.total_steps;
  GuidedRun run;
  if (arrival.answer.kind == AnswerKind::stopped) run.trace = capture(job_.control(), arrival.answer, recipe_);
  for (std::size_t i = 0; i < request.guide_entries; ++i)
    if (job_.control().guide[i].used_at != model::not_used) run.guide.push_back(job_.control().guide[i]);
  return run;
}

}  // namespace wedge::supervise
