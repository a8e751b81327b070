// Pipe back-pressure, orphaned I/O and deferred work: bytes, counts and timers that do not get where they should.
#include <algorithm>

#include "harness/diagnose/rules.h"

namespace wedge::diagnose::rules {
namespace {

using model::Confidence;
using model::HangClass;
using model::HangDescriptor;
using model::HangProcess;
using model::Wait;
using model::WaitDescriptor;
using model::WaitKind;

bool flows(const HangDescriptor& descriptor) {
  return descriptor.kind == "pipe" || descriptor.kind == "named pipe" || descriptor.kind.ends_with("socket");
}

bool is_full(const HangDescriptor& descriptor) {
  if (descriptor.ready_out) return !*descriptor.ready_out;
  return descriptor.unread && descriptor.capacity && *descriptor.unread * 2 > *descriptor.capacity;
}

// What the thread waits to write to and cannot.
const Target* full_target(const Situation& situation, std::size_t thread) {
  const ThreadRef& ref = situation.at(thread);
  for (const Target& target : situation.picture(thread).targets) {
    const bool writes = ref.thread->wait.kind == WaitKind::write || target.edge_label == "read by";
    if (writes && target.descriptor != nullptr && flows(*target.descriptor) && is_full(*target.descriptor))
      return &target;
  }
  return nullptr;
}

// The topmost process of the tree above this one: processes with different ones have lost touch with each other.
std::int32_t top_of(const HangIndex& index, std::int32_t pid) {
  for (std::size_t steps = 0; steps < index.hang().processes.size(); ++steps) {
    const HangProcess* process = index.process(pid);
    if (process == nullptr || index.process(process->parent) == nullptr) return pid;
    pid = process->parent;
  }
  return pid;
}

enum class Orphan { none, nobody, own_process, strangers };

// Who is left at the other end of everything that the thread waits for.
Orphan orphan_kind(const Situation& situation, std::size_t thread) {
  const ThreadRef& ref = situation.at(thread);
  const std::vector<Target>& targets = situation.picture(thread).targets;
  bool any_flow = false;
  bool any_own = false;
  bool any_stranger = false;
  for (const Target& target : targets) {
    if (target.descriptor == nullptr || target.outside) return Orphan::none;
    if (!flows(*target.descriptor)) {
      if (target.descriptor->kind != "eventfd" && target.descriptor->kind != "timerfd") return Orphan::none;
      continue;
    }
    any_flow = true;
    for (const model::DescriptorEnd& end : target.descriptor->other_end) {
      if (end.pid == ref.process->pid)
        any_own = true;
      else if (top_of(situation.index(), end.pid) != top_of(situation.index(), ref.process->pid))
        any_stranger = true;
      else
        return Orphan::none;
    }
  }
  if (!any_flow) return Orphan::none;
  if (any_stranger) return Orphan::strangers;
  return any_own ? Orphan::own_process : Orphan::nobody;
}

std::string_view who_is_left(Orphan orphan) {
  switch (orphan) {
    case Orphan::nobody:
      return "nobody holds the other end any more";
    case Orphan::own_process:
      return "only its own process holds the other end, so the end of the stream can never come";
    default:
      return "only a process that has left the tree still holds the other end, and it does nothing with it";
  }
}

bool all_still(const Situation& situation) {
  for (std::size_t i = 0; i < situation.size(); ++i)
    if (situation.picture(i).moves) return false;
  return true;
}

std::optional<Finding> loop_without_members(const Situation& situation, Facts& facts, std::size_t thread) {
  const Wait& wait = situation.at(thread).thread->wait;
  const bool loop = wait.kind == WaitKind::epoll || wait.kind == WaitKind::poll;
  if (!loop || wait.timeout_s || !wait.descriptors.empty() || !all_still(situation)) return std::nullopt;
  Finding finding;
  finding.hang_class = HangClass::orphaned_io;
  finding.confidence = Confidence::medium;
  finding.headline = "a loop waits for events of nothing";
  finding.why = {name_for_people(situation.at(thread)) + " waits without a time limit for an empty set (" +
                     facts.of(thread) + ").",
                 "Only another thread that adds a descriptor could end that, and none can."};
  finding.knot = {thread};
  return finding;
}

// What lies ready beside a loop that sleeps: (a) in its set, but not armed; (b) an eventfd that nobody looks at.
struct Deferred {
  const HangDescriptor* descriptor = nullptr;
  std::string what;
  Confidence confidence = Confidence::medium;
  bool beside = false;  // it is not what the loop waits for that lies ready
};

bool anybody_waits_for(const HangProcess& process, std::int32_t descriptor) {
  for (const model::HangThread& thread : process.threads)
    for (const WaitDescriptor& member : thread.wait.descriptors)
      if (member.descriptor == descriptor) return true;
  return false;
}

std::optional<Deferred> deferred_beside(const Situation& situation, std::size_t thread) {
  const ThreadRef& ref = situation.at(thread);
  for (const WaitDescriptor& member : ref.thread->wait.descriptors) {
    const HangDescriptor* descriptor = HangIndex::descriptor(*ref.process, member.descriptor);
    if (descriptor == nullptr || member.edge) continue;
    const bool disarmed = member.wanted.empty();
    if (disarmed && descriptor->ready_in.value_or(member.ready))
      return Deferred{descriptor, "is ready, but its one shot is used up and it was not armed again", Confidence::high};
    if (member.ready) return Deferred{descriptor, "is ready, and the loop sleeps nevertheless"};
  }
  for (const HangDescriptor& descriptor : ref.process->descriptors)
    if (descriptor.kind == "eventfd" && descriptor.count.value_or(0) > 0 &&
        !anybody_waits_for(*ref.process, descriptor.descriptor))
      return Deferred{&descriptor, "has been told of work, and nobody waits for it", Confidence::medium, true};
  for (const WaitDescriptor& member : ref.thread->wait.descriptors) {
    const HangDescriptor* descriptor = HangIndex::descriptor(*ref.process, member.descriptor);
    if (descriptor != nullptr && descriptor->kind == "timerfd" && descriptor->armed == false && !member.ready)
      return Deferred{descriptor, "is disarmed, so it never expires", Confidence::medium, true};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Finding> pipe_back_pressure(const Situation& situation, Facts& facts) {
  for (std::size_t writer = 0; writer < situation.size(); ++writer) {
    if (!situation.stuck(writer)) continue;
    const Target* target = full_target(situation, writer);
    if (target == nullptr) continue;
    for (std::size_t reader : target->wakers) {
      if (reader == writer || !situation.waits_in_person(reader, writer)) continue;
      Finding finding;
      finding.hang_class = HangClass::pipe_back_pressure;
      finding.confidence = Confidence::high;
      finding.headline = target->descriptor->kind + " is full, and its reader waits for the writer to end";
      finding.why = {name_for_people(situation.at(writer)) + " cannot write: " + target->label + " is full (" +
                         facts.of(writer) + ", " +
                         facts.of_descriptor(*situation.at(writer).process, *target->descriptor) + ").",
                     name_for_people(situation.at(reader)) + " should read it, but waits until the writer has ended (" +
                         facts.of(reader) + ").",
                     "Neither can go on before the other does."};
      finding.knot = {writer, reader};
      return finding;
    }
  }
  return std::nullopt;
}

std::optional<Finding> orphaned_io(const Situation& situation, Facts& facts) {
  for (std::size_t i = 0; i < situation.size(); ++i) {
    const ThreadRef& ref = situation.at(i);
    if (!is_descriptor_wait(ref.thread->wait.kind) || situation.picture(i).moves) continue;
    if (std::optional<Finding> empty = loop_without_members(situation, facts, i)) return empty;
    const Orphan orphan = orphan_kind(situation, i);
    if (orphan == Orphan::none || (orphan != Orphan::strangers && !situation.stuck(i))) continue;
    if (std::ranges::any_of(ref.thread->wait.descriptors, &WaitDescriptor::ready)) continue;
    Finding finding;
    finding.hang_class = HangClass::orphaned_io;
    finding.confidence = orphan == Orphan::strangers ? Confidence::medium : Confidence::high;
    finding.headline = "a thread waits for what nobody at the other end will do";
    std::string ids;
    for (const Target& target : situation.picture(i).targets)
      if (flows(*target.descriptor)) ids += ", " + facts.of_descriptor(*ref.process, *target.descriptor);
    finding.why = {
        name_for_people(ref) + " waits for " + situation.picture(i).targets.front().label + " (" + facts.of(i) + ").",
        "Of what it waits for, " + std::string(who_is_left(orphan)) + " (" + ids.substr(2) + ")."};
    finding.knot = {i};
    if (orphan == Orphan::strangers)
      for (const Target& target : situation.picture(i).targets)
        finding.around.insert(finding.around.end(), target.wakers.begin(), target.wakers.end());
    return finding;
  }
  return std::nullopt;
}

std::optional<Finding> deferred_work(const Situation& situation, Facts& facts) {
  for (std::size_t i = 0; i < situation.size(); ++i) {
    const ThreadRef& ref = situation.at(i);
    const bool loop = ref.thread->wait.kind == WaitKind::epoll || ref.thread->wait.kind == WaitKind::poll;
    if (!loop || situation.picture(i).moves || ref.thread->voluntary_switches > 0) continue;
    const std::optional<Deferred> deferred = deferred_beside(situation, i);
    if (!deferred) continue;
    // A disarmed timer, or an eventfd that serves somebody as a counter, means something only where the loop has
    // nothing else to hope for.
    if (deferred->beside && !situation.stuck(i)) continue;
    Finding finding;
    finding.hang_class = HangClass::deferred_work;
    finding.confidence = deferred->confidence;
    const std::string label = deferred->descriptor->kind + " " + std::to_string(deferred->descriptor->descriptor);
    finding.headline = "the loop sleeps, and " + label + " " + deferred->what;
    finding.why = {
        name_for_people(ref) + " sleeps in its loop without a time limit (" + facts.of(i) + ").",
        label + " " + deferred->what + " (" + facts.of_descriptor(*ref.process, *deferred->descriptor) + ")."};
    finding.knot = {i};
    return finding;
  }
  return std::nullopt;
}

}  // namespace wedge::diagnose::rules
