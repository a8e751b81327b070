// The three stacks of a block, or the places that lost most.
#include "reports/memory.h"

#include <algorithm>
#include <array>
#include <span>

#include <fmt/format.h>

#include "reports/page.h"
#include "reports/stack_lines.h"

namespace wedge::reports {
namespace {

using model::MemoryFault;
using model::MemoryRecord;
using model::Trace;

constexpr std::size_t shown_frames = 10;

std::string frames(const Trace& trace, const Words& words, std::uint32_t id) {
  const model::Stack* stack = model::stack_of(trace, id);
  if (stack == nullptr || stack->frames.empty()) return "    where is not known\n";
  const std::vector<std::string> lines = stack_lines(trace, words, *stack);
  std::string text;
  for (std::size_t i = 0; i < std::min(lines.size(), shown_frames); ++i) text += "    " + lines[i] + "\n";
  if (lines.size() > shown_frames) text += fmt::format("    ... and {} more callers\n", lines.size() - shown_frames);
  return text;
}

std::string deed(const Trace& trace, const Words& words, std::string_view what, std::uint16_t task, std::uint64_t step,
                 std::uint32_t stack) {
  if (task == model::no_task) return {};
  return fmt::format("  {} by {} at step {}\n", what, words.task(task), step) + frames(trace, words, stack);
}

std::string_view from_words(model::BlockKind kind) {
  return model::block_kind_names.at(static_cast<std::size_t>(kind));
}

// Whom or what it befell.
std::string subject(const Words& words, const MemoryRecord& memory) {
  if (memory.fault == MemoryFault::dead_stack)
    return memory.freed_by == model::no_task
               ? "  a local variable of a task that has ended\n"
               : fmt::format("  a local variable of {}, which has ended\n", words.task(memory.freed_by));
  if (memory.allocated_by == model::no_task) return {};
  return fmt::format("  {} from {}; this is about offset {}\n", counted(memory.size, "byte"), from_words(memory.kind),
                     static_cast<std::int64_t>(memory.offset));
}

std::string_view last_deed(const MemoryRecord& memory) {
  switch (memory.fault) {
    case MemoryFault::double_free:
      return "freed again";
    case MemoryFault::bad_free:
    case MemoryFault::mismatched_free:
      return "freed";
    default:
      break;
  }
  if (memory.access_size == 0) return "used";
  return memory.writes != 0 ? "written" : "read";
}

std::string block_text(const Trace& trace, const Words& words, const MemoryRecord& memory) {
  std::string text = "The memory\n" + subject(words, memory);
  text += deed(trace, words, "allocated", memory.allocated_by, memory.allocated_step, memory.allocated_stack);
  if (memory.fault != MemoryFault::dead_stack)
    text += deed(trace, words, "freed", memory.freed_by, memory.freed_step, memory.freed_stack);
  if (trace.task >= 0)
    text += deed(trace, words, last_deed(memory), static_cast<std::uint16_t>(trace.task), trace.steps, trace.stack);
  return text;
}

std::string leaks_text(const Trace& trace, const Words& words, const MemoryRecord& memory) {
  std::string text = fmt::format("What is lost: {} in {}\n", counted(memory.leaked_bytes, "byte"),
                                 counted(memory.leaked_blocks, "block"));
  std::uint64_t listed = 0;
  for (const model::LeakRecord& leak : std::span(memory.leaks).first(memory.leak_count)) {
    text += fmt::format("  {} in {}, allocated by {}\n", counted(leak.bytes, "byte"), counted(leak.blocks, "block"),
                        words.task(leak.task)) +
            frames(trace, words, leak.stack);
    listed += leak.blocks;
  }
  if (listed < memory.leaked_blocks)
    text += fmt::format("  ... and {}\n", counted(memory.leaked_blocks - listed, "more block"));
  return text;
}

constexpr std::array<std::string_view, static_cast<std::size_t>(MemoryFault::count_)> hints{
    // none
    "",
    // use after free
    "Whoever uses it must keep it alive: hold a std::shared_ptr or the lock for as long as it is used, or wait for the "
    "users before it is freed.",
    // double free
    "Two owners free it, or one frees it twice: give it one owner, such as a std::unique_ptr.",
    // bad free
    "Free exactly what the allocation returned, and nothing that was never allocated.",
    // mismatched free
    "What malloc gave belongs to free, new to delete, new[] to delete[].",
    // use of a dead stack
    "Join the task before its locals are used no more, or give what is shared a life of its own on the heap.",
    // leak
    "Somebody gave up ownership without handing it on; look at what the tasks that ended still held.",
};

}  // namespace

std::string memory_text(const Trace& trace, const Words& words) {
  if (!trace.memory) return {};
  const MemoryRecord& memory = *trace.memory;
  return memory.fault == MemoryFault::leak ? leaks_text(trace, words, memory) : block_text(trace, words, memory);
}

std::string_view memory_hint(const Trace& trace) { return hints.at(static_cast<std::size_t>(trace.memory->fault)); }

}  // namespace wedge::reports
