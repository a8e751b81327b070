// Starts processes as the campaign asks for workers, and turns their answers into traces.
#include "harness/supervise/pool.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

#include "harness/supervise/capture.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/free_hang.h"

namespace wedge::supervise {
namespace {

// What the runtime has noted while it carried out the last request.
Lessons lessons_in(const model::ControlBlock& control) {
  Lessons lessons;
  lessons.longest = control.progress.longest;
  lessons.most_tasks = control.progress.most_tasks;
  const model::SearchReport& report = control.search_report;
  std::ranges::copy(report.seen, lessons.search.seen.begin());
  std::ranges::copy(report.executions, lessons.search.executions.begin());
  lessons.search.profile = report.profile;
  for (const model::Schedule& schedule : report.best.schedules)
    if (schedule.new_pairs > 0 && schedule.count <= model::max_stretches) lessons.search.best.push_back(schedule);
  for (const SeenRace& race : seen_races(control)) lessons.races.emplace(race.pair, race);
  lessons.lock_cycles = control.lock_cycles;
  lessons.lock_cycles.count = std::min(lessons.lock_cycles.count, model::most_lock_cycles);
  return lessons;
}

void clear(model::SearchReport& report) {
  std::ranges::fill(report.seen, model::PairSet{});
  std::ranges::fill(report.executions, 0);
  report.profile = report.current = {};
  for (model::Schedule& schedule : report.best.schedules) schedule.new_pairs = schedule.count = 0;
}

void copy_knowledge(const model::SearchKnowledge& from, model::SearchKnowledge& to) {
  to.known = from.known;
  to.profile = from.profile;
  for (std::size_t i = 0; i < model::max_schedules; ++i) {
    const model::Schedule& schedule = from.corpus.schedules[i];
    std::memcpy(&to.corpus.schedules[i], &schedule,
                offsetof(model::Schedule, stretches) + schedule.count * sizeof(model::Stretch));
  }
}

// Of a finding of the portfolio, whose turn it was.
void name_the_strategy(model::Recipe& recipe) {
  if (recipe.strategy != "portfolio") return;
  recipe.portfolio = true;
  recipe.strategy = model::portfolio_members.at(model::turn_of(recipe.turns, recipe.execution).member);
}

}  // namespace

Pool::Pool(LaunchSpec spec, unsigned count, std::chrono::milliseconds stuck)
    : spec_(std::move(spec)), stuck_(stuck), jobs_(count), recipes_(count) {}

Pool::Pool(LaunchSpec spec, unsigned count, std::chrono::milliseconds stuck, std::chrono::milliseconds hang_after)
    : Pool(std::move(spec), count, stuck) {
  free_ = {hang_after, [this](const Overdue& overdue) { remember_hang(overdue); }};
}

void Pool::remember_hang(const Overdue& overdue) {
  hangs_[overdue.execution] = photograph(overdue.process, {overdue.elapsed_s, free_->hang_after, overdue.own_deadline});
}

const model::Hang* Pool::hang_of(std::uint64_t execution) const {
  const auto found = hangs_.find(execution);
  return found == hangs_.end() ? nullptr : &found->second;
}

Job& Pool::job(unsigned worker) {
  if (!jobs_[worker]) jobs_[worker] = std::make_unique<Job>(spec_, stuck_, free_);
  return *jobs_[worker];
}

void Pool::begin(unsigned worker, const model::Recipe& recipe, std::uint64_t first, std::uint64_t count) {
  recipes_[worker] = recipe;
  model::Request request = request_for(recipe, model::Command::run, first, count);
  request.flags |= model::request_flags::lock_orders;
  send(worker, request, model::RacesEnd::nothing);
}

void Pool::begin_exhaustive(const model::Recipe& recipe, std::uint64_t first, std::uint64_t count) {
  recipes_[0] = recipe;
  send(0, request_for(recipe, model::Command::run, first, count), model::RacesEnd::benign);
}

void Pool::send(unsigned worker, model::Request request, model::RacesEnd races_end) {
  if (spec_.show_output) request.flags |= model::request_flags::keep_output;
  Job& job = this->job(worker);
  // What really runs in parallel has no schedule to count or to keep.
  if (!free_) {
    request.flags |= model::request_flags::cover;
    clear(job.control().search_report);
    copy_knowledge(knowledge_, job.control().search);
  }
  request.races_end = races_end;
  job.control().lock_cycles = {};
  job.send(request);
}

Arrival Pool::wait_for_answer() {
  std::vector<Job*> jobs;
  for (const auto& job : jobs_) jobs.push_back(job.get());
  const Arrival arrival = wait_any(jobs, idle);
  if (arrival.answer.kind != AnswerKind::refused) return arrival;
  const auto& text = jobs[arrival.job]->control().result.text;
  throw EnvironmentError("the runtime refuses: " + std::string(text, strnlen(text, sizeof text)));
}

RangeResult Pool::wait() {
  const Arrival arrival = wait_for_answer();
  const auto worker = static_cast<unsigned>(arrival.job);
  const model::ControlBlock& control = jobs_[worker]->control();
  RangeResult result{worker, std::nullopt, lessons_in(control)};
  if (arrival.answer.kind != AnswerKind::stopped) return result;
  const model::Recipe& recipe = recipes_[worker];
  result.failure = capture(control, arrival.answer, recipe);
  result.failure->recipe.directed =
      model::is_directed(recipe.directed_from, recipe.directions.count, arrival.answer.execution);
  name_the_strategy(result.failure->recipe);
  const model::Hang* hang = hang_of(arrival.answer.execution);
  if (hang != nullptr && result.failure->outcome == Outcome::hang) {
    result.failure->text = words_for(*hang);
    result.failure->fingerprint = hang->fingerprint;
  }
  return result;
}

void Pool::abandon(unsigned worker) { jobs_[worker].reset(); }

std::optional<model::Trace> Pool::repeat(const model::Recipe& recipe, std::uint64_t execution) {
  send(0, request_for(recipe, model::Command::run, execution, 1), model::RacesEnd::benign);
  const Arrival arrival = wait_for_answer();
  if (arrival.answer.kind != AnswerKind::stopped) return std::nullopt;
  model::Trace trace = capture(jobs_[0]->control(), arrival.answer, recipe);
  name_the_strategy(trace.recipe);
  return trace;
}

std::vector<model::ListingRecord> Pool::listing() {
  model::Request request{};
  request.command = model::Command::list;
  job(0).send(request);
  wait_for_answer();
  const model::ControlBlock& control = jobs_[0]->control();
  const std::size_t count = std::min<std::size_t>(control.listed, model::max_listing);
  return {control.listing, control.listing + count};
}

}  // namespace wedge::supervise
