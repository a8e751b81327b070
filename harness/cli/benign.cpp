// Reads rules and matches them with races.
#include "harness/cli/benign.h"

#include <fstream>
#include <sstream>

#include <fmt/format.h>
#include <fnmatch.h>

#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

bool fits(const std::string& pattern, const std::string& text) {
  return !text.empty() && fnmatch(pattern.c_str(), text.c_str(), 0) == 0;
}

std::string without_scope(const std::string& name) {
  const std::size_t scope = name.rfind("::");
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

// A file fits by its whole path or by its last part, a function with or without its parameters.
bool fits(const std::string& pattern, const model::Place& place) {
  return fits(pattern, place.file) || fits(pattern, place.file.substr(place.file.rfind('/') + 1)) ||
         fits(pattern, place.function) || fits(pattern, place.function.substr(0, place.function.find('(')));
}

bool fits(const std::string& pattern, const model::Trace& trace, const model::RaceAccess& access) {
  const model::Stack* stack = model::stack_of(trace, access.stack);
  if (stack == nullptr || stack->frames.empty()) return false;
  for (const model::Place& place : stack->frames.front().places)
    if (fits(pattern, place)) return true;
  return false;
}

}  // namespace

std::vector<BenignRule> benign_rules_in(std::string_view text, const std::string& path) {
  constexpr std::string_view space = " \t\r";
  std::vector<BenignRule> rules;
  std::istringstream stream{std::string(text)};
  std::size_t number = 0;
  for (std::string line; std::getline(stream, line);) {
    ++number;
    const std::size_t begin = line.find_first_not_of(space);
    if (begin == std::string::npos || line[begin] == '#') continue;
    const std::size_t end = line.find_first_of(space, begin);
    const std::size_t reason = end == std::string::npos ? end : line.find_first_not_of(space, end);
    if (reason == std::string::npos)
      throw supervise::EnvironmentError(fmt::format(
          "{}:{}: '{}' has no reason; a line says which function, file or variable, and then why its races do no harm",
          path, number, line.substr(begin)));
    rules.push_back({line.substr(begin, end - begin), line.substr(reason, line.find_last_not_of(space) + 1 - reason)});
  }
  return rules;
}

std::vector<BenignRule> read_benign_rules(const std::string& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  if (!file) throw supervise::EnvironmentError("cannot read the rules in " + path);
  return benign_rules_in(text.str(), path);
}

const std::string* reason_for(const std::vector<BenignRule>& rules, const model::Trace& trace) {
  if (trace.races.empty()) return nullptr;
  const model::Race& race = trace.races.front();
  for (const BenignRule& rule : rules)
    if (fits(rule.pattern, race.name) || fits(rule.pattern, without_scope(race.name)) ||
        fits(rule.pattern, trace, race.earlier) || fits(rule.pattern, trace, race.later))
      return &rule.reason;
  return nullptr;
}

}  // namespace wedge::cli
