// The public scenario interface, and the serving of scenario programs: a forked worker runs many executions in its
// process.
#include <wedge/scenario.h>
#include <wedge/stream_table.h>

#include <cstdio>
#include <cstring>

#include "harness/runtime/carrier/context.h"
#include "harness/runtime/free/free_execution.h"
#include "harness/runtime/memory/races.h"
#include "harness/runtime/objects/lock_order.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/coverage.h"
#include "harness/runtime/scheduler/execution.h"
#include "harness/runtime/scheduler/explore.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/serve/control.h"
#include "harness/runtime/serve/in_process.h"
#include "harness/runtime/trace/explanation.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"

#define WEDGE_PUBLIC __attribute__((visibility("default")))

namespace wedge {

namespace {

// Registered before main, in the order of the objects' construction; never destroyed.
std::vector<const Scenario*>& scenarios() {
  static auto* all = new std::vector<const Scenario*>;
  return *all;
}

}  // namespace

WEDGE_PUBLIC Registration::Registration(const Scenario& scenario) { scenarios().push_back(&scenario); }

namespace runtime {

namespace {

Context home;

void* run_body(void* argument) {
  (*static_cast<const std::function<void()>*>(argument))();
  return nullptr;
}

template <std::size_t size>
void copy(char (&to)[size], const std::string& from) {
  const std::size_t length = from.size() < size - 1 ? from.size() : size - 1;
  std::memcpy(to, from.data(), length);
  to[length] = '\0';
}

void write_listing() {
  control->listed = 0;
  for (const Scenario* scenario : scenarios())
    for (const Variant& variant : scenario->variants) {
      if (control->listed == model::max_listing) return;
      model::ListingRecord& record = control->listing[control->listed++];
      copy(record.scenario, scenario->id);
      copy(record.title, scenario->title);
      copy(record.source, scenario->source);
      copy(record.variant, variant.name);
      copy(record.text, variant.expectation.text);
      copy(record.too_rare_for, variant.expectation.too_rare_for);
      record.expected = variant.expectation.outcome;
      record.races = variant.expectation.races;
      record.max_steps = variant.max_steps;
      record.unfit_for = static_cast<std::uint8_t>(variant.unfit_for);
    }
}

const Variant* requested_variant() {
  for (const Scenario* scenario : scenarios())
    if (scenario->id == control->request.scenario)
      for (const Variant& variant : scenario->variants)
        if (variant.name == control->request.variant) return &variant;
  return nullptr;
}

void run_worker(const std::function<void()>& body, const model::Request& request) {
  stay_on_this_processor();
  install_failure_handlers();
  if (request.flags & model::request_flags::keep_output) setvbuf(stdout, nullptr, _IOLBF, 0);
  run_executions(body, request, request.first, request.count);
  raw::exit_process(0);
}

// On the free rung: a process for each execution, until one fails or all have passed.
void carry_out_freely(const std::function<void()>& body) {
  const model::Request& request = control->request;
  adopt_orphans();
  for (std::uint64_t i = request.first; i < request.first + request.count; ++i) {
    control->progress.execution = i;
    const int pid = fork_worker();
    if (pid == 0) {
      if (request.flags & model::request_flags::keep_output) setvbuf(stdout, nullptr, _IOLBF, 0);
      begin_free_execution(i, true);
      run_free_body(body);
    }
    const std::int32_t status = await_worker(pid, control->progress.heartbeat, false);
    end_left_behind(pid);
    if (control->result.written != 0) return say(model::ReplyKind::stopped, i, status);
  }
  say(model::ReplyKind::done);
}

// Carries out a `run` or `replay`: workers one after another, until one fails or all executions have passed.
void carry_out(const std::function<void()>& body) {
  model::Request& request = control->request;
  const std::uint64_t end = request.first + request.count;
  while (request.first < end) {
    request.count = end - request.first;
    const std::uint64_t heartbeat = control->progress.heartbeat;
    control->progress.execution = request.first;
    const int pid = fork_worker();
    if (pid == 0) run_worker(body, request);
    const std::int32_t status = await_worker(pid, heartbeat, true);
    const std::uint64_t reached = control->progress.execution;
    if (control->result.written != 0) return say(model::ReplyKind::stopped, reached, status);
    if (status == 0) break;
    request.first = reached + 1;  // that one passed, but its process could not go on
  }
  say(model::ReplyKind::done);
}

}  // namespace

void run_executions(const std::function<void()>& body, const model::Request& request, std::uint64_t first,
                    std::uint64_t count) {
  if (home.fs_base == 0) {
    choose_carrier(request.carrier);
    adopt_calling_thread(home);
    find_modules();
    settle_places();
  }
  for (std::uint64_t i = first; i < first + count; ++i) {
    if (is_exploration(request) && !begin_exploration(request, i)) return;
    control->progress.execution = i;
    begin_execution(request, i);
    scheduler.home = &home;
    Task* task = new_task();
    if (obtain_context(nullptr, task->context) != 0) raw::exit_process(2);
    task->context->task = task;
    task->joined = true;  // nobody will
    task->function = run_body;
    task->argument = const_cast<std::function<void()>*>(&body);
    scheduler.current = task;
    controlled = true;
    switch_context(home, *task->context);
    finish_lock_orders();
    note_execution_length();
    keep_schedule(i, scheduler.step);
  }
}

std::uint64_t steps_so_far() { return control->progress.heartbeat; }

const model::SearchBlock& search_block() { return control->exhaust; }

void measure_floor(std::uint64_t rounds) { measure_bare_switches(rounds); }

void note_execution_length() {
  model::Progress& progress = control->progress;
  if (scheduler.step > progress.longest) progress.longest = scheduler.step;
}

}  // namespace runtime

WEDGE_PUBLIC int scenario_main(int argc, char** argv) {
  using namespace runtime;
  if (!attached()) {
    std::fprintf(stderr, "%s holds %zu scenarios; run them with: wedge run %s\n", argc > 0 ? argv[0] : "this program",
                 scenarios().size(), argc > 0 ? argv[0] : "PROGRAM");
    return 2;
  }
  const model::Request& request = control->request;
  if (request.flags & model::request_flags::direct) {
    if (const Variant* variant = requested_variant()) run_worker(variant->body, request);
    return 2;
  }
  say(model::ReplyKind::ready);
  while (next_request()) {
    if (request.command == model::Command::quit) break;
    if (request.command == model::Command::list) {
      write_listing();
      say(model::ReplyKind::done);
    } else if (const Variant* variant = requested_variant()) {
      wants_free(request) ? carry_out_freely(variant->body) : carry_out(variant->body);
    } else {
      std::snprintf(control->result.text, sizeof control->result.text, "there is no scenario %s with a variant %s",
                    request.scenario, request.variant);
      say(model::ReplyKind::refused);
    }
  }
  raw::exit_process(0);
}

namespace {

[[noreturn]] void fail_unmet(const Obligation& open) {
  runtime::controlled = false;
  runtime::fail(Outcome::unmet_obligation, "the scope that promised it is left, and this has not happened: %s",
                open.unmet().c_str());
}

}  // namespace

WEDGE_PUBLIC Obligation::Obligation(std::string_view what, std::function<std::string()> explain)
    : what_(what), explain_(std::move(explain)) {
  if (!runtime::controlled) return;
  next_ = runtime::scheduler.obligations;
  runtime::scheduler.obligations = this;
}

WEDGE_PUBLIC Obligation::~Obligation() {
  if (!fulfilled_ && runtime::is_free()) fail_unmet(*this);
  if (!runtime::controlled) return;
  for (Obligation** link = &runtime::scheduler.obligations; *link != nullptr; link = &(*link)->next_)
    if (*link == this) {
      if (!fulfilled_) fail_unmet(*this);
      *link = next_;
      return;
    }
}

WEDGE_PUBLIC void Obligation::fulfil() { fulfilled_ = true; }
WEDGE_PUBLIC bool Obligation::fulfilled() const { return fulfilled_; }

WEDGE_PUBLIC void deadline(std::chrono::nanoseconds limit) {
  if (runtime::controlled)
    runtime::scheduler.deadline_ns = runtime::scheduler.idle_ns + static_cast<std::uint64_t>(limit.count());
  else if (runtime::is_free())
    runtime::set_free_deadline(limit);
}

WEDGE_PUBLIC void note(std::string_view text) {
  if (runtime::controlled) runtime::scheduler.current->labelled = true;
  if (runtime::controlled || runtime::explaining)
    runtime::log_note(text.data(), text.size());
  else if (runtime::is_free())
    runtime::note_freely(text);
}

WEDGE_PUBLIC void benign_race(const volatile void* address, std::size_t size, std::string_view reason) {
  if (runtime::controlled)
    runtime::memory::declare_benign(const_cast<const void*>(address), size, reason.data(), reason.size());
}

WEDGE_PUBLIC void progress() {
  if (runtime::controlled) runtime::note_progress();
}

WEDGE_PUBLIC std::uint32_t choose(std::uint32_t n) { return runtime::controlled ? runtime::choose_value(n) : 0; }

WEDGE_PUBLIC void misuse(std::string_view text) {
  if ((runtime::controlled && runtime::scheduler.reports_misuse) || runtime::is_free())
    runtime::fail(Outcome::misuse, "%.*s", static_cast<int>(text.size()), text.data());
}

WEDGE_PUBLIC void explain_hang(std::string (*explain)(std::chrono::nanoseconds now)) {
  if (runtime::controlled) runtime::explain_hang = explain;
}

WEDGE_PUBLIC StreamTable* stream_table() { return runtime::explaining ? &runtime::control->streams : nullptr; }

WEDGE_PUBLIC bool controlled() { return runtime::controlled; }

}  // namespace wedge
