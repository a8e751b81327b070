// Fresh processes, the recorded choices, and a comparison.
#include "harness/supervise/replay.h"

#include <algorithm>
#include <memory>

#include "harness/supervise/capture.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/races.h"

namespace wedge::supervise {
namespace {

using model::Trace;

// A process that died without a word left no choices; then the same seed is asked to find the same way again.
bool has_choices(const Trace& trace) { return !trace.choices.empty(); }

model::Request request_of(const Trace& trace) {
  const auto command = has_choices(trace) ? model::Command::replay : model::Command::run;
  model::Request request = request_for(trace.recipe, command, trace.recipe.execution, 1);
  request.flags |= model::request_flags::log_events;
  request.replay_choices = trace.choices.size();
  return request;
}

std::unique_ptr<Job> start(const Trace& trace, const ReplayPlan& plan, bool first) {
  LaunchSpec spec = plan.spec;
  spec.show_output = spec.show_output && first;
  auto job = std::make_unique<Job>(spec, plan.stuck);
  std::ranges::copy(trace.choices, job->control().choices);
  model::Request request = request_of(trace);
  if (spec.show_output) request.flags |= model::request_flags::keep_output;
  job->send(request);
  return job;
}

// An execution may have shown several races; the finding is about one of them.
Trace as_the_same_race(Trace replayed, const Trace& finding) {
  const bool races = finding.outcome == Outcome::race && !finding.races.empty() && replayed.outcome == Outcome::race;
  if (races && make_primary(replayed, pair_of(finding, finding.races.front())))
    replayed.fingerprint = fingerprint(replayed);
  return replayed;
}

// A replay that passes has nothing to capture: that is then all there is to say.
Trace result_of(Job& job, const Answer& answer, const Trace& trace) {
  if (answer.kind == AnswerKind::refused)
    throw EnvironmentError(std::string("the runtime refuses: ") + job.control().result.text);
  Answer at = answer;
  at.execution = trace.recipe.execution;
  if (answer.kind == AnswerKind::stopped || job.control().result.written != 0)
    return as_the_same_race(capture(job.control(), at, trace.recipe), trace);
  Trace passed;
  passed.recipe = trace.recipe;
  return passed;
}

bool same_event(const model::EventRecord& one, const model::EventRecord& other) {
  return one.step == other.step && one.task == other.task && one.operation == other.operation &&
         one.object == other.object && one.has_result == other.has_result && one.result == other.result &&
         one.enabled_hash == other.enabled_hash;
}

std::string remark_on(const Trace& finding, const Trace& replayed, const Trace& first) {
  if (replayed.outcome == Outcome::diverged) return replayed.text;
  if (!same_end(finding, replayed)) {
    std::string text = "ended in " + std::string(name_of(replayed.outcome)) + " instead";
    if (!replayed.text.empty()) text += ": " + replayed.text;
    return text;
  }
  return same_events(first, replayed) ? std::string() : "went through other events than the first replay";
}

}  // namespace

void replay(const Trace& trace, const ReplayPlan& plan, const std::function<bool(Trace)>& each) {
  std::vector<std::unique_ptr<Job>> running;
  std::vector<std::optional<Trace>> arrived;
  std::size_t passed_on = 0;
  while (passed_on < plan.times) {
    // One at a time while output is shown, so that two processes do not write over each other.
    const unsigned at_once = plan.spec.show_output && passed_on == 0 ? 1 : plan.jobs;
    while (running.size() < plan.times && running.size() - passed_on < at_once) {
      running.push_back(start(trace, plan, running.empty()));
      arrived.emplace_back();
    }
    std::vector<Job*> jobs;
    for (const auto& job : running) jobs.push_back(job.get());
    const Arrival arrival = wait_any(jobs, [] {});
    arrived[arrival.job] = result_of(*running[arrival.job], arrival.answer, trace);
    running[arrival.job].reset();
    for (; passed_on < arrived.size() && arrived[passed_on]; ++passed_on) {
      if (!each(std::move(*arrived[passed_on]))) return;
      arrived[passed_on].emplace();
    }
  }
}

std::optional<std::size_t> first_difference(const Trace& one, const Trace& other) {
  const auto [left, right] = std::ranges::mismatch(one.events, other.events, same_event);
  if (left == one.events.end() && right == other.events.end()) return std::nullopt;
  const auto index = static_cast<std::size_t>(left - one.events.begin());
  // Behind the cut of logs of different length, equal indexes are not the same event any more.
  const bool cut = one.events.size() < one.events_total || other.events.size() < other.events_total;
  if (cut && one.events_total != other.events_total && index >= kept_events_per_end) return std::nullopt;
  return index;
}

bool same_end(const Trace& one, const Trace& other) {
  return one.outcome == other.outcome && one.signal == other.signal && one.exit_status == other.exit_status &&
         one.text == other.text && (one.outcome != Outcome::race || is_same_finding(one, other));
}

bool same_events(const Trace& one, const Trace& other) {
  return one.events_total == other.events_total && one.events_hash == other.events_hash;
}

Trace confirm(const Trace& finding, const ReplayPlan& plan) {
  std::vector<Trace> replays;
  replay(finding, plan, [&](Trace replayed) {
    replays.push_back(std::move(replayed));
    return true;
  });
  Trace confirmed = finding;
  if (same_end(finding, replays.front())) {
    confirmed = replays.front();
    confirmed.choices = finding.choices;
    confirmed.fingerprint = finding.fingerprint;
  }
  confirmed.confirmation = {.same = 0, .attempts = plan.times, .remark = {}};
  for (const Trace& replayed : replays) {
    const std::string remark = remark_on(finding, replayed, replays.front());
    if (remark.empty())
      ++confirmed.confirmation.same;
    else if (confirmed.confirmation.remark.empty())
      confirmed.confirmation.remark = remark;
  }
  return confirmed;
}

}  // namespace wedge::supervise
