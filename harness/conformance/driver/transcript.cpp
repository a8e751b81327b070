// Reads and compares transcripts.
#include "harness/conformance/driver/transcript.h"

#include <algorithm>

namespace conformance {
namespace {

constexpr std::string_view begin_mark = "== ";
constexpr std::string_view end_mark = "== end";
constexpr std::string_view set_mark = " of ";

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

Line parse_line(std::string_view text) {
  const std::size_t separator = text.find_first_of("=~");
  if (separator == std::string_view::npos) return {"", std::string(text), {}};
  Line line{std::string(text.substr(0, separator)), std::string(text.substr(separator + 1)), {}};
  if (text[separator] == '=') return line;
  const std::size_t set = line.value.rfind(set_mark);
  if (set == std::string::npos) return line;
  line.permitted = split(std::string_view(line.value).substr(set + set_mark.size()), '|');
  line.value.resize(set);
  return line;
}

std::string quoted(std::string_view text) { return '\'' + std::string(text) + '\''; }

}  // namespace

std::vector<Transcript> parse_transcripts(std::string_view text) {
  std::vector<Transcript> transcripts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const bool is_open = !transcripts.empty() && !transcripts.back().is_complete;
    if (line == end_mark) {
      if (is_open) transcripts.back().is_complete = true;
    } else if (line.starts_with(begin_mark)) {
      transcripts.push_back({std::string(line.substr(begin_mark.size())), {}, false});
    } else if (is_open) {
      transcripts.back().lines.push_back(parse_line(line));
    }
  }
  return transcripts;
}

std::optional<std::string> difference(const Transcript& expected, const Transcript& actual,
                                      std::string_view expected_name, std::string_view actual_name) {
  if (!actual.is_complete) return std::string(actual_name) + " stopped before the end of the case";
  for (std::size_t i = 0; i < std::max(expected.lines.size(), actual.lines.size()); ++i) {
    if (i >= actual.lines.size())
      return quoted(expected.lines[i].key) + " was not recorded by " + std::string(actual_name);
    const Line& line = actual.lines[i];
    if (line.is_one_of() && std::ranges::find(line.permitted, line.value) == line.permitted.end())
      return quoted(line.key) + ": " + std::string(actual_name) + ' ' + quoted(line.value) + ", which is not permitted";
    if (i >= expected.lines.size() || expected.lines[i].key != line.key)
      return quoted(line.key) + " was recorded by " + std::string(actual_name) + " only";
    if (!line.is_one_of() && expected.lines[i].value != line.value)
      return quoted(line.key) + ": " + std::string(expected_name) + ' ' + quoted(expected.lines[i].value) + ", " +
             std::string(actual_name) + ' ' + quoted(line.value);
  }
  return std::nullopt;
}

void Reached::add(const Transcript& transcript) {
  for (std::size_t i = 0; i < transcript.lines.size(); ++i) {
    const Line& line = transcript.lines[i];
    if (!line.is_one_of()) continue;
    auto& values = cases_[transcript.name][{i, line.key}];
    values.permitted = line.permitted;
    values.seen.insert(line.value);
  }
}

std::vector<std::string> Reached::missing(const std::string& name) const {
  std::vector<std::string> missing;
  const auto found = cases_.find(name);
  if (found == cases_.end()) return missing;
  for (const auto& [position, values] : found->second)
    for (const auto& value : values.permitted)
      if (!values.seen.contains(value)) missing.push_back(position.second + ": " + value);
  return missing;
}

}  // namespace conformance
