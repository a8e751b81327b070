// The visible part of the report on a hang. The limits of its sections add up to less than that of the whole.
#include "reports/hang_markdown.h"

#include <algorithm>
#include <map>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/hang_folded.h"
#include "reports/hang_words.h"
#include "reports/hints.h"
#include "reports/mermaid.h"
#include "reports/page.h"
#include "reports/shell.h"
#include "reports/streams.h"

namespace wedge::reports {
namespace {

using model::Hang;
using model::HangThread;

constexpr std::size_t longest_sentence = 400;
constexpr std::size_t longest_cell = 120;
constexpr Limit table_limit{30, 5 * 1024};
constexpr Limit list_limit{12, 1200};

std::string tree_words(const Hang& hang) {
  std::size_t threads = 0;
  for (const model::HangProcess& process : hang.processes) threads += process.threads.size();
  return fmt::format("{}, {}", counted(hang.processes.size(), "process"), counted(threads, "thread"));
}

std::string capture_words(const Hang& hang) {
  std::string text = fmt::format("took {}; two samples, {} apart; ", duration(hang.capture_s), duration(hang.sample_s));
  return text + (hang.longest_stop_s > 0
                     ? fmt::format("a thread was stopped for {} at most", duration(hang.longest_stop_s))
                     : "nothing was stopped or interrupted");
}

std::string time_words(const Hang& hang) {
  std::string text = fmt::format("{} after its start", duration(hang.elapsed_s));
  if (hang.idle_s) text += fmt::format(", {} without progress", duration(*hang.idle_s));
  return text;
}

std::string facts(const Hang& hang) {
  std::string text;
  const auto add = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += fmt::format("- {}: {}\n", name, value);
  };
  add("Command", code(shortened_to(shell_line(hang.command), longest_sentence)));
  if (!hang.scenario.empty()) add("Scenario", code(shortened_to(hang.scenario + ":" + hang.variant, longest_sentence)));
  add("Why now", markdown(shortened_to(hang.trigger, longest_cell)) + ", " + time_words(hang));
  add("Processes", tree_words(hang));
  add("Capture", capture_words(hang));
  add("Machine", markdown(shortened_to(hang.host, longest_cell)));
  Rows missing(list_limit);
  for (const std::string& one : hang.missing)
    missing.add(
        [&] { return fmt::format("- **Could not be read**: {}\n", markdown(shortened_to(one, longest_sentence))); });
  return text + missing.text("thing", "- **Could not be read**: {}\n");
}

std::string why(const Hang& hang) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(hang.verdict.why.size(), 3); ++i)
    text += (i > 0 ? " " : "") + markdown(shortened_to(hang.verdict.why[i], longest_sentence));
  return text.empty() ? text : text + "\n";
}

std::string since_words(const Hang& hang, const HangThread& thread) {
  if (thread.wait.since_s) return duration(*thread.wait.since_s);
  const bool stood_still = thread.cpu_s <= 0 && thread.voluntary_switches == 0 && thread.involuntary_switches == 0;
  if (!stood_still || thread.wait.kind == model::WaitKind::running) return {};
  return hang.sample_s > 0 ? "at least " + duration(hang.sample_s) : std::string();
}

const model::HangDescriptor* descriptor_of(const model::HangProcess& process, std::int32_t number) {
  const auto found = std::ranges::find(process.descriptors, number, &model::HangDescriptor::descriptor);
  return found == process.descriptors.end() ? nullptr : &*found;
}

std::string other_end_words(const Hang& hang, const ThreadOfProcess& of) {
  if (of.thread->wait.descriptors.size() != 1) return {};
  const auto* descriptor = descriptor_of(*of.process, of.thread->wait.descriptors.front().descriptor);
  if (descriptor == nullptr) return {};
  if (descriptor->other_end.empty()) return descriptor->other_end_known ? "nobody has the other end" : "";
  std::string text = "other end: " + name_of_owner(hang, descriptor->other_end.front().pid);
  if (descriptor->other_end.size() > 1) text += fmt::format(" and {} more", descriptor->other_end.size() - 1);
  return text;
}

// What stands in front of the operation that the thread waits for.
std::string operation_in_front(const Hang& hang, const ThreadOfProcess& of) {
  for (const model::Streams& streams : hang.streams)
    for (const model::StreamCall& call : streams.calls) {
      const auto awaited = model::held_up_by(streams, call);
      if (streams.process != of.process->pid || call.thread != of.thread->tid || !awaited) continue;
      const std::vector<model::WayPoint> way = model::way_of(streams, *awaited);
      return fmt::format("{}{} on {}", model::is_certain(streams, way) ? "" : "at least ", way.back().operation->what,
                         model::name_of(*way.back().stream));
    }
  return {};
}

