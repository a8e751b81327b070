// The explanation in words.
#include "reports/reasons.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/page.h"
#include "reports/text.h"
#include "reports/waits.h"

namespace wedge::reports {
namespace {

using model::EssentialSwitch;
using model::EventRecord;
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
  std::ranges::stable_partition(blocked, [](const TaskRecord* task) { return task->operation != Operation::join; });
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
  return fmt::format("{} ended the execution{}", who, words.at(trace.stack));
}

std::string what_happened(const Trace& trace, const Words& words) {
  if (!trace.cycle.empty()) return cycle_words(trace, words);
  if (is_about_one_place(trace.outcome)) return place_words(trace, words);
  return waits_words(trace, words);
}

// What the task would have done next: the log says it if it came to that, else where it stands at the end.
std::string next_action(const Trace& trace, const Words& words, const EssentialSwitch& at) {
  const auto is_next = [&](const EventRecord& event) { return event.task == at.from && event.step >= at.step; };
  const auto event = std::ranges::find_if(trace.events, is_next);
  if (event != trace.events.end())
    return fmt::format("{} before it {}", words.at(event->stack), words.action(event->operation, event->object));
  const TaskRecord* task = model::task_of(trace, at.from);
  if (task == nullptr || task->operation == Operation::none) return fmt::format(" at step {}", at.step);
  return fmt::format("{} before it {}", words.at(task->stack), words.action(task->operation, task->object));
}

std::string without_words(const Words& words, const EssentialSwitch& at) {
  const std::string had = fmt::format("had {} gone on, the run would have ", words.task(at.from));
  if (at.without == Outcome::pass) return had + "passed";
  std::string text = had + fmt::format("ended in {}", name_of(at.without));
  const std::string first_line = at.text_without.substr(0, at.text_without.find('\n'));
  return first_line.empty() ? text : fmt::format("{} ({})", text, first_line);
}

std::string switches_words(const Trace& trace, const Words& words) {
  if (!trace.analysis || !trace.analysis->minimised) return {};
  const model::Analysis& analysis = *trace.analysis;
  const std::size_t count = analysis.switches.size();
  if (count == 0) return "No switch is needed for it: it fails even if every task runs until it waits or ends";
  if (count == 1) return "One switch is essential: " + essential_switches(trace, words).front();
  return fmt::format("{} switches are essential; all of them are named below", count);
}

std::string limit_words(const Trace& trace) {
  if (!trace.analysis || !trace.analysis->minimised || trace.analysis->complete) return {};
  return fmt::format("The limit of the search was reached after {}: fewer switches may be enough",
                     counted(trace.analysis->candidates, "schedule"));
}

std::string percent(double rate) { return fmt::format("{:.3g} %", rate * 100); }

}  // namespace

std::vector<std::string> reasons(const Trace& trace, const Words& words) {
  std::vector<std::string> sentences;
  for (const std::string& text : {what_happened(trace, words), switches_words(trace, words), limit_words(trace)})
    if (!text.empty()) sentences.push_back(sentence(text));
  return sentences;
}

std::vector<std::string> essential_switches(const Trace& trace, const Words& words) {
  std::vector<std::string> lines;
  if (!trace.analysis) return lines;
  for (const EssentialSwitch& at : trace.analysis->switches)
    lines.push_back(fmt::format("{} is interrupted{}, and {} runs instead; {}", words.task(at.from),
                                next_action(trace, words, at), words.task(at.to), without_words(words, at)));
  return lines;
}

std::string rate_words(const Trace& trace) {
  if (!trace.analysis || trace.analysis->rate.executions == 0) return {};
  const model::FailureRate& rate = trace.analysis->rate;
  return fmt::format("{} of {} executions of random search ({}; between {} and {} with 95 %)", rate.failures,
                     rate.executions,
                     percent(static_cast<double>(rate.failures) / static_cast<double>(rate.executions)),
                     percent(rate.low), percent(rate.high));
}

}  // namespace wedge::reports
