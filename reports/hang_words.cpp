// The vocabulary of the hang reports.
#include "reports/hang_words.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "reports/words.h"

namespace wedge::reports {
namespace {

using model::Hang;
using model::HangProcess;
using model::HangThread;

std::set<std::int32_t> threads_in_knot(const Hang& hang) {
  std::set<std::int32_t> ids;
  for (const model::GraphNode& node : hang.graph.nodes)
    if (node.in_knot && node.kind == model::NodeKind::thread) ids.insert(node.id);
  return ids;
}

std::string quoted(std::string_view kind, std::int32_t id, const std::string& name) {
  return name.empty() ? fmt::format("{} {}", kind, id) : fmt::format("{} {} '{}'", kind, id, name);
}

}  // namespace

std::vector<ThreadOfProcess> threads_by_weight(const Hang& hang) {
  std::vector<ThreadOfProcess> all;
  for (const HangProcess& process : hang.processes)
    for (const HangThread& thread : process.threads) all.push_back({&process, &thread});
  const std::set<std::int32_t> knot = threads_in_knot(hang);
  std::stable_partition(all.begin(), all.end(),
                        [&](const ThreadOfProcess& of) { return knot.contains(of.thread->tid); });
  return all;
}

std::string name_of_thread(const Hang& hang, const ThreadOfProcess& of) {
  const std::string name = quoted("thread", of.thread->tid, of.thread->name);
  return hang.processes.size() < 2 ? name : fmt::format("{} of process {}", name, of.process->pid);
}

std::string name_of_process(const HangProcess& process) { return quoted("process", process.pid, process.name); }

std::string name_of_owner(const Hang& hang, std::int32_t id) {
  for (const HangProcess& process : hang.processes)
    for (const HangThread& thread : process.threads)
      if (thread.tid == id && (thread.tid != process.pid || process.threads.size() > 1))
        return quoted("thread", id, thread.name);
  for (const HangProcess& process : hang.processes)
    if (process.pid == id) return name_of_process(process);
  return fmt::format("thread {}", id);
}

std::string place_words(const model::Place& place) {
  std::string function = shortened(place.function);
  if (place.file.empty()) return function;
  const std::string where = fmt::format("{}:{}", place.file.substr(place.file.rfind('/') + 1), place.line);
  return function.empty() ? where : where + " in " + function;
}

std::string place_of(const Hang& hang, const HangThread& thread) {
  return thread.stack < hang.stacks.size() ? place_words(hang.stacks[thread.stack].place) : std::string();
}

std::string wait_words(const HangThread& thread) {
  const model::Wait& wait = thread.wait;
  if (!wait.text.empty()) return wait.text;
  switch (wait.kind) {
    case model::WaitKind::none:
      return thread.state == 'Z' || thread.state == 'X' ? "has ended" : "not known";
    case model::WaitKind::running:
      return "runs";
    default:
      break;
  }
  std::string text = fmt::format("waits: {}", model::name_of(wait.kind));
  if (!wait.object.empty()) text += " " + wait.object;
  return text;
}

std::string duration(double seconds) {
  if (!(seconds > 0)) return "0 s";
  if (seconds < 0.001) return fmt::format("{:.0f} µs", seconds * 1e6);
  if (seconds < 1) return fmt::format("{:.3g} ms", seconds * 1e3);
  if (seconds < 120) return fmt::format("{:.3g} s", seconds);
  const auto whole = static_cast<long long>(std::min(std::round(seconds), 1e15));
  if (whole < 7200) return fmt::format("{} min {} s", whole / 60, whole % 60);
  return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string headline(const Hang& hang) {
  const std::string name(model::name_of(hang.verdict.hang_class));
  return hang.verdict.headline.empty() ? name : fmt::format("{}: {}", name, hang.verdict.headline);
}

}  // namespace wedge::reports