std::string holder_words(const Hang& hang, const ThreadOfProcess& of) {
  const model::Wait& wait = of.thread->wait;
  if (const std::string operation = operation_in_front(hang, of); !operation.empty()) return operation;
  if (!wait.owner && wait.owner_is_gone) return "somebody who has ended";
  if (!wait.owner && wait.kind == model::WaitKind::condition) return "whoever should signal it";
  if (!wait.owner) return other_end_words(hang, of);
  std::string text = name_of_owner(hang, *wait.owner);
  if (wait.owner_is_gone) text += ", which has ended";
  return wait.owner_evidence.empty() ? text : fmt::format("{} ({})", text, wait.owner_evidence);
}

std::string cell(const std::string& text) { return markdown(shortened_to(text, longest_cell)); }

// Threads that wait in the same way at the same place are one row.
std::string who_waits(const Hang& hang) {
  std::vector<std::pair<std::string, std::vector<ThreadOfProcess>>> groups;
  std::map<std::string, std::size_t> known;
  for (const ThreadOfProcess& of : threads_by_weight(hang)) {
    const HangThread& thread = *of.thread;
    std::string cells =
        fmt::format("{} | {} | {} | {} |\n", cell(wait_words(thread)), since_words(hang, thread),
                    cell(holder_words(hang, of)), code_in_cell(shortened_to(place_of(hang, thread), longest_cell)));
    const auto [entry, is_new] = known.try_emplace(cells, groups.size());
    if (is_new) groups.emplace_back(std::move(cells), std::vector<ThreadOfProcess>());
    groups[entry->second].second.push_back(of);
  }
  if (groups.empty()) return {};
  Rows rows(table_limit);
  for (const auto& group : groups) {
    const std::string& cells = group.first;
    const std::vector<ThreadOfProcess>& threads = group.second;
    rows.add(
        [&] {
          const std::string who = cell(name_of_thread(hang, threads.front()));
          return threads.size() == 1 ? fmt::format("| {} | {}", who, cells)
                                     : fmt::format("| **{} ×** {} and others | {}", threads.size(), who, cells);
        },
        threads.size());
  }
  return "| who | what it does | since | held or owed by | at |\n|---|---|---|---|---|\n" +
         rows.text("thread", "| *{}, see the stacks* | | | | |\n");
}

std::string what_streams_did(const Hang& hang) {
  std::string text;
  for (const model::Streams& streams : hang.streams) {
    if (hang.streams.size() > 1)
      text += fmt::format("{}In {}:\n\n", text.empty() ? "" : "\n", name_of_owner(hang, streams.process));
    text += streams_section(streams, [&](std::int32_t tid) { return name_of_owner(hang, tid); });
  }
  return text;
}

std::string ctrl_c_line(const model::HangProcess& process) {
  const char* answer = process.ctrl_c.works == model::YesNo::yes  ? "would end it"
                       : process.ctrl_c.works == model::YesNo::no ? "would **not** end it"
                                                                  : "is not known to end it";
  const std::string& why = process.ctrl_c.why;
  return fmt::format("- {}: {}{}\n", cell(name_of_process(process)), answer,
                     why.empty() ? "" : "; " + markdown(shortened_to(why, longest_sentence)));
}

std::string ctrl_c(const Hang& hang) {
  Rows rows(list_limit);
  for (const model::HangProcess& process : hang.processes) rows.add([&] { return ctrl_c_line(process); });
  return rows.text("process", "- *... and {}, see the JSON*\n");
}

std::string probes(const Hang& hang) {
  Rows rows(list_limit);
  for (const model::Probe& probe : hang.probes)
    rows.add([&] {
      return fmt::format("- {}: {}; **{}**\n", markdown(shortened_to(probe.what, longest_sentence)),
                         markdown(shortened_to(probe.result, longest_sentence)), cell(probe.conclusion));
    });
  return rows.text("probe", "- *... and {}*\n");
}

std::string reproduce(const Hang& hang) {
  if (!hang.reproduce.empty()) return code_block(shortened_to(hang.reproduce, 2 * longest_sentence), "console");
  if (hang.command.empty()) return {};
  return code_block(shortened_to("wedge watch -- " + shell_line(hang.command), 2 * longest_sentence), "console");
}

}  // namespace

std::string hang_report(const Hang& hang) {
  Page page;
  page.add("", verdict_line(headline(hang), model::name_of(hang.verdict.confidence), hang.fingerprint));
  page.add("Facts", facts(hang));
  page.add("Why", why(hang));
  page.add("The knot", knot(hang.graph));
  page.add("Who waits for what", who_waits(hang));
  page.add("What the streams were doing", what_streams_did(hang));
  page.add("Would Ctrl-C work?", ctrl_c(hang));
  page.add("Probes", probes(hang));
  page.add("What to change", std::string(hint_for(hang.verdict.hang_class)) + "\n");
  page.add("Run it again", reproduce(hang));
  page.fold(stacks_title(hang), stacks_section(hang));
  page.fold("The same with every frame", all_frames_section(hang));
  page.fold("What the language runtimes say", dumps_section(hang));
  page.fold("Descriptors", descriptors_section(hang));
  page.fold("Process tree", process_tree_section(hang));
  page.fold("Facts and what they were read from", facts_section(hang));
  page.fold("Raw", raw_section(hang));
  return page.text("the JSON of this hang");
}

}  // namespace wedge::reports
