// The console text of one finding.
#include "reports/text.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "reports/essentials.h"
#include "reports/interleaving.h"
#include "reports/memory.h"
#include "reports/misuse_words.h"
#include "reports/races.h"
#include "reports/stack_lines.h"
#include "reports/streams.h"
#include "reports/waits.h"
#include "reports/words.h"

namespace wedge::reports {
namespace {

using model::TaskRecord;
using model::TaskState;
using model::Trace;

constexpr std::size_t shown_tasks = 40;
constexpr std::size_t shown_frames = 16;

bool has_source_name(model::ObjectKind kind) {
  return kind != model::ObjectKind::task && kind != model::ObjectKind::clock && kind != model::ObjectKind::descriptor;
}

// Every part is a paragraph of its own, and empty if there is nothing to say.
std::string cycle_text(const Trace& trace, const Words& words) {
  if (trace.cycle.empty()) return {};
  std::string text = "The cycle\n";
  for (std::size_t i = 0; i < trace.cycle.size(); ++i) {
    const std::uint16_t next = trace.cycle[(i + 1) % trace.cycle.size()];
    text += fmt::format("  {}{}\n", link_in_cycle(trace, words, trace.cycle[i], next),
                        i + 1 < trace.cycle.size() ? ";" : ".");
  }
  return text;
}

std::string state_words(const Trace& trace, const TaskRecord& task) {
  if (task.id == trace.task && is_about_one_place(trace.outcome)) return std::string(how_it_ended(trace.outcome));
  return fmt::format("{} since step {}", task.state == TaskState::blocked ? "blocked" : "could run", task.since_step);
}

// One line per clause: the last signal is what one looks for.
std::string clauses(std::string text) {
  for (std::size_t at = text.find("; "); at != std::string::npos; at = text.find("; ", at + 5))
    text.replace(at, 2, "\n    ");
  return "    " + text + "\n";
}

std::string task_text(const Trace& trace, const Words& words, const TaskRecord& task) {
  const std::string where = words.place(task.stack);
  std::string text =
      fmt::format("  {}: {}{}{}\n", words.task(task.id), state_words(trace, task), where.empty() ? "" : ", at ", where);
  const bool is_over = task.id == trace.task && is_about_one_place(trace.outcome);
  const std::string waits = is_over ? std::string() : what_it_waits_for(trace, words, task);
  return waits.empty() ? text : text + clauses(waits);
}

std::string ended_text(const Trace& trace, const Words& words) {
  std::vector<std::uint16_t> ended;
  for (const TaskRecord& task : trace.tasks)
    if (task.state == TaskState::ended) ended.push_back(task.id);
  if (ended.empty()) return {};
  if (ended.size() > shown_tasks) return fmt::format("  {} tasks have ended\n", ended.size());
  return fmt::format("  {} {} ended\n", words.tasks(ended), ended.size() == 1 ? "has" : "have");
}

std::string tasks_text(const Trace& trace, const Words& words) {
  if (trace.tasks.empty()) return {};
  std::string text = "Where every task stands\n";
  std::size_t alive = 0;
  for (const TaskRecord& task : trace.tasks)
    if (task.state != TaskState::ended && ++alive <= shown_tasks) text += task_text(trace, words, task);
  if (alive > shown_tasks)
    text += fmt::format("  ... and {} more tasks; the trace has them all\n", alive - shown_tasks);
  return text + ended_text(trace, words);
}

std::string what_streams_did(const Trace& trace, const Words& words) {
  if (!trace.streams) return {};
  const std::string text =
      streams_text(*trace.streams, [&](std::int32_t task) { return words.task(static_cast<std::uint32_t>(task)); });
  return text.empty() ? text : "What the streams were doing\n" + text;
}

std::string misuse_text(const Trace& trace, const Words& words) {
  const std::string misuse = misuse_words(trace, words);
  return misuse.empty() ? misuse : "What is wrong\n  " + misuse + ".\n";
}

// Where the operation that ended it was called from.
std::string stack_text(const Trace& trace, const Words& words) {
  const model::Stack* stack = model::stack_of(trace, trace.stack);
  if (stack == nullptr || stack->frames.empty()) return {};
  const std::vector<std::string> lines = stack_lines(trace, words, *stack);
  if (lines.empty()) return {};
  std::string text = "Where it happened";
  if (trace.task >= 0) text += ", in " + words.task(static_cast<std::uint32_t>(trace.task));
  text += "\n";
  for (std::size_t i = 0; i < std::min(lines.size(), shown_frames); ++i) text += "  " + lines[i] + "\n";
  if (lines.size() > shown_frames) text += fmt::format("  ... and {} more callers\n", lines.size() - shown_frames);
  return text;
}

std::string more_of_the_message(const Trace& trace) {
  const std::size_t line_end = trace.text.find('\n');
  if (line_end == std::string::npos || line_end + 1 >= trace.text.size()) return {};
  std::string text = "  " + trace.text.substr(line_end + 1);
  while (text.ends_with('\n')) text.pop_back();
  for (std::size_t at = text.find('\n'); at != std::string::npos; at = text.find('\n', at + 3))
    text.insert(at + 1, "  ");
  return text + "\n";
}

std::string why_text(const Trace& trace, const Words& words) {
  if (!trace.analysis) return {};
  std::string text = "Why it happens only sometimes\n  " + switch_count_words(trace) + ".\n";
  for (const std::string& line : essential_switches(trace, words)) text += "    " + line + "\n";
  const std::string rate = rate_words(trace);
  return rate.empty() ? text : text + "  " + rate + ".\n";
}

// What the source calls a heap or stack object is not known; where it was first used tells which one it is.
std::string unnamed_text(const Trace& trace, const Words& words) {
  std::set<std::uint32_t> wanted{trace.misuse.object};
  for (const TaskRecord& task : trace.tasks)
    if (task.state == TaskState::blocked) wanted.insert({task.object, task.mutex});
  std::string lines;
  for (std::uint32_t id : wanted) {
    const model::Object* object = model::object_of(trace, id);
    if (object == nullptr || !object->name.empty() || !has_source_name(object->record.kind)) continue;
    const auto first = std::ranges::find(trace.events, id, &model::EventRecord::object);
    if (first == trace.events.end() || words.place(first->stack).empty()) continue;
    lines += fmt::format("  {}: first used at step {}, where {}\n", words.object(id), first->step,
                         event_words(trace, words, *first));
  }
  return lines.empty() ? lines : "Objects that are no static variables\n" + lines;
}

std::string confirmation_text(const Trace& trace) {
  const model::Confirmation& confirmation = trace.confirmation;
  if (confirmation.attempts == 0) return "Not replayed.\n";
  if (confirmation.same == confirmation.attempts)
    return fmt::format("Replayed in fresh processes: the same {} of {} times.\n", confirmation.same,
                       confirmation.attempts);
  return fmt::format(
      "NOT CONFIRMED: replayed in fresh processes, it was the same {} of {} times; one {}.\n"
      "What the program does must depend on something that is not controlled, such as the processor's time stamps,\n"
      "uninitialised memory, another process, or a file that changes.\n",
      confirmation.same, confirmation.attempts, confirmation.remark);
}

// Short names read better in the text above; here is what they stand for.
std::string files_text(const Words& words, const std::string& text) {
  std::string lines;
  for (const auto& [name, path] : words.files())
    if (name != path && text.find(name + ":") != std::string::npos) lines += fmt::format("  {}: {}\n", name, path);
  return lines.empty() ? lines : "Files\n" + lines;
}

}  // namespace

std::string headline(const Trace& trace) {
  const std::string first_line = trace.text.substr(0, trace.text.find('\n'));
  if (first_line.empty()) return std::string(name_of(trace.outcome));
  if (trace.outcome == Outcome::race && !trace.races.empty()) return "race: " + race_summary(trace);
  return fmt::format("{}: {}", name_of(trace.outcome), first_line);
}

std::string explain(const Trace& trace) {
  const Words words(trace);
  std::vector<std::string> parts{headline(trace) + "\n", more_of_the_message(trace), cycle_text(trace, words)};
  parts.push_back(misuse_text(trace, words));
  if (trace.memory)
    parts.push_back(memory_text(trace, words));
  else if (is_about_one_place(trace.outcome) && trace.outcome != Outcome::race)
    parts.push_back(stack_text(trace, words));
  parts.push_back(races_text(trace, words));
  if (trace.outcome == Outcome::livelock) parts.push_back(repeating_points(trace, words));
  if (trace.outcome != Outcome::unsupported) {
    parts.push_back(tasks_text(trace, words));
    parts.push_back(what_streams_did(trace, words));
    parts.push_back(interleaving(trace, words));
    parts.push_back(why_text(trace, words));
    parts.push_back(unnamed_text(trace, words));
  }
  std::string text;
  for (const std::string& part : parts)
    if (!part.empty()) text += (text.empty() ? "" : "\n") + part;
  const std::string files = files_text(words, text);
  if (!files.empty()) text += "\n" + files;
  return text + "\n" + confirmation_text(trace);
}

}  // namespace wedge::reports
