// The folded sections. Each keeps to a limit of its own, so that together they keep to that of the page.
#include "reports/hang_folded.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/frames.h"
#include "reports/hang_words.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::Hang;
using model::HangProcess;
using model::HangThread;

constexpr Limit stacks_limit{2000, 160 * 1024};
constexpr Limit all_frames_limit{2000, 240 * 1024};
constexpr Limit descriptors_limit{4000, 120 * 1024};
constexpr Limit tree_limit{2000, 60 * 1024};
constexpr Limit facts_limit{500, 60 * 1024};
constexpr Limit raw_limit{4000, 120 * 1024};
constexpr Limit dumps_limit{200, 100 * 1024};
constexpr std::size_t longest_dump = 24 * 1024;
constexpr std::size_t longest_raw = 2048;

std::string remark_on(const HangThread& thread, bool has_stack) {
  const std::string& remark = thread.stack_remark;
  if (!has_stack) return "no stack: " + (remark.empty() ? std::string("not known why") : remark);
  if (thread.stack_complete) return {};
  return "the stack ends early" + (remark.empty() ? std::string() : ": " + remark);
}

StackGroups groups_of(const Hang& hang) {
  StackGroups groups(hang.modules);
  for (const ThreadOfProcess& of : threads_by_weight(hang)) {
    const std::uint32_t index = of.thread->stack;
    const bool has_stack = index != 0 && index < hang.stacks.size();
    groups.add(has_stack ? &hang.stacks[index] : nullptr, remark_on(*of.thread, has_stack), name_of_thread(hang, of));
  }
  return groups;
}

std::string ends(const std::vector<model::DescriptorEnd>& list) {
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(list.size(), 8); ++i)
    text += fmt::format("{}{} of process {}", i > 0 ? ", " : "", list[i].descriptor, list[i].pid);
  if (list.size() > 8) text += fmt::format(" and {} more", list.size() - 8);
  return text;
}

std::string other_end_words(const model::HangDescriptor& descriptor) {
  std::string text = ends(descriptor.other_end);
  if (text.empty())
    text = descriptor.other_end_known ? "nobody" : "";
  else if (!descriptor.other_end_known)
    text += ", perhaps others";
  if (!descriptor.same_end.empty()) text += "; the same end is also " + ends(descriptor.same_end);
  return text;
}

// Plain files, of which a process can have very many, hold nothing up.
bool is_telling(const model::HangDescriptor& descriptor) {
  return descriptor.kind != "file" || !descriptor.text.empty();
}

std::string descriptor_row(const HangProcess& process, const model::HangDescriptor& descriptor) {
  return fmt::format("| {} | {} | {} | {} | {} |\n", process.pid, descriptor.descriptor,
                     markdown(shortened_to(descriptor.kind, 40)), markdown(shortened_to(descriptor.text, 200)),
                     markdown(other_end_words(descriptor)));
}

std::string process_lines(const HangProcess& process, std::size_t depth) {
  const std::string indent(2 * std::min<std::size_t>(depth, 20), ' ');
  std::string line = fmt::format("{}{} {} {}, {}", indent, process.pid, process.state, shortened_to(process.name, 60),
                                 counted(process.threads.size(), "thread"));
  if (!process.runtime.empty()) line += ", " + process.runtime;
  line = printable(line + ": " + shortened_to(process.command_line, 300)) + "\n";
  return process.remark.empty() ? line : line + indent + "  " + printable(process.remark) + "\n";
}

void add_subtree(const Hang& hang, const HangProcess& process, std::size_t depth, Rows& lines,
                 std::vector<bool>& done) {
  const auto index = static_cast<std::size_t>(&process - hang.processes.data());
  if (done[index]) return;
  done[index] = true;
  lines.add([&] { return process_lines(process, depth); });
  for (const HangProcess& child : hang.processes)
    if (child.parent == process.pid) add_subtree(hang, child, depth + 1, lines, done);
}

std::string signals_words(const HangThread& thread) {
  std::string text;
  if (thread.blocked_signals != 0) text += fmt::format(" blocked={:#x}", thread.blocked_signals);
  if (thread.pending_signals != 0) text += fmt::format(" pending={:#x}", thread.pending_signals);
  return text;
}

std::string raw_line(const ThreadOfProcess& of) {
  const HangThread& thread = *of.thread;
  return fmt::format("{} {} {} cpu={} run_delay={} switches={}+{}{} {}\n", of.process->pid, thread.tid, thread.state,
                     duration(thread.cpu_s), duration(thread.run_delay_s), thread.voluntary_switches,
                     thread.involuntary_switches, signals_words(thread),
                     printable(shortened_to(thread.raw, longest_raw)));
}

}  // namespace

std::string stacks_title(const Hang& hang) { return groups_of(hang).title("thread"); }

std::string stacks_section(const Hang& hang) { return groups_of(hang).text(Frames::own, stacks_limit); }

std::string all_frames_section(const Hang& hang) {
  const StackGroups groups = groups_of(hang);
  return groups.any_frames() ? groups.text(Frames::all, all_frames_limit) : std::string();
}

std::string descriptors_section(const Hang& hang) {
  Rows rows(descriptors_limit);
  for (const HangProcess& process : hang.processes)
    for (const model::HangDescriptor& descriptor : process.descriptors)
      if (is_telling(descriptor)) rows.add([&] { return descriptor_row(process, descriptor); });
  if (rows.empty()) return {};
  return "| process | descriptor | kind | state | other end |\n|---|---|---|---|---|\n" +
         rows.text("descriptor", "| | | | *{} that are left out here* | |\n");
}

std::string process_tree_section(const Hang& hang) {
  Rows lines(tree_limit);
  std::vector<bool> done(hang.processes.size());
  for (const HangProcess& process : hang.processes) {
    const bool has_parent =
        std::ranges::any_of(hang.processes, [&](const HangProcess& other) { return other.pid == process.parent; });
    if (!has_parent) add_subtree(hang, process, 0, lines, done);
  }
  // Those that were captured in a loop of parents; such a thing can only come from two moments.
  for (const HangProcess& process : hang.processes) add_subtree(hang, process, 0, lines, done);
  if (lines.empty()) return {};
  return code_block(lines.text("process", "... and {}\n"));
}

std::string facts_section(const Hang& hang) {
  Rows rows(facts_limit);
  for (const model::Fact& fact : hang.verdict.facts)
    rows.add([&] {
      return fmt::format("| {} | {} | {} |\n", markdown(shortened_to(fact.id, 20)),
                         markdown(shortened_to(fact.text, 400)), code_in_cell(shortened_to(fact.raw, 400)));
    });
  if (rows.empty()) return {};
  return "| fact | what | read from |\n|---|---|---|\n" + rows.text("fact", "| | *{} that are left out here* | |\n");
}

std::string raw_section(const Hang& hang) {
  Rows rows(raw_limit);
  for (const ThreadOfProcess& of : threads_by_weight(hang)) rows.add([&] { return raw_line(of); });
  if (rows.empty()) return {};
  return "Process, thread, state, what it used between the two samples (switches: voluntary + involuntary), signals, "
         "`/proc`:\n\n" +
         code_block(rows.text("thread", "... and {}\n"));
}

std::string dumps_section(const Hang& hang) {
  Rows blocks(dumps_limit);
  for (const model::RuntimeDump& dump : hang.dumps)
    blocks.add([&] {
      return fmt::format("**{}, process {}**\n\n{}\n", markdown(dump.runtime), dump.pid,
                         code_block(shortened_to(dump.text, longest_dump)));
    });
  return blocks.text("dump");
}

}  // namespace wedge::reports
