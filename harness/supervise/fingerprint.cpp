// When two failures are the same finding.
//
// Of a trace whose places are known, only names count: of functions, of operations, of kinds of object. Line numbers,
// paths and addresses change with every edit, compiler and machine, and the finding stays the same. Before the places
// are looked up, which a campaign cannot do for every failure, addresses tell the failures of one build apart.
#include <algorithm>
#include <cctype>
#include <filesystem>
#include <vector>

#include "harness/model/checksum.h"
#include "harness/supervise/capture.h"

namespace wedge::supervise {
namespace {

using model::Checksum;
using model::Trace;

constexpr std::size_t functions_that_count = 3;

// "work(int)" is "work": whether parameters are known depends on the compiler and on the function's linkage.
std::string without_parameters(std::string function) {
  if (function.ends_with(" const")) function.resize(function.size() - 6);
  if (!function.ends_with(')') || function.ends_with("operator()")) return function;
  std::size_t at = function.size();
  int depth = 0;
  do {
    --at;
    depth += function[at] == ')' ? 1 : function[at] == '(' ? -1 : 0;
  } while (at > 0 && depth > 0);
  return at == 0 ? function : function.substr(0, at);
}

std::vector<std::string> functions_in(const model::Stack& stack, bool of_the_system) {
  std::vector<std::string> functions;
  for (const model::Frame& frame : stack.frames)
    for (const model::Place& place : frame.places)
      if (place.system == of_the_system && !place.function.empty())
        functions.push_back(without_parameters(place.function));
  functions.resize(std::min(functions.size(), functions_that_count));
  return functions;
}

void add_addresses(Checksum& checksum, const Trace& trace, const model::Stack& stack) {
  for (std::size_t i = 0; i < std::min(stack.frames.size(), functions_that_count); ++i) {
    const model::Frame& frame = stack.frames[i];
    checksum.add(std::filesystem::path(trace.modules.at(frame.module).path).filename().string());
    checksum.add(frame.offset);
  }
}

// The function, and what is inlined into it there. Two accesses of one function that race with the same place are one
// finding once names are known.
void add_frame(Checksum& checksum, const Trace& trace, const model::Frame& frame) {
  model::Stack alone;
  alone.frames = {frame};
  std::vector<std::string> functions = functions_in(alone, false);
  if (functions.empty()) functions = functions_in(alone, true);
  if (functions.empty()) return add_addresses(checksum, trace, alone);
  for (const std::string& function : functions) checksum.add(function);
}

// The user's functions; which of the C++ library's are inlined where differs between its versions.
void add_stack(Checksum& checksum, const Trace& trace, std::uint32_t id) {
  const model::Stack* stack = model::stack_of(trace, id);
  if (stack == nullptr) return;
  std::vector<std::string> functions = functions_in(*stack, false);
  if (functions.empty()) functions = functions_in(*stack, true);
  if (functions.empty()) add_addresses(checksum, trace, *stack);
  for (const std::string& function : functions) {
    checksum.add(function);
    checksum.add(std::uint64_t{functions.size()});
  }
}

bool is_path(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
         std::string_view("_-+.~/").find(letter) != std::string_view::npos;
}

// "... main.cpp:"
bool ends_with_file(std::string_view text) {
  if (!text.ends_with(':')) return false;
  std::size_t start = text.size() - 1;
  while (start > 0 && is_path(text[start - 1])) --start;
  return text.substr(start).find('.') != std::string_view::npos;
}

// "a.cpp:12" of "/home/me/a.cpp:12: main: Assertion ..." becomes "a.cpp:", and "0x7f12ab" becomes "0x".
std::string without_lines_and_addresses(std::string_view text) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] == '/') {
      // A directory: what came before it in the same word goes.
      while (!result.empty() && is_path(result.back())) result.pop_back();
      ++at;
      continue;
    }
    result += text[at++];
    const auto skip = [&](std::string_view letters) {
      while (at < text.size() && letters.find(text[at]) != std::string_view::npos) ++at;
    };
    if (result.ends_with("0x")) skip("0123456789abcdefABCDEF");
    if (ends_with_file(result)) skip("0123456789");
  }
  return result;
}

// Where all stand. Without the tasks' numbers: which of three equal workers is which makes no new finding.
void add_tasks(Checksum& checksum, const Trace& trace, bool with_stacks) {
  std::vector<std::uint64_t> hashes;
  for (const model::TaskRecord& task : trace.tasks) {
    if (task.state == model::TaskState::ended) continue;
    Checksum one;
    const model::Object* object = model::object_of(trace, task.object);
    one.add(model::name_of(task.operation));
    one.add(object == nullptr ? std::string_view() : model::name_of(object->record.kind));
    if (with_stacks) {
      one.add(static_cast<std::uint64_t>(task.state));
      add_stack(one, trace, task.stack);
    }
    hashes.push_back(one.value());
  }
  std::ranges::sort(hashes);
  if (!with_stacks) hashes.erase(std::unique(hashes.begin(), hashes.end()), hashes.end());
  for (std::uint64_t hash : hashes) checksum.add(hash);
}

// The two places, whichever came first; how they were reached is not part of it.
void add_race(Checksum& checksum, const Trace& trace) {
  if (trace.races.empty()) return;
  std::vector<std::uint64_t> hashes;
  for (const std::uint32_t id : {trace.races.front().earlier.stack, trace.races.front().later.stack}) {
    Checksum one;
    if (const model::Stack* stack = model::stack_of(trace, id); stack != nullptr && !stack->frames.empty())
      add_frame(one, trace, stack->frames.front());
    hashes.push_back(one.value());
  }
  std::ranges::sort(hashes);
  for (const std::uint64_t hash : hashes) checksum.add(hash);
}

// What was done wrong, and where: not how large the block is or which task did it.
void add_memory(Checksum& checksum, const Trace& trace, const model::MemoryRecord& memory) {
  checksum.add(model::memory_fault_names.at(static_cast<std::size_t>(memory.fault)));
  add_stack(checksum, trace, trace.stack);
  add_stack(checksum, trace, memory.freed_stack);
}

}  // namespace

std::string fingerprint(const Trace& trace) {
  Checksum checksum;
  checksum.add(name_of(trace.outcome));
  if (trace.memory) {
    add_memory(checksum, trace, *trace.memory);
    return checksum.hex();
  }
  switch (trace.outcome) {
    case Outcome::deadlock:
    case Outcome::lost_wakeup:
    case Outcome::unmet_obligation:
    case Outcome::deadline:
      add_tasks(checksum, trace, true);
      break;
    case Outcome::livelock:
    case Outcome::hang:
      // These are cut off at an arbitrary step, so where exactly each task stands is chance.
      add_tasks(checksum, trace, false);
      break;
    case Outcome::race:
      add_race(checksum, trace);
      break;
    default:
      // Where the others stand when one fails is chance as well.
      checksum.add(trace.signal);
      checksum.add(static_cast<std::uint64_t>(trace.exit_status));
      add_stack(checksum, trace, trace.stack);
      checksum.add(without_lines_and_addresses(trace.text));
  }
  return checksum.hex();
}

}  // namespace wedge::supervise
