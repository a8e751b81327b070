// The clause after "which" or "while": what makes the call wrong.
#include "reports/misuse_words.h"

#include <fmt/format.h>

namespace wedge::reports {
namespace {

using model::Misuse;
using model::MisuseKind;
using model::Trace;

// "task 1 destroyed at step 7 at a.cpp:9"; what is not known is left out.
std::string earlier(const Words& words, const Misuse& misuse, std::string_view did) {
  std::string text = fmt::format("{} {}", words.task(misuse.task), did);
  if (misuse.step > 0) text += fmt::format(" at step {}", misuse.step);
  return text + words.at(misuse.stack);
}

std::string clause(const Words& words, const Misuse& misuse) {
  const bool somebody = misuse.task != model::no_task;
  switch (misuse.kind) {
    case MisuseKind::use_of_destroyed:
      return somebody ? ", which " + earlier(words, misuse, "destroyed") : ", which is destroyed";
    case MisuseKind::unlock_of_free:
      return ", which nobody holds";
    case MisuseKind::unlock_of_others:
    case MisuseKind::destroy_held:
      return somebody ? ", which " + earlier(words, misuse, "locked") + " and still holds" : ", which others hold";
    case MisuseKind::destroy_waited_for:
      return ", while " + earlier(words, misuse, "waits for it, since it blocked");
    case MisuseKind::initialise_in_use:
      return ", while " + earlier(words, misuse, "uses it, which it began to do");
    case MisuseKind::wait_without_mutex:
      return somebody ? ", with a mutex that " + earlier(words, misuse, "locked") + " and still holds"
                      : ", with a mutex that nobody holds";
    case MisuseKind::wait_with_other_mutex:
      return ", while " + earlier(words, misuse, "waits there with another mutex, since it blocked");
    default:
      return {};
  }
}

model::Operation last_operation(const Trace& trace) {
  const auto task = model::task_of(trace, static_cast<std::uint32_t>(trace.task));
  return task == nullptr ? model::Operation::none : task->operation;
}

}  // namespace

std::string misuse_words(const Trace& trace, const Words& words) {
  const Misuse& misuse = trace.misuse;
  if (misuse.kind == MisuseKind::none || trace.task < 0) return {};
  const std::string who = words.task(static_cast<std::uint32_t>(trace.task));
  if (misuse.kind == MisuseKind::thread_is_gone)
    return fmt::format("{} calls {}{}", who, trace.text, words.at(trace.stack));
  const std::string did = misuse.kind == MisuseKind::initialise_in_use
                              ? "initialises " + words.object(misuse.object)
                              : words.action(last_operation(trace), misuse.object);
  return fmt::format("{} {}{}{}", who, did, words.at(trace.stack), clause(words, misuse));
}

}  // namespace wedge::reports
