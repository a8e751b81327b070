// Turns the analysis of a finding into sentences.
#include "reports/essentials.h"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "reports/interleaving.h"

namespace wedge::reports {
namespace {

using model::EssentialSwitch;
using model::SwitchKind;
using model::Trace;

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

bool tells(model::Operation operation) {
  return operation != model::Operation::proceed && operation != model::Operation::none &&
         operation != model::Operation::start;
}

// Where the interrupted task stood: by what it did when it came to run again, or wants to do to this day; or else by
// what it had just done.
std::string moment(const Trace& trace, const Words& words, const EssentialSwitch& essential) {
  const std::string task = words.task(essential.from);
  const auto of_task = [&](const model::EventRecord& event) { return event.task == essential.from; };
  const auto split = std::ranges::lower_bound(trace.events, essential.step, {}, &model::EventRecord::step);
  const auto next = std::find_if(split, trace.events.end(), of_task);
  if (next != trace.events.end() && tells(next->operation))
    return fmt::format("before {} {}{}", task, words.action(next->operation, next->object), words.at(next->stack));
  const model::TaskRecord* record = model::task_of(trace, essential.from);
  if (next == trace.events.end() && record != nullptr && tells(record->operation))
    return fmt::format("before {} {}{}", task, words.action(record->operation, record->object),
                       words.at(record->stack));
  const auto last = std::find_if(std::make_reverse_iterator(split), trace.events.rend(), of_task);
  if (last != trace.events.rend() && tells(last->operation))
    return fmt::format("after {} {}{}", task, words.action(last->operation, last->object), words.at(last->stack));
  return "while " + task + " could go on";
}

std::string what_happened(const Trace& trace, const Words& words, const EssentialSwitch& essential) {
  switch (essential.kind) {
    case SwitchKind::task:
      return fmt::format("{}, {} runs", moment(trace, words, essential), words.task(essential.to));
    case SwitchKind::early_timeout:
      return fmt::format("a timeout fired although {} could run", words.task(essential.from));
    case SwitchKind::spurious_wakeup:
      return "a condition variable's waiter woke without a signal";
    case SwitchKind::value:
      return fmt::format("for {}, of several permitted results not the first came but number {}",
                         words.task(essential.from), essential.to);
  }
  return {};
}

std::string what_else(const EssentialSwitch& essential) {
  if (essential.without == Outcome::pass) return "without this switch the run passes";
  const std::string text = first_line(essential.text_without);
  return fmt::format("without this switch the run ends otherwise: {}{}{}", name_of(essential.without),
                     text.empty() ? "" : ", ", text);
}

}  // namespace

std::vector<std::string> essential_switches(const Trace& trace, const Words& words) {
  std::vector<std::string> lines;
  if (!trace.analysis || !trace.analysis->minimised) return lines;
  for (const EssentialSwitch& essential : trace.analysis->switches)
    lines.push_back(
        fmt::format("step {}: {}. {}.", essential.step, what_happened(trace, words, essential), what_else(essential)));
  return lines;
}

std::string switch_count_words(const Trace& trace) {
  if (!trace.analysis) return {};
  const model::Analysis& analysis = *trace.analysis;
  if (!analysis.minimised) return "Its schedule could not be made smaller";
  const std::size_t count = analysis.switches.size();
  const std::string before = analysis.switches_before > count
                                 ? fmt::format(", of {} in the schedule as it was found", analysis.switches_before)
                                 : std::string();
  if (count == 0) return fmt::format("No switch is essential{}: it happens without any interruption", before);
  return fmt::format("{} {} essential{}{}", count, count == 1 ? "switch is" : "switches are", before,
                     analysis.complete ? "" : " (a limit was reached; fewer may do)");
}

std::string rate_words(const Trace& trace) {
  if (!trace.analysis || trace.analysis->rate.executions == 0) return {};
  const model::FailureRate& rate = trace.analysis->rate;
  return fmt::format("{} of {} executions of random search: between {:.1f} % and {:.1f} % with 95 %", rate.failures,
                     rate.executions, rate.low * 100, rate.high * 100);
}

}  // namespace wedge::reports
