// From the start of the command to its end or ours.
#include "harness/supervise/watch.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "harness/diagnose/capture.h"
#include "harness/diagnose/conclude.h"
#include "harness/diagnose/probe.h"
#include "harness/model/version.h"
#include "harness/supervise/hang_files.h"
#include "harness/supervise/progress_meter.h"
#include "harness/supervise/runtime_dumps.h"
#include "harness/supervise/signal_relay.h"
#include "harness/supervise/tree.h"
#include "harness/supervise/watchdog.h"
#include "reports/shell.h"

namespace wedge::supervise {
namespace {

using Clock = WatchedTree::Clock;
using std::chrono::milliseconds;

constexpr int exit_deadline = 124;
constexpr milliseconds report_limit{60000};
constexpr milliseconds most_between_looks{1000};
constexpr milliseconds least_between_looks{50};

double seconds(Clock::duration duration) { return std::chrono::duration<double>(duration).count(); }

template <typename... Arguments>
void say(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  const std::string line = "wedge: " + fmt::format(format, std::forward<Arguments>(arguments)...) + "\n";
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

// The descriptors that our caller gave us, standard error excepted.
std::vector<int> inherited_descriptors() {
  std::vector<int> result;
  DIR* folder = opendir("/proc/self/fd");
  if (folder == nullptr) return result;
  while (const dirent* item = readdir(folder)) {
    const int descriptor = std::atoi(item->d_name);
    if (item->d_name[0] != '.' && descriptor != STDERR_FILENO && descriptor != dirfd(folder))
      result.push_back(descriptor);
  }
  closedir(folder);
  return result;
}

// A writer must see that its reader is gone when the command has gone, or has closed the pipe, and not only when we do.
void give_up(const std::vector<int>& descriptors) {
  const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
  for (const int descriptor : descriptors)
    if (descriptor > STDERR_FILENO)
      close(descriptor);
    else
      dup2(nothing, descriptor);
  close(nothing);
}

// What the user preloads stays, behind ours.
std::vector<std::string> environment_for(const WatchPlan& plan) {
  constexpr std::string_view variable = "LD_PRELOAD=";
  std::vector<std::string> environment = environment_for_dumps();
  if (plan.cuda_recorder.empty()) return environment;
  std::string value = std::string(variable) + plan.cuda_recorder;
  for (const std::string& entry : environment)
    if (entry.starts_with(variable) && entry.size() > variable.size()) value += ":" + entry.substr(variable.size());
  std::erase_if(environment, [&](const std::string& entry) { return entry.starts_with(variable); });
  environment.push_back(std::move(value));
  return environment;
}

class Watch {
 public:
  explicit Watch(const WatchPlan& plan)
      : plan_(plan),
        inherited_(inherited_descriptors()),
        files_(plan.out, plan.report),
        tree_({plan.command, environment_for(plan), [this] { relay_.restore(); }}) {
    tree_.exclude(relay_.witness());
    give_up(inherited_);
    // Reading debug information must never wait for a download.
    unsetenv("DEBUGINFOD_URLS");
  }

  Watched run() {
    const std::optional<std::string> trigger = wait_for_end();
    // What ended while we made up our mind has ended by itself.
    if (!trigger || tree_.status() || !handle_hang(*trigger)) return end_of_command();
    return {true, 0};
  }

 private:
  Clock::duration elapsed() const { return Clock::now() - start_ - relay_.stopped(); }

  milliseconds between_looks() const {
    if (!plan_.idle) return most_between_looks;
    return std::clamp(*plan_.idle / 20, least_between_looks, most_between_looks);
  }

  // Nothing if the command has ended, else why it is taken for hung.
  std::optional<std::string> wait_for_end() {
    auto next_look = start_;
    for (;;) {
      if (tree_.status()) return std::nullopt;
      if (Clock::now() >= next_look) {
        if (meter_.look(tree_.members())) last_progress_ = elapsed();
        next_look = Clock::now() + between_looks();
        if (plan_.idle && elapsed() - last_progress_ >= *plan_.idle)
          return fmt::format("no progress for {:.4g} s", seconds(*plan_.idle));
      }
      if (plan_.deadline && elapsed() >= *plan_.deadline)
        return fmt::format("deadline of {:.4g} s", seconds(*plan_.deadline));
      auto until = next_look;
      if (plan_.deadline) until = std::min(until, start_ + relay_.stopped() + *plan_.deadline);
      if (tree_.wait(until, relay_.file()) == WatchedTree::Wake::readable) receive_signals();
    }
  }

  void receive_signals() {
    const auto stopped = relay_.stopped();
    if (relay_.pass_on(tree_.root())) tree_.reap_adopted();
    // Whoever pressed Ctrl-Z did not expect progress; and `elapsed` leaves that time out.
    if (relay_.stopped() != stopped) last_progress_ = elapsed();
  }

  Watched end_of_command() {
    tree_.let_go();
    return {false, tree_.status().value_or(0)};
  }

  // False if there was nothing left to report on.
  bool handle_hang(const std::string& trigger) {
    const Watchdog watchdog(report_limit, [this] {
      say("the report was not ready in {:.4g} s; the command is ended without it", seconds(report_limit));
      tree_.end(plan_.grace);
      _exit(exit_deadline);
    });
    try {
      if (!report(trigger)) return false;
    } catch (const std::exception& error) {
      say("{}; no report: {}", trigger, error.what());
    }
    end_tree();
    return true;
  }

  bool report(const std::string& trigger) {
    model::Hang hang = captured(trigger);
    if (hang.processes.empty() && tree_.status()) return false;
    diagnose::conclude(hang);
    files_.write(hang);
    tell(hang);
    if (plan_.probe) probe(hang);
    hang.dumps = ask_runtimes(hang, tree_.members());
    if (!hang.dumps.empty()) files_.write(hang);
    return true;
  }

  void probe(model::Hang& hang) {
    diagnose::probe(hang);
    files_.write(hang);
    for (const model::Probe& probe : hang.probes) say("probe: {}: {}: {}", probe.what, probe.result, probe.conclusion);
    if (hang.probes.empty()) say("probe: there is no experiment for this kind of hang");
  }

  // The same again, with what was asked for.
  std::string command_line() const {
    const auto option = [](const char* name, const auto& limit) {
      if (!limit) return std::string();
      const auto ms = limit->count();
      return fmt::format(" --{} {}{}", name, ms % 1000 == 0 ? ms / 1000 : ms, ms % 1000 == 0 ? "s" : "ms");
    };
    return fmt::format("wedge watch{}{}{}{} -- {}", option("deadline", plan_.deadline), option("idle", plan_.idle),
                       plan_.probe ? " --probe" : "", plan_.cuda_recorder.empty() ? "" : " --cuda",
                       reports::shell_line(plan_.command));
  }

  model::Hang captured(const std::string& trigger) {
    diagnose::CaptureRequest request;
    request.root = tree_.root();
    request.wants_streams = !plan_.cuda_recorder.empty();
    for (const ProcessEntry& entry : tree_.members())
      if (entry.parent == getpid() && entry.pid != tree_.root()) request.also.push_back(entry.pid);
    const double elapsed_s = seconds(elapsed());
    const double idle_s = seconds(elapsed() - last_progress_);
    model::Hang hang = diagnose::capture_tree(request);
    hang.wedge = model::version;
    hang.command = plan_.command;
    hang.reproduce = command_line();
    hang.trigger = trigger;
    hang.elapsed_s = elapsed_s;
    hang.idle_s = idle_s;
    return hang;
  }

  void tell(const model::Hang& hang) {
    const model::HangVerdict& verdict = hang.verdict;
    const std::string headline = verdict.headline.empty() ? "" : ": " + verdict.headline;
    say("{}: {}{} (confidence {}); report: {}", hang.trigger, model::name_of(verdict.hang_class), headline,
        model::name_of(verdict.confidence), files_.report());
  }

  void end_tree() {
    for (const ProcessEntry& entry : tree_.end(plan_.grace))
      say("process {} (state {}) could not be ended", entry.pid, entry.state);
  }

  const WatchPlan& plan_;
  std::vector<int> inherited_;
  HangFiles files_;
  SignalRelay relay_;
  WatchedTree tree_;
  ProgressMeter meter_;
  Clock::time_point start_ = Clock::now();
  Clock::duration last_progress_{0};
};

}  // namespace

Watched watch(const WatchPlan& plan) { return Watch(plan).run(); }

}  // namespace wedge::supervise
