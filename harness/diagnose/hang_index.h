// Finds the threads, processes and descriptors of a hang by their numbers, for everything that draws conclusions.
//
// Refers into the hang that it was made from, whose processes must neither move nor change meanwhile.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::diagnose {

struct ThreadRef {
  const model::HangProcess* process = nullptr;
  const model::HangThread* thread = nullptr;

  bool is_main() const { return thread->tid == process->pid; }
};

class HangIndex {
 public:
  explicit HangIndex(const model::Hang& hang);

  const model::Hang& hang() const { return *hang_; }
  // In the order of the hang. Everything below and beside this refers to threads by their index in it.
  const std::vector<ThreadRef>& threads() const { return threads_; }
  const ThreadRef& at(std::size_t index) const { return threads_.at(index); }

  std::optional<std::size_t> thread(std::int32_t tid) const;
  const model::HangProcess* process(std::int32_t pid) const;
  std::vector<std::size_t> threads_of(std::int32_t pid) const;
  std::vector<const model::HangProcess*> children_of(std::int32_t pid) const;
  bool is_below(std::int32_t pid, std::int32_t ancestor) const;

  static const model::HangDescriptor* descriptor(const model::HangProcess& process, std::int32_t number);

 private:
  const model::Hang* hang_;
  std::vector<ThreadRef> threads_;
  std::unordered_map<std::int32_t, std::size_t> by_tid_;
  std::unordered_map<std::int32_t, const model::HangProcess*> by_pid_;
};

// The functions of the user's own code that the thread is in, innermost first; without any, none.
std::vector<std::string> user_functions(const model::Hang& hang, const model::HangThread& thread);

// Whether any function the thread is in, of the user or not, has this in its name.
bool stands_in(const model::Hang& hang, const model::HangThread& thread, std::string_view part_of_name);

std::string name_for_people(const ThreadRef& thread);  // "thread 4711 'worker'"

}  // namespace wedge::diagnose
