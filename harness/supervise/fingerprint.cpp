// When two failures are the same finding.
#include <algorithm>
#include <filesystem>
#include <vector>

#include "harness/model/checksum.h"
#include "harness/supervise/capture.h"

namespace wedge::supervise {
namespace {

using model::Checksum;
using model::Trace;

constexpr std::size_t frames_that_count = 3;

void add_stack(Checksum& checksum, const Trace& trace, std::uint32_t id) {
  const model::Stack* stack = model::stack_of(trace, id);
  if (stack == nullptr) return;
  for (std::size_t i = 0; i < std::min(stack->frames.size(), frames_that_count); ++i) {
    const model::Frame& frame = stack->frames[i];
    checksum.add(std::filesystem::path(trace.modules.at(frame.module).path).filename().string());
    checksum.add(frame.offset);
  }
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

}  // namespace

std::string fingerprint(const Trace& trace) {
  Checksum checksum;
  checksum.add(name_of(trace.outcome));
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
    default:
      // Where the others stand when one fails is chance as well.
      checksum.add(trace.signal);
      checksum.add(static_cast<std::uint64_t>(trace.exit_status));
      add_stack(checksum, trace, trace.stack);
      checksum.add(trace.text);
  }
  return checksum.hex();
}

}  // namespace wedge::supervise
