// What was raced for, who did what to it where, and which locks each of them held.
#include "reports/races.h"

#include <algorithm>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::Race;
using model::RaceAccess;
using model::Trace;

constexpr std::size_t shown_races = 4;
constexpr std::size_t shown_frames = 12;

std::string verb(const RaceAccess& access) {
  if (access.frees) return "freed";
  const std::string_view how = access.atomic ? "atomically " : "";
  return fmt::format("{}{}", how, access.writes ? "written" : "read");
}

std::string place_in_summary(const Trace& trace, const RaceAccess& access) {
  const model::Stack* stack = model::stack_of(trace, access.stack);
  if (stack == nullptr) return "an unknown place";
  const Words words(trace);
  const std::string line = words.line(stack->place);
  const std::string function = shortened(stack->place.function);
  return line.empty() ? function : fmt::format("{} ({})", function, line);
}

std::string what(const Race& race) {
  if (!race.name.empty()) return shortened(race.name);
  switch (race.memory) {
    case model::MemoryKind::static_variable:
      return "a static variable";
    case model::MemoryKind::heap:
      return race.block_size == 0 ? "heap memory" : "a heap block of " + counted(race.block_size, "byte");
    case model::MemoryKind::stack:
      return "a variable on a stack";
    default:
      return "memory";
  }
}

std::string locks(const RaceAccess& access, const Words& words) {
  if (access.step == 0 && access.locks == 0) return {};
  if (access.locks == 0) return "holding no lock";
  std::string text;
  for (const std::uint32_t lock : access.lock) text += (text.empty() ? "" : ", ") + words.object(lock);
  if (access.locks > access.lock.size()) text += text.empty() ? "locks" : " and more";
  return "holding " + text;
}

std::string step(const RaceAccess& access) {
  return access.step == 0 ? std::string() : fmt::format(" at step {}", access.step);
}

std::string access_words(const RaceAccess& access, const Words& words) {
  const std::string held = locks(access, words);
  return fmt::format("{} by {}{}{}", verb(access), words.task(access.task), step(access),
                     held.empty() ? "" : ", " + held);
}

// The user's own lines; what lies between them is in the folded stacks.
std::vector<std::string> lines_of(const Trace& trace, const Words& words, std::uint32_t id) {
  std::vector<std::string> lines;
  const model::Stack* stack = model::stack_of(trace, id);
  if (stack == nullptr) return {"(its stack is not known)"};
  for (const model::Frame& frame : stack->frames)
    for (const model::Place& place : frame.places)
      if (!place.system && !place.file.empty()) lines.push_back(words.place(place));
  if (lines.empty()) lines.push_back(words.place(stack->place));
  if (lines.size() > shown_frames) {
    const std::size_t more = lines.size() - shown_frames;
    lines.resize(shown_frames);
    lines.push_back(fmt::format("... and {}", counted(more, "more caller")));
  }
  return lines;
}

std::string size_words(const Race& race) {
  if (race.bytes == 0) return {};
  const bool in_block = race.memory == model::MemoryKind::heap && race.bytes < race.block_size;
  return fmt::format(", {}{}", counted(race.bytes, "byte"),
                     in_block ? fmt::format(" at offset {}", race.offset) : std::string());
}

std::string standing(const Race& race) {
  if (!race.benign.empty()) return fmt::format(" (declared harmless: {})", race.benign);
  return race.known ? " (a finding of its own)" : "";
}

template <typename Show>
void for_each_shown(const Trace& trace, Show show) {
  for (std::size_t i = 0; i < std::min(trace.races.size(), shown_races); ++i) show(trace.races[i]);
}

}  // namespace

std::string race_summary(const Trace& trace) {
  const Race& race = trace.races.front();
  std::vector<std::string> sides{fmt::format("{} by {}", verb(race.earlier), place_in_summary(trace, race.earlier)),
                                 fmt::format("{} by {}", verb(race.later), place_in_summary(trace, race.later))};
  std::ranges::sort(sides);  // which came first is chance
  return fmt::format("{}: {}, {}, and nothing orders the two", what(race), sides[0], sides[1]);
}

std::string raced_for(const Race& race, const Words& words) {
  if (race.memory == model::MemoryKind::stack) return "a variable on the stack of " + words.task(race.owner);
  if (race.memory == model::MemoryKind::heap)
    return fmt::format("{}, allocated by {} with {}{}", what(race), words.task(race.owner),
                       model::block_kind_names.at(static_cast<std::size_t>(race.block_kind)),
                       words.at(race.block_stack));
  return race.name.empty() ? what(race) : "the static variable " + shortened(race.name);
}

std::string races_text(const Trace& trace, const Words& words) {
  std::string text;
  for_each_shown(trace, [&](const Race& race) {
    text += fmt::format("Data race on {}{}{}\n", raced_for(race, words), size_words(race), standing(race));
    for (const RaceAccess* access : {&race.later, &race.earlier}) {
      text += fmt::format("  {}{}\n", access == &race.earlier ? "before: " : "", access_words(*access, words));
      for (const std::string& line : lines_of(trace, words, access->stack)) text += "    " + line + "\n";
    }
  });
  if (trace.races.size() > shown_races)
    text += fmt::format("... and {}; the trace has them all\n", counted(trace.races.size() - shown_races, "more race"));
  return text;
}

std::string races_section(const Trace& trace, const Words& words) {
  std::string text;
  for_each_shown(trace, [&](const Race& race) {
    text += fmt::format("Two tasks use {}{}, at least one of them writes, and nothing orders the two{}:\n\n",
                        markdown(raced_for(race, words)), size_words(race), markdown(standing(race)));
    for (const RaceAccess* access : {&race.earlier, &race.later}) {
      std::string lines;
      for (const std::string& line : lines_of(trace, words, access->stack)) lines += line + "\n";
      text += fmt::format("{} {}\n\n{}\n", access == &race.earlier ? "First" : "Then",
                          markdown(access_words(*access, words)), code_block(lines));
    }
  });
  if (trace.races.size() > shown_races)
    text +=
        fmt::format("*... and {}; the trace has them all*\n", counted(trace.races.size() - shown_races, "more race"));
  if (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace wedge::reports
