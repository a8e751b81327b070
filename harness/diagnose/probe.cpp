// Chooses the experiments, makes them one after the other, and draws the conclusion.
#include "harness/diagnose/probe.h"

#include <algorithm>
#include <set>

#include "harness/diagnose/probe_flow.h"
#include "harness/diagnose/probe_verdict.h"
#include "harness/diagnose/probe_wakeup.h"

namespace wedge::diagnose {
namespace {

using Clock = std::chrono::steady_clock;
using model::Hang;
using model::HangClass;
using model::HangProcess;
using model::HangThread;
using model::WaitKind;

constexpr std::size_t most_objects = 8;

bool asks_for_wakeups(HangClass hang_class) {
  switch (hang_class) {
    case HangClass::unknown:
    case HangClass::lost_wakeup:
    case HangClass::missing_producer:
    case HangClass::orphaned_io:
    case HangClass::pool_exhausted:
    case HangClass::deferred_work:
      return true;
    default:
      return false;
  }
}

bool can_be_woken(const HangThread& thread) {
  const WaitKind kind = thread.wait.kind;
  const bool tells = kind == WaitKind::condition || kind == WaitKind::futex || kind == WaitKind::semaphore;
  // What ends by itself proves nothing when it ends.
  return !thread.wait.timeout_s && (kind == WaitKind::epoll || (tells && !thread.wait.owner));
}

bool is_in_knot(const Hang& hang, const HangThread& thread) {
  return std::ranges::any_of(hang.graph.nodes, [&](const model::GraphNode& node) {
    return node.in_knot && node.kind == model::NodeKind::thread && node.id == thread.tid;
  });
}

// The waiters, together for each thing that is waited for; those that the verdict names first.
std::vector<WakeupProbe> wakeup_probes(const Hang& hang) {
  std::vector<WakeupProbe> probes;
  for (const HangProcess& process : hang.processes) {
    for (const HangThread& thread : process.threads) {
      if (!can_be_woken(thread)) continue;
      const Waiter waiter{process.pid, thread.tid, thread.wait.kind, thread.wait.address};
      const auto same = std::ranges::find_if(probes, [&](const WakeupProbe& probe) {
        return thread.wait.address != 0 && probe.process == &process && probe.address() == thread.wait.address;
      });
      const bool in_knot = is_in_knot(hang, thread);
      if (same == probes.end())
        probes.push_back({&process, {waiter}, thread.wait.object, in_knot});
      else
        same->add(waiter, in_knot);
    }
  }
  // Not the one of std::ranges: clang 14 does not compile that of libstdc++ 12.
  std::stable_partition(probes.begin(), probes.end(), [](const WakeupProbe& probe) { return probe.in_knot; });
  return probes;
}

}  // namespace

void probe(Hang& hang, const ProbeLimits& limits) {
  const auto end = Clock::now() + limits.all;
  std::vector<ProbeOutcome> outcomes;
  for (const FlowProbe& flow : flow_probes(hang))
    if (Clock::now() < end) outcomes.push_back(make(flow, limits.each));
  if (outcomes.empty() && asks_for_wakeups(hang.verdict.hang_class)) {
    for (const WakeupProbe& wakeup : wakeup_probes(hang)) {
      if (Clock::now() >= end || outcomes.size() >= most_objects) break;
      outcomes.push_back(make(wakeup, limits.each));
    }
  }
  conclude_from(outcomes, hang);
}

}  // namespace wedge::diagnose
