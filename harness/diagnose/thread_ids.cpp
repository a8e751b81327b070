// Translates by the NSpid line of /proc/PID/task/TID/status.
#include "harness/diagnose/thread_ids.h"

#include "harness/diagnose/proc_files.h"

namespace wedge::diagnose {

ThreadIds::ThreadIds(std::int32_t pid, const std::vector<ThreadReading>& threads) : pid_(pid) {
  for (const ThreadReading& thread : threads) {
    const std::int32_t inner = thread.status.inner_id != 0 ? thread.status.inner_id : thread.tid;
    threads_[static_cast<std::uint32_t>(inner)] = thread.tid;
    nested_ = nested_ || inner != thread.tid;
  }
}

std::optional<std::int32_t> ThreadIds::in_process(std::uint32_t inner) const {
  const auto found = threads_.find(inner);
  return found == threads_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int32_t> ThreadIds::anywhere(std::uint32_t inner) const {
  if (const auto own = in_process(inner)) return own;
  if (!plausible(inner)) return std::nullopt;
  if (!nested_) {
    const auto outer = static_cast<std::int32_t>(inner);
    return read_stat(process_path(outer)) ? std::optional(outer) : std::nullopt;
  }
  const auto space = read_link(process_path(pid_) + "/ns/pid");
  for (const std::int32_t pid : numbers_in("/proc").value_or(std::vector<std::int32_t>{})) {
    if (!space || read_link(process_path(pid) + "/ns/pid") != space) continue;
    for (const std::int32_t tid : numbers_in(process_path(pid) + "/task").value_or(std::vector<std::int32_t>{})) {
      const auto status = read_status(thread_path(pid, tid));
      if (status && status->inner_id == static_cast<std::int32_t>(inner)) return tid;
    }
  }
  return std::nullopt;
}

}  // namespace wedge::diagnose
