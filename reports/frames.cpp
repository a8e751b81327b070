// Groups stacks and renders their frames.
#include "reports/frames.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/words.h"

namespace wedge::reports {
namespace {

using Modules = std::vector<model::Module>;

constexpr std::size_t most_frames = 64;
constexpr std::size_t most_names = 12;
constexpr std::size_t longest_name = 120;

std::string address(const Modules& modules, const model::Frame& frame) {
  if (frame.module >= modules.size()) return fmt::format("?+{:#x}", frame.offset);
  const std::string& path = modules[frame.module].path;
  return fmt::format("{}+{:#x}", path.substr(path.rfind('/') + 1), frame.offset);
}

bool is_users(const model::Place& place) { return !place.system && !place.file.empty(); }

// Of what lies between the user's functions only the one that was called is worth its line.
std::vector<std::string> own_frames(const Modules& modules, const model::Stack& stack) {
  std::vector<std::string> lines;
  std::string called;
  std::size_t inside = 0;
  const auto close = [&] {
    if (called.empty()) return;
    lines.push_back(inside > 1 ? fmt::format("{} (and {} inside it)", called, inside - 1) : called);
    called.clear();
    inside = 0;
  };
  for (const model::Frame& frame : stack.frames) {
    if (frame.places.empty()) called = address(modules, frame), ++inside;
    for (const model::Place& place : frame.places) {
      if (is_users(place)) {
        close();
        lines.push_back(fmt::format("{} at {}:{}", shortened(place.function), place.file, place.line));
      } else {
        called = place.function.empty() ? address(modules, frame) : shortened(place.function);
        ++inside;
      }
    }
  }
  // What called the user's outermost function is the start of every thread; but without any it is all there is.
  if (lines.empty()) close();
  return lines;
}

std::vector<std::string> all_frames(const Modules& modules, const model::Stack& stack) {
  std::vector<std::string> lines;
  for (const model::Frame& frame : stack.frames) {
    if (frame.places.empty()) lines.push_back(address(modules, frame));
    for (std::size_t i = 0; i < frame.places.size(); ++i) {
      const model::Place& place = frame.places[i];
      const bool is_inlined = i + 1 < frame.places.size();
      lines.push_back(fmt::format("{}{} ({})", place.function.empty() ? "?" : place.function,
                                  place.file.empty() ? "" : fmt::format(" at {}:{}", place.file, place.line),
                                  is_inlined ? "inlined" : address(modules, frame)));
    }
  }
  return lines;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), most_names); ++i)
    text += (i > 0 ? ", " : "") + markdown(shortened_to(names[i], longest_name));
  if (names.size() > most_names) text += fmt::format(" and {} more", names.size() - most_names);
  return text;
}

}  // namespace

void StackGroups::add(const model::Stack* stack, std::string remark, std::string name) {
  std::string key = remark;
  if (stack != nullptr)
    for (const model::Frame& frame : stack->frames) key += fmt::format("\n{} {:x}", frame.module, frame.offset);
  const auto [entry, is_new] = known_.try_emplace(std::move(key), groups_.size());
  if (is_new) groups_.push_back({stack, std::move(remark), {}});
  groups_[entry->second].names.push_back(std::move(name));
}

std::string StackGroups::title(std::string_view things) const {
  std::size_t count = 0;
  for (const Group& group : groups_) count += group.names.size();
  return fmt::format("Stacks: {}, {}", counted(count, things), counted(groups_.size(), "different stack"));
}

bool StackGroups::any_frames() const {
  return std::ranges::any_of(groups_,
                             [](const Group& group) { return group.stack != nullptr && !group.stack->frames.empty(); });
}

std::string StackGroups::block(const Group& group, Frames frames) const {
  std::string text = fmt::format("**{} ×** {}\n", group.names.size(), names_text(group.names));
  if (!group.remark.empty()) text += fmt::format("*{}*\n", markdown(shortened_to(group.remark, 400)));
  if (group.stack == nullptr) return text + "\n";
  const auto lines = frames == Frames::own ? own_frames(modules_, *group.stack) : all_frames(modules_, *group.stack);
  std::string block;
  for (std::size_t i = 0; i < std::min(lines.size(), most_frames); ++i) block += printable(lines[i]) + "\n";
  if (lines.size() > most_frames) block += fmt::format("... and {} more callers\n", lines.size() - most_frames);
  return text + "\n" + code_block(block) + "\n";
}

std::string StackGroups::text(Frames frames, Limit limit) const {
  Rows blocks(limit);
  for (const Group& group : groups_) blocks.add([&] { return block(group, frames); });
  return blocks.text("different stack");
}

}  // namespace wedge::reports
