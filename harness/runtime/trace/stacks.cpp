// Unwinds the caller's stack and stores it once. Only while logging or when an execution has failed: this is the slow
// path.
#include "harness/runtime/trace/stacks.h"

#include <unwind.h>

#include <cstring>

#include "harness/runtime/intercept/thread_ends.h"
#include "harness/runtime/raw.h"
#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/modules.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

namespace {

constexpr std::uint32_t max_depth = 64;
constexpr std::uint32_t table_size = 1u << 17;

std::uint32_t stack_count = 1;  // 0 is "unknown"
std::uint32_t frame_count = 0;
std::uint32_t* table = nullptr;  // hash of a stack -> its number

struct Walk {
  model::FrameRecord frames[max_depth];
  std::uint32_t count = 0;
};

_Unwind_Reason_Code visit(_Unwind_Context* context, void* argument) {
  auto& walk = *static_cast<Walk*>(argument);
  int is_exact = 0;
  const std::uintptr_t pc = _Unwind_GetIPInfo(context, &is_exact);
  if (pc == 0 || walk.count == max_depth) return _URC_END_OF_STACK;
  if (_Unwind_GetRegionStart(context) == reinterpret_cast<std::uintptr_t>(&run_outermost)) return _URC_END_OF_STACK;
  if (is_exact) walk.count = 0;  // interrupted by a signal: what came before is the handler
  const model::FrameRecord frame = frame_at(is_exact ? pc : pc - 1);
  if (frame.module != own_module()) walk.frames[walk.count++] = frame;
  return _URC_NO_REASON;
}

std::uint32_t hash_of(const Walk& walk) {
  std::uint64_t hash = walk.count;
  for (std::uint32_t i = 0; i < walk.count; ++i)
    hash = (hash ^ (walk.frames[i].offset + walk.frames[i].module * 0x100000001ULL)) * 0x9e3779b97f4a7c15ULL;
  return static_cast<std::uint32_t>(hash >> 40);
}

std::uint32_t store(const Walk& walk) {
  if (walk.count == 0) return 0;
  std::uint32_t i = hash_of(walk) & (table_size - 1);
  for (; table[i] != 0; i = (i + 1) & (table_size - 1)) {
    const model::StackRecord& known = control->stacks[table[i]];
    if (known.count == walk.count &&
        std::memcmp(&control->frames[known.first_frame], walk.frames, walk.count * sizeof(model::FrameRecord)) == 0)
      return table[i];
  }
  if (stack_count == model::max_stacks || frame_count + walk.count > model::max_frames) return 0;
  std::memcpy(&control->frames[frame_count], walk.frames, walk.count * sizeof(model::FrameRecord));
  control->stacks[stack_count] = {frame_count, walk.count};
  frame_count += walk.count;
  table[i] = stack_count;
  return stack_count++;
}

// What __tsan_func_entry noted, for stacks that cannot be unwound, such as after a jump to address 0.
void add_shadow(Walk& walk, const Task* task) {
  if (task == nullptr || task->shadow == nullptr) return;
  for (std::uint32_t i = task->shadow_count; i > 0 && walk.count < max_depth; --i)
    if (i <= shadow_depth)
      walk.frames[walk.count++] = frame_at(reinterpret_cast<std::uintptr_t>(task->shadow[i - 1]) - 1);
}

}  // namespace

void begin_stacks() {
  if (stack_count > 1 || table == nullptr) {
    if (table == nullptr)
      table = static_cast<std::uint32_t*>(raw::reserve(table_size * sizeof(std::uint32_t)));
    else
      std::memset(table, 0, table_size * sizeof(std::uint32_t));
  }
  stack_count = 1;
  frame_count = 0;
}

void finish_stacks() {
  control->result.stacks = stack_count;
  control->result.frames = frame_count;
  control->result.modules = write_modules();
}

namespace {

std::uint32_t record_stack_for(const Task* task) {
  Walk walk;
  const bool was_controlled = controlled;
  controlled = false;  // the unwinder itself uses pthread_once and locks
  _Unwind_Backtrace(visit, &walk);
  controlled = was_controlled;
  if (walk.count == 0) add_shadow(walk, task);
  return store(walk);
}

}  // namespace

std::uint32_t record_shadow_stack(const Task& task, const void* pc) {
  if (stack_count >= model::max_stacks / 2) return 0;  // the others are for events
  Walk walk;
  walk.frames[walk.count++] = frame_at(reinterpret_cast<std::uintptr_t>(pc) - 1);
  add_shadow(walk, &task);
  return store(walk);
}

std::uint32_t record_place(const void* return_address) {
  if (return_address == nullptr) return 0;
  Walk walk;
  walk.frames[walk.count++] = frame_at(reinterpret_cast<std::uintptr_t>(return_address) - 1);
  return store(walk);
}

std::uint32_t record_stack() { return record_stack_for(scheduler.current); }

void record_stack_of_task(Task& task) { task.final_stack = record_stack_for(&task); }

void log_stack_of_pending(Task* task) { task->pending.stack = record_stack(); }

}  // namespace wedge::runtime
