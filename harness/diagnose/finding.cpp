// Words for facts.
#include "harness/diagnose/finding.h"

#include <algorithm>
#include <cstdio>

namespace wedge::diagnose {

using model::HangDescriptor;
using model::HangProcess;
using model::HangThread;
using model::Wait;

std::string count_of(std::size_t number, std::string_view thing) {
  return std::to_string(number) + " " + std::string(thing) + (number == 1 ? "" : "s");
}

std::string seconds(double duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g s", duration);
  if (duration >= 1000) std::snprintf(text, sizeof text, "%.0f s", duration);
  return text;
}

std::string describe_wait(const Situation& situation, std::size_t thread) {
  const Wait& wait = situation.at(thread).thread->wait;
  if (!wait.text.empty()) return wait.text;
  if (wait.kind == model::WaitKind::running) return "runs";
  std::string text = "waits in " + std::string(model::name_of(wait.kind));
  const auto& targets = situation.picture(thread).targets;
  if (!targets.empty()) text += " for " + targets.front().label;
  if (wait.owner) text += (is_lock(wait.kind) ? ", held by " : ", thread ") + std::to_string(*wait.owner);
  if (wait.timeout_s) text += ", for at most " + seconds(*wait.timeout_s);
  return text;
}

std::string Facts::add(std::string text, std::string raw) {
  const auto known = std::ranges::find_if(facts_, [&](const model::Fact& fact) { return fact.text == text; });
  if (known != facts_.end()) return known->id;
  facts_.push_back({"F" + std::to_string(facts_.size() + 1), std::move(text), std::move(raw)});
  return facts_.back().id;
}

std::string Facts::of(std::size_t thread) {
  const ThreadRef& ref = situation_->at(thread);
  return add(name_for_people(ref) + " " + describe_wait(*situation_, thread), ref.thread->raw);
}

std::string Facts::movement_of(std::size_t thread) {
  const ThreadRef& ref = situation_->at(thread);
  const HangThread& moved = *ref.thread;
  std::string text = name_for_people(ref) + " used " + seconds(moved.cpu_s) + " of processor in " +
                     seconds(situation_->hang().sample_s) + ", waited " + seconds(moved.run_delay_s) +
                     " for one, and gave it up " + count_of(moved.voluntary_switches, "time");
  if (moved.looks > 0)
    text += "; " + std::to_string(moved.repeated_looks) + " of " + count_of(moved.looks, "look") +
            " at its registers found what an earlier one had found";
  return add(std::move(text), moved.raw);
}

std::string Facts::of_descriptor(const HangProcess& process, const HangDescriptor& descriptor) {
  std::string text = "descriptor " + std::to_string(descriptor.descriptor) + " of process " +
                     std::to_string(process.pid) + " is " +
                     (descriptor.text.empty() ? "a " + descriptor.kind : descriptor.text);
  return add(std::move(text), descriptor.target);
}

}  // namespace wedge::diagnose
