// One function per format, over one idea of what a character is.
#include "reports/escape.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace wedge::reports {
namespace {

// How many bytes the character at the front of `text` has; 0: these bytes are no UTF-8.
std::size_t length_of_character(std::string_view text) {
  const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const std::size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((byte(i) & 0xc0) != 0x80) return 0;
  const bool overlong = (first == 0xe0 && byte(1) < 0xa0) || (first == 0xf0 && byte(1) < 0x90);
  const bool no_character = (first == 0xed && byte(1) > 0x9f) || (first == 0xf4 && byte(1) > 0x8f);
  return overlong || no_character ? 0 : length;
}

std::uint32_t code_point(std::string_view character) {
  if (character.size() == 1) return static_cast<unsigned char>(character[0]);
  std::uint32_t point = static_cast<unsigned char>(character[0]) & (0xffU >> (character.size() + 1));
  for (char byte : character.substr(1)) point = (point << 6) | (static_cast<unsigned char>(byte) & 0x3fU);
  return point;
}

// C1 controls, marks of direction, invisible characters, and what XML forbids.
bool is_invisible(std::uint32_t point) {
  return point < 0x20 || (point >= 0x7f && point < 0xa0) || point == 0xad || (point >= 0x200b && point <= 0x200f) ||
         (point >= 0x2028 && point <= 0x202e) || (point >= 0x2060 && point <= 0x206f) || point == 0xfeff ||
         (point & 0xfffe) == 0xfffe;
}

std::string visible(std::uint32_t point) {
  if (point == '\n') return "\\n";
  if (point == '\t') return "\\t";
  if (point == '\r') return "\\r";
  return point < 0x100 ? fmt::format("\\x{:02x}", point) : fmt::format("\\u{:04x}", point);
}

template <typename Each>
void each_character(std::string_view text, const Each& each) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = length_of_character(text.substr(at));
    each(text.substr(at, std::max<std::size_t>(length, 1)), length != 0);
    at += std::max<std::size_t>(length, 1);
  }
}

std::string printable_but(std::string_view text, std::string_view kept) {
  std::string result;
  each_character(text, [&](std::string_view character, bool valid) {
    const std::uint32_t point = valid ? code_point(character) : static_cast<unsigned char>(character[0]);
    const bool stays = valid && (!is_invisible(point) || kept.find(character) != std::string_view::npos);
    result += stays ? std::string(character) : visible(point);
  });
  return result;
}

// What a character at the start of a text could begin: a list, a heading, a number.
bool begins_a_block(std::string_view text) {
  if (text.empty()) return false;
  if (std::string_view("-+=").find(text.front()) != std::string_view::npos) return true;
  const std::size_t digits = text.find_first_not_of("0123456789");
  if (digits == 0 || digits == std::string_view::npos || (text[digits] != '.' && text[digits] != ')')) return false;
  return digits + 1 == text.size() || text[digits + 1] == ' ';
}

std::size_t longest_run(std::string_view text, char of) {
  std::size_t longest = 0, run = 0;
  for (char letter : text) {
    run = letter == of ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

bool is_word(char letter) { return std::isalnum(static_cast<unsigned char>(letter)) != 0; }

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
}

}  // namespace

std::string printable(std::string_view text) { return printable_but(text, ""); }
std::string printable_lines(std::string_view text) { return printable_but(text, "\n\t"); }

std::string shortened_to(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  std::size_t end = most < 3 ? 0 : most - 3;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string markdown(std::string_view text) {
  const std::string clean = printable(text);
  std::string result;
  if (begins_a_block(clean)) {
    const std::size_t mark = clean.find_first_not_of("0123456789");
    return clean.substr(0, mark) + "\\" + clean[mark] + markdown(std::string_view(clean).substr(mark + 1));
  }
  for (std::size_t i = 0; i < clean.size(); ++i) {
    const char letter = clean[i];
    switch (letter) {
      case '<':
        result += "&lt;";
        break;
      case '>':
        result += "&gt;";
        break;
      case '&':
        result += "&amp;";
        break;
      case '@':  // would call somebody of that name
        result += "&#64;";
        break;
      case '#':  // would link an issue of that number
        result += "&#35;";
        break;
      case '_':  // between letters it is only itself
        if (i == 0 || i + 1 == clean.size() || !is_word(clean[i - 1]) || !is_word(clean[i + 1])) result += '\\';
        result += letter;
        break;
      case '\\':
      case '`':
      case '*':
      case '[':
      case ']':
      case '|':
      case '~':
      case '$':
        result += '\\';
        [[fallthrough]];
      default:
        result += letter;
    }
  }
  return result;
}

std::string code(std::string_view text) {
  const std::string clean = printable(text);
  if (clean.empty()) return {};
  const std::string fence(longest_run(clean, '`') + 1, '`');
  const bool needs_space = clean.front() == '`' || clean.back() == '`' || clean.front() == ' ' || clean.back() == ' ';
  const std::string space = needs_space ? " " : "";
  return fence + space + clean + space + fence;
}

std::string code_in_cell(std::string_view text) {
  std::string result = code(text);
  replace_all(result, "|", "\\|");
  return result;
}

std::string code_block(std::string_view text, std::string_view language) {
  std::string clean = printable_lines(text);
  while (clean.ends_with('\n')) clean.pop_back();
  const std::string fence(std::max<std::size_t>(longest_run(clean, '`') + 1, 3), '`');
  return fmt::format("{}{}\n{}\n{}\n", fence, language, clean, fence);
}

std::string html(std::string_view text) {
  std::string result = printable(text);
  replace_all(result, "&", "&amp;");
  replace_all(result, "<", "&lt;");
  replace_all(result, ">", "&gt;");
  replace_all(result, "\"", "&quot;");
  return result;
}

// Its grammar has many corners, so that all but the harmless becomes a number.
std::string mermaid(std::string_view text) {
  std::string result;
  for (char letter : printable(text)) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool harmless = byte >= 0x80 || std::isalnum(byte) != 0 ||
                          std::string_view(" _.,:'/+*=-()[]").find(letter) != std::string_view::npos;
    result += harmless ? std::string(1, letter) : fmt::format("#{};", byte);
  }
  return result;
}

std::string xml(std::string_view text) {
  std::string result = printable_lines(text);
  replace_all(result, "&", "&amp;");
  replace_all(result, "<", "&lt;");
  replace_all(result, ">", "&gt;");
  replace_all(result, "\"", "&quot;");
  return result;
}

}  // namespace wedge::reports
