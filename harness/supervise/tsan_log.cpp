// Reads line by line: a header, then sections of numbered frames, up to a line of equals signs.
#include "harness/supervise/tsan_log.h"

#include <algorithm>
#include <cctype>
#include <filesystem>

#include "harness/model/checksum.h"

namespace wedge::supervise {
namespace {

constexpr std::size_t frames_that_count = 3;
constexpr std::size_t stacks_that_count = 2;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front())) != 0) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back())) != 0) text.remove_suffix(1);
  return text;
}

// "WARNING: ThreadSanitizer: data race (pid=7)" or "==7==ERROR: ThreadSanitizer: SEGV on unknown address 0x0 (...)".
bool read_header(std::string_view line, TsanWarning& warning) {
  for (const std::string_view start : {"WARNING: ThreadSanitizer: ", "ERROR: ThreadSanitizer: "}) {
    const std::size_t at = line.find(start);
    if (at == std::string_view::npos) continue;
    std::string_view kind = line.substr(at + start.size());
    kind = kind.substr(0, kind.find(" (pid="));
    kind = kind.substr(0, kind.find(" 0x"));
    warning.is_error = start.starts_with("ERROR");
    warning.kind = trimmed(kind);
    return true;
  }
  return false;
}

bool is_frame(std::string_view line) {
  line = trimmed(line);
  return line.size() > 1 && line[0] == '#' && std::isdigit(static_cast<unsigned char>(line[1])) != 0;
}

// "#0 withdraw() /src/overdraft.cpp:6:23 (overdraft+0x1277) (BuildId: 1a2b)"
TsanFrame read_frame(std::string_view line) {
  line = trimmed(line);
  line = trimmed(line.substr(std::min(line.find(' '), line.size())));
  for (const std::string_view end : {" (BuildId: ", " ("}) {
    const std::size_t at = line.rfind(end);
    if (at != std::string_view::npos && line.ends_with(')')) line = trimmed(line.substr(0, at));
  }
  TsanFrame frame;
  const std::size_t space = line.rfind(' ');
  std::string_view place = space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  frame.function = place.empty() ? line : trimmed(line.substr(0, space));
  if (frame.function == "<null>") frame.function.clear();
  if (place == "<null>") return frame;
  // clang adds the column.
  const std::size_t line_number = place.find(':');
  const std::size_t column = line_number == std::string_view::npos ? line_number : place.find(':', line_number + 1);
  frame.place = place.substr(0, column);
  return frame;
}

bool tells_what_happened(std::string_view section) {
  section = trimmed(section);
  for (const std::string_view other : {"Thread ", "Location ", "As if ", "Mutex M"})
    if (section.starts_with(other)) return section.find("acquired here") != std::string_view::npos;
  return true;
}

// Without what only one of the compilers writes: clang's argument lists.
std::string bare_name(std::string function) {
  constexpr std::string_view anonymous = "(anonymous namespace)::";
  for (std::size_t at; (at = function.find(anonymous)) != std::string::npos;) function.erase(at, anonymous.size());
  return function.substr(0, function.find('('));
}

const TsanFrame* place_in(const std::vector<TsanFrame>& stack) {
  const auto own = std::ranges::find_if(stack, is_users);
  return own == stack.end() ? nullptr : &*own;
}

const TsanFrame* first_place(const TsanWarning& warning) {
  for (const std::vector<TsanFrame>& stack : warning.stacks)
    if (const TsanFrame* frame = place_in(stack)) return frame;
  return nullptr;
}

}  // namespace

std::vector<TsanWarning> read_tsan_log(std::string_view log) {
  std::vector<TsanWarning> warnings;
  bool inside = false;
  bool in_stack = false;
  bool wanted = true;
  while (!log.empty()) {
    const std::string_view line = log.substr(0, log.find('\n'));
    log.remove_prefix(std::min(line.size() + 1, log.size()));
    TsanWarning begun;
    if (read_header(line, begun)) {
      warnings.push_back(std::move(begun));
      inside = wanted = true;
      in_stack = false;
    } else if (line.starts_with("=====")) {
      inside = false;
    }
    if (!inside) continue;
    TsanWarning& warning = warnings.back();
    warning.text += std::string(line) + "\n";
    if (!is_frame(line)) {
      in_stack = false;
      if (!trimmed(line).empty()) wanted = tells_what_happened(line);
      continue;
    }
    if (!wanted) continue;
    if (!in_stack) warning.stacks.emplace_back();
    in_stack = true;
    warning.stacks.back().push_back(read_frame(line));
  }
  return warnings;
}

bool is_users(const TsanFrame& frame) {
  if (frame.function.empty() || frame.place.empty()) return false;
  for (const std::string_view library : {"/include/c++/", "/libsanitizer/", "/compiler-rt/", "/glibc"})
    if (frame.place.find(library) != std::string::npos) return false;
  for (const std::string_view library : {"std::", "void std::", "__gthread", "__gnu_cxx::", "__interceptor_"})
    if (frame.function.starts_with(library)) return false;
  return !frame.place.starts_with("/usr/");
}

Outcome outcome_of(const TsanWarning& warning) {
  if (warning.is_error) return Outcome::crash;
  if (warning.kind.starts_with("thread leak")) return Outcome::leak;
  for (const std::string_view misuse : {"double lock", "unlock of", "destroy of", "read lock of", "read unlock of"})
    if (warning.kind.starts_with(misuse)) return Outcome::misuse;
  return Outcome::race;
}

std::string place_of(const TsanWarning& warning) {
  const TsanFrame* frame = first_place(warning);
  return frame == nullptr ? std::string() : frame->place;
}

std::string words_for(const TsanWarning& warning) {
  const TsanFrame* frame = first_place(warning);
  if (frame == nullptr) return warning.kind;
  return warning.kind + " at " + std::filesystem::path(frame->place).filename().string() + " in " + frame->function;
}

std::string shortened(const TsanWarning& warning) {
  std::string text;
  bool wanted = false;
  for (std::string_view rest = warning.text; !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    const bool is_section = line.starts_with("  ") && line.ends_with(':') && !is_frame(line);
    if (is_section) wanted = tells_what_happened(line);
    if (wanted && (is_section || (is_frame(line) && is_users(read_frame(line))))) text += std::string(line) + "\n";
    if (trimmed(line).starts_with("Location is")) text += std::string(line) + "\n";
  }
  return text;
}

std::string fingerprint_of(const TsanWarning& warning) {
  std::vector<std::string> stacks;
  for (const std::vector<TsanFrame>& stack : warning.stacks) {
    if (stacks.size() == stacks_that_count) break;
    std::string names;
    std::size_t count = 0;
    for (const TsanFrame& frame : stack)
      if (is_users(frame) && count++ < frames_that_count) names += bare_name(frame.function) + "\n";
    stacks.push_back(names);
  }
  std::ranges::sort(stacks);
  model::Checksum checksum;
  checksum.add(warning.kind);
  for (const std::string& names : stacks) checksum.add(names + "\n");
  return checksum.hex();
}

}  // namespace wedge::supervise
