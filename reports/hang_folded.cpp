// The folded sections. Each keeps to a limit of its own, so that together they keep to that of the page.
#include "reports/hang_folded.h"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/hang_words.h"
#include "reports/page.h"
#include "reports/words.h"

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
constexpr std::size_t most_frames = 64;
constexpr std::size_t longest_dump = 24 * 1024;
constexpr std::size_t longest_raw = 2048;
constexpr std::size_t named_threads = 12;

// Threads that stand in the same place, those of most threads last: the odd ones out tell most.
struct Group {
  const model::Stack* stack = nullptr;  // null: there is none
  std::string remark;
  std::vector<ThreadOfProcess> threads;
};

std::vector<Group> groups_of(const Hang& hang) {
  std::vector<Group> groups;
  std::map<std::string, std::size_t> known;
  for (const ThreadOfProcess& of : threads_by_weight(hang)) {
    const std::uint32_t index = of.thread->stack;
    const bool has_stack = index != 0 && index < hang.stacks.size();
    std::string key = of.thread->stack_remark;
    if (has_stack)
      for (const model::Frame& frame : hang.stacks[index].frames)
        key += fmt::format("\n{} {:x}", frame.module, frame.offset);
    const auto [entry, is_new] = known.try_emplace(key, groups.size());
    if (is_new) groups.push_back({has_stack ? &hang.stacks[index] : nullptr, of.thread->stack_remark, {}});
    groups[entry->second].threads.push_back(of);
  }
  return groups;
}

std::string frame_address(const Hang& hang, const model::Frame& frame) {
  if (frame.module >= hang.modules.size()) return fmt::format("?+{:#x}", frame.offset);
  const std::string& path = hang.modules[frame.module].path;
  return fmt::format("{}+{:#x}", path.substr(path.rfind('/') + 1), frame.offset);
}

bool is_users(const model::Place& place) { return !place.system && !place.file.empty(); }

// The user's own functions; a run of others is one line that names the one that was called.
std::vector<std::string> own_frames(const Hang& hang, const model::Stack& stack) {
  std::vector<std::string> lines;
  std::string others;
  std::size_t count = 0;
  const auto flush = [&] {
    if (count > 0)
      lines.push_back(fmt::format("  {}{}", others, count > 1 ? fmt::format(" (and {} inside)", count - 1) : ""));
    count = 0;
  };
  for (const model::Frame& frame : stack.frames) {
    if (frame.places.empty()) others = frame_address(hang, frame), ++count;
    for (const model::Place& place : frame.places) {
      if (!is_users(place)) {
        others = place.function.empty() ? frame_address(hang, frame) : shortened(place.function), ++count;
        continue;
      }
      flush();
      lines.push_back(fmt::format("{}:{} in {}", place.file, place.line, shortened(place.function)));
    }
  }
  // What called the user's outermost function is the start of every thread; without any user's function it is all.
  if (lines.empty()) flush();
  return lines;
}

std::vector<std::string> every_frame(const Hang& hang, const model::Stack& stack) {
  std::vector<std::string> lines;
  for (const model::Frame& frame : stack.frames) {
    const std::string address = frame_address(hang, frame);
    if (frame.places.empty()) lines.push_back(address);
    for (std::size_t i = 0; i < frame.places.size(); ++i) {
      const model::Place& place = frame.places[i];
      const std::string where = place.file.empty() ? std::string() : fmt::format(" at {}:{}", place.file, place.line);
      const bool is_inlined = i + 1 < frame.places.size();
      lines.push_back(fmt::format("{}{} {}", place.function.empty() ? "?" : place.function, where,
                                  is_inlined ? "(inlined)" : fmt::format("({})", address)));
    }
  }
  return lines;
}

std::string thread_list(const Hang& hang, const Group& group) {
  std::string text;
  for (std::size_t i = 0; i < std::min(group.threads.size(), named_threads); ++i)
    text += (i > 0 ? ", " : "") + name_of_thread(hang, group.threads[i]);
  if (group.threads.size() > named_threads) text += fmt::format(" and {} more", group.threads.size() - named_threads);
  return text;
}

std::string stack_remark(const Group& group) {
  const HangThread& thread = *group.threads.front().thread;
  if (group.stack == nullptr)
    return "no stack: " + (group.remark.empty() ? std::string("not known why") : group.remark);
  if (thread.stack_complete) return {};
  return "the stack ends early" + (group.remark.empty() ? std::string() : ": " + group.remark);
}

template <typename FramesOf>
std::string group_text(const Hang& hang, const Group& group, const FramesOf& frames_of) {
  std::string block = fmt::format("**{} ×** {}\n", group.threads.size(), markdown(thread_list(hang, group)));
  const std::string remark = stack_remark(group);
  if (!remark.empty()) block += fmt::format("*{}*\n", markdown(remark));
  if (group.stack == nullptr) return block + "\n";
  const std::vector<std::string> frames = frames_of(hang, *group.stack);
  std::string text;
  for (std::size_t i = 0; i < std::min(frames.size(), most_frames); ++i) text += printable(frames[i]) + "\n";
  if (frames.size() > most_frames) text += fmt::format("... and {} more callers\n", frames.size() - most_frames);
  return block + "\n" + code_block(text) + "\n";
}

template <typename FramesOf>
std::string grouped(const Hang& hang, Limit limit, const FramesOf& frames_of) {
  Rows blocks(limit);
  for (const Group& group : groups_of(hang)) blocks.add([&] { return group_text(hang, group, frames_of); });
  return blocks.text("different stack");
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

std::string stacks_title(const Hang& hang) {
  std::size_t threads = 0;
  for (const HangProcess& process : hang.processes) threads += process.threads.size();
  return fmt::format("Stacks: {}, {}", counted(threads, "thread"), counted(groups_of(hang).size(), "different stack"));
}

std::string stacks_section(const Hang& hang) { return grouped(hang, stacks_limit, own_frames); }

std::string all_frames_section(const Hang& hang) {
  const bool any = std::ranges::any_of(hang.stacks, [](const model::Stack& stack) { return !stack.frames.empty(); });
  return any ? grouped(hang, all_frames_limit, every_frame) : std::string();
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
