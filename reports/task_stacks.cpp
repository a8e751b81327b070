// Where the tasks of a trace stand.
#include "reports/task_stacks.h"

#include "reports/frames.h"
#include "reports/words.h"

namespace wedge::reports {
namespace {

constexpr Limit own_limit{2000, 200 * 1024};
constexpr Limit all_limit{2000, 300 * 1024};

StackGroups groups_of(const model::Trace& trace) {
  const Words words(trace);
  StackGroups groups(trace.modules);
  for (const model::TaskRecord& task : trace.tasks) {
    if (task.state == model::TaskState::ended) continue;
    const auto kernel = trace.kernel_stacks.find(task.id);
    const std::uint32_t id = kernel == trace.kernel_stacks.end() ? task.stack : kernel->second;
    const model::Stack* stack = model::stack_of(trace, id);
    groups.add(stack, stack == nullptr ? "no stack: it stands at no point in the program" : "", words.task(task.id));
  }
  return groups;
}

}  // namespace

std::string stacks_title(const model::Trace& trace) { return groups_of(trace).title("task"); }
std::string stacks_section(const model::Trace& trace) { return groups_of(trace).text(Frames::own, own_limit); }
std::string all_frames_section(const model::Trace& trace) {
  const StackGroups groups = groups_of(trace);
  return groups.any_frames() ? groups.text(Frames::all, all_limit) : std::string();
}

}  // namespace wedge::reports
