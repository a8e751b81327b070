// Looks up what the conclusions are drawn from.
#include "harness/diagnose/hang_index.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "harness/diagnose/symbols.h"

namespace wedge::diagnose {
namespace {

// By its name alone: linked statically and without debug information, libraries look like the user's own code.
bool is_of_the_implementation(std::string_view function) {
  static constexpr std::array<std::string_view, 5> prefixes{"std::", "__", "pthread_", "sem_", "_dl_"};
  static constexpr std::array<std::string_view, 6> names{
      "_start", "start_thread", "clone", "clone3", "execute_native_thread_routine", "_init"};
  return std::ranges::find(names, function) != names.end() ||
         std::ranges::any_of(prefixes, [&](std::string_view prefix) { return function.starts_with(prefix); });
}

}  // namespace

using model::Frame;
using model::Hang;
using model::HangDescriptor;
using model::HangProcess;
using model::HangThread;
using model::Place;

HangIndex::HangIndex(const Hang& hang) : hang_(&hang) {
  for (const HangProcess& process : hang.processes) {
    by_pid_.emplace(process.pid, &process);
    for (const HangThread& thread : process.threads) {
      by_tid_.emplace(thread.tid, threads_.size());
      threads_.push_back({&process, &thread});
    }
  }
}

std::optional<std::size_t> HangIndex::thread(std::int32_t tid) const {
  const auto found = by_tid_.find(tid);
  return found == by_tid_.end() ? std::nullopt : std::optional(found->second);
}

const HangProcess* HangIndex::process(std::int32_t pid) const {
  const auto found = by_pid_.find(pid);
  return found == by_pid_.end() ? nullptr : found->second;
}

std::vector<std::size_t> HangIndex::threads_of(std::int32_t pid) const {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < threads_.size(); ++i)
    if (threads_[i].process->pid == pid) found.push_back(i);
  return found;
}

std::vector<const HangProcess*> HangIndex::children_of(std::int32_t pid) const {
  std::vector<const HangProcess*> found;
  for (const HangProcess& process : hang_->processes)
    if (process.parent == pid) found.push_back(&process);
  return found;
}

bool HangIndex::is_below(std::int32_t pid, std::int32_t ancestor) const {
  // A chain longer than there are processes is a loop in damaged input.
  for (std::size_t steps = 0; steps <= hang_->processes.size(); ++steps) {
    const HangProcess* found = process(pid);
    if (found == nullptr) return false;
    if (found->parent == ancestor) return true;
    pid = found->parent;
  }
  return false;
}

const HangDescriptor* HangIndex::descriptor(const HangProcess& process, std::int32_t number) {
  for (const HangDescriptor& descriptor : process.descriptors)
    if (descriptor.descriptor == number) return &descriptor;
  return nullptr;
}

std::vector<std::string> user_functions(const Hang& hang, const HangThread& thread) {
  std::vector<std::string> functions;
  if (thread.stack >= hang.stacks.size()) return functions;
  for (const Frame& frame : hang.stacks[thread.stack].frames) {
    if (frame.module < hang.modules.size() && is_system_module(hang.modules[frame.module].path)) continue;
    for (const Place& place : frame.places)
      if (!place.system && !place.function.empty() && !is_of_the_implementation(place.function))
        functions.push_back(place.function);
  }
  return functions;
}

bool stands_in(const Hang& hang, const HangThread& thread, std::string_view part_of_name) {
  if (thread.stack >= hang.stacks.size()) return false;
  for (const Frame& frame : hang.stacks[thread.stack].frames)
    for (const Place& place : frame.places)
      if (place.function.find(part_of_name) != std::string::npos) return true;
  return false;
}

std::string name_for_people(const ThreadRef& thread) {
  return "thread " + std::to_string(thread.thread->tid) +
         (thread.thread->name.empty() ? "" : " '" + thread.thread->name + "'");
}

}  // namespace wedge::diagnose
