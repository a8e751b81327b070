// The explanation in words.
#include "reports/reasons.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/essentials.h"
#include "reports/misuse_words.h"
#include "reports/page.h"
#include "reports/text.h"
#include "reports/waits.h"

namespace wedge::reports {
namespace {

using model::Operation;
using model::TaskRecord;
using model::TaskState;
using model::Trace;

constexpr std::size_t most_links = 4;
constexpr std::size_t most_waits = 2;

std::string sentence(std::string text) {
  if (text.empty()) return text;
  text[0] = static_cast<char>(std::toupper(static_cast<unsigned char>(text[0])));
  return text.ends_with('.') ? text : text + ".";
}

std::string cycle_words(const Trace& trace, const Words& words) {
  std::string text;
  for (std::size_t i = 0; i < std::min(trace.cycle.size(), most_links); ++i)
    text +=
        (i == 0 ? "" : "; ") + link_in_cycle(trace, words, trace.cycle[i], trace.cycle[(i + 1) % trace.cycle.size()]);
  if (trace.cycle.size() > most_links) text += fmt::format("; and so on, {} tasks in all", trace.cycle.size());
  return text;
}

// Of those that wait, a task that joins another is the last one to be of interest.
std::string waits_words(const Trace& trace, const Words& words) {
  std::vector<const TaskRecord*> blocked;
  for (const TaskRecord& task : trace.tasks)
    if (task.state == TaskState::blocked) blocked.push_back(&task);
  std::stable_partition(blocked.begin(), blocked.end(),
                        [](const TaskRecord* task) { return task->operation != Operation::join; });
  std::string text;
  for (std::size_t i = 0; i < std::min(blocked.size(), most_waits); ++i)
    text += fmt::format("{}{}{} {}", i == 0 ? "" : "; ", words.task(blocked[i]->id), words.at(blocked[i]->stack),
                        what_it_waits_for(trace, words, *blocked[i]));
  if (blocked.size() > most_waits)
    text += fmt::format("; {} wait, too", counted(blocked.size() - most_waits, "more task"));
  return text;
}

std::string place_words(const Trace& trace, const Words& words) {
  if (trace.task < 0 && words.place(trace.stack).empty()) return {};
  const std::string who = trace.task < 0 ? "It" : words.task(static_cast<std::uint32_t>(trace.task));
  return fmt::format("{} {}{}", who, how_it_ended(trace.outcome), words.at(trace.stack));
}

std::string what_happened(const Trace& trace, const Words& words) {
  if (!trace.cycle.empty()) return cycle_words(trace, words);
  if (const std::string misuse = misuse_words(trace, words); !misuse.empty()) return misuse;
  if (is_about_one_place(trace.outcome)) return place_words(trace, words);
  return waits_words(trace, words);
}

// One switch is told here; more of them have a section of their own.
std::string switches_words(const Trace& trace, const Words& words) {
  const std::string count = switch_count_words(trace);
  const std::vector<std::string> lines = essential_switches(trace, words);
  return lines.size() == 1 ? fmt::format("{}, at {}", count, lines.front()) : count;
}

}  // namespace

std::vector<std::string> reasons(const Trace& trace, const Words& words) {
  std::vector<std::string> sentences;
  for (const std::string& text : {what_happened(trace, words), switches_words(trace, words)})
    if (!text.empty()) sentences.push_back(sentence(text));
  return sentences;
}

}  // namespace wedge::reports
