// Made of the class and of where the threads of the knot stand in the user's code, and of nothing else.
#include "harness/diagnose/hang_fingerprint.h"

#include <algorithm>
#include <set>

#include "harness/model/checksum.h"

namespace wedge::diagnose {
namespace {

constexpr std::string_view operator_word = "operator";

bool starts_operator(std::string_view text, std::size_t at) {
  if (!text.substr(at).starts_with(operator_word)) return false;
  const bool begins = at == 0 || text[at - 1] == ':' || text[at - 1] == ' ';
  const std::size_t after = at + operator_word.size();
  return begins && after < text.size() &&
         (std::string_view("<>-=!+*/%&|^~([, ").find(text[after]) != std::string_view::npos);
}

// "operator<", "operator->", "operator()": brackets in it are part of the name.
std::size_t end_of_operator(std::string_view text, std::size_t at) {
  std::size_t end = at + operator_word.size();
  if (text.substr(end).starts_with("()") || text.substr(end).starts_with("[]")) return end + 2;
  while (end < text.size() && std::string_view("<>-=!+*/%&|^~,").find(text[end]) != std::string_view::npos) ++end;
  return end;
}

// Leaves out what stands in angle brackets, and in parentheses except "(anonymous namespace)".
std::string without_brackets(std::string_view text) {
  static constexpr std::string_view anonymous = "(anonymous namespace)";
  std::string out;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (depth == 0 && text.substr(i).starts_with(anonymous)) {
      out += anonymous;
      i += anonymous.size() - 1;
    } else if (depth == 0 && starts_operator(text, i)) {
      const std::size_t end = end_of_operator(text, i);
      out += text.substr(i, end - i);
      i = end - 1;
    } else if (text[i] == '<' || text[i] == '(') {
      ++depth;
    } else if ((text[i] == '>' || text[i] == ')') && depth > 0) {
      --depth;
    } else if (depth == 0) {
      out += text[i];
    }
  }
  return out;
}

}  // namespace

std::string stable_name(std::string_view function) {
  std::string name = without_brackets(function.substr(0, function.find(" [clone ")));
  const std::size_t clone = name.find('.', 1);
  if (clone != std::string::npos) name.resize(clone);
  // "{lambda#3}" and "$_3" count the lambdas before it.
  for (std::string_view mark : {"#", "$_"})
    for (std::size_t at = name.find(mark); at != std::string::npos; at = name.find(mark, at + mark.size())) {
      const std::size_t digits = at + mark.size();
      std::size_t end = digits;
      while (end < name.size() && name[end] >= '0' && name[end] <= '9') ++end;
      name.erase(digits, end - digits);
    }
  if (name.ends_with(" const")) name.resize(name.size() - 6);
  // What a template returns stands before its name; the words of gcc's "lambda in f" belong to the name.
  const std::size_t space = name.rfind(' ');
  const bool words = name.starts_with("lambda in ") || name.find(operator_word) != std::string::npos ||
                     name.find("(anonymous namespace)") != std::string::npos;
  if (space != std::string::npos && !words) name.erase(0, space + 1);
  return name;
}

std::string hang_fingerprint(const Situation& situation, const Finding& finding) {
  // A set: how many equal workers there are depends on the machine.
  std::set<std::string> lines;
  for (std::size_t thread : finding.knot) {
    const model::HangThread& knotted = *situation.at(thread).thread;
    std::string line(model::name_of(knotted.wait.kind));
    for (const std::string& function : user_functions(situation.hang(), knotted)) line += "\n" + stable_name(function);
    lines.insert(std::move(line));
  }
  model::Checksum checksum;
  checksum.add(model::name_of(finding.hang_class));
  for (const std::string& line : lines) {
    checksum.add(line);
    checksum.add(std::string_view("\0", 1));
  }
  return checksum.hex();
}

}  // namespace wedge::diagnose
