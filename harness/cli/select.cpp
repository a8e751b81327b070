// Programs by path, scenarios by glob.
#include "harness/cli/select.h"

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fnmatch.h>

#include "harness/cli/locate.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;
using supervise::EnvironmentError;
using supervise::ProgramKind;

constexpr std::size_t most_suggestions = 3;

// Scenario ids hold slashes too; what starts like a path, or is a file, is a program.
bool names_a_program(const std::string& target) {
  std::error_code ignored;
  if (target == "." || target == "..") return true;
  if (target.starts_with("./") || target.starts_with("../") || target.starts_with("/")) return true;
  return target.find('/') != std::string::npos && fs::exists(target, ignored);
}

bool matches(const std::string& glob, const std::string& name) { return fnmatch(glob.c_str(), name.c_str(), 0) == 0; }

bool matches(const std::string& glob, const Listed& variant) {
  const std::size_t colon = glob.find(':');
  if (!matches(glob.substr(0, colon), variant.scenario)) return false;
  return colon == std::string::npos || matches(glob.substr(colon + 1), variant.variant);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(directory.empty() ? "." : directory, ignored))
    if (entry.is_regular_file(ignored)) names.push_back(entry.path().filename().string());
  return names;
}

std::string suggestion(const std::vector<std::string>& near) {
  return near.empty() ? std::string() : fmt::format("; did you mean {}?", fmt::join(near, " or "));
}

ProgramKind kind_on(Rung rung, const std::string& path) {
  if (rung == Rung::tsan) return supervise::check_tsan_program(path);
  const bool is_own = rung == Rung::rr || rung == Rung::gpu;
  return is_own ? supervise::check_own_program(path) : supervise::check_program(path);
}

ProgramKind checked_program(const std::string& path, Rung rung) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) return kind_on(rung, path);
  const fs::path parent = fs::path(path).parent_path();
  std::vector<std::string> near = near_names(fs::path(path).filename().string(), names_in(parent.string()));
  for (std::string& name : near) name = (parent / name).string();
  throw EnvironmentError(near.empty() ? fmt::format("there is no program {}; build it first", path)
                                      : fmt::format("there is no program {}{}", path, suggestion(near)));
}

Selection program_selection(const std::string& target, const RunOptions& options) {
  Selection selection{absolute_path(target), checked_program(target, options.rung), target, {}};
  if (selection.kind == ProgramKind::scenario && options.has_arguments)
    throw EnvironmentError(target + " is a scenario program and takes no arguments after --");
  if (selection.kind == ProgramKind::plain && !options.scenario_glob.empty())
    throw EnvironmentError("--scenario needs a scenario program, but " + target + " has a main() of its own");
  if (!options.scenario_glob.empty()) selection.globs.push_back(options.scenario_glob);
  return selection;
}

Selection scenario_selection(const RunOptions& options, std::vector<std::string> globs) {
  if (options.has_arguments)
    throw EnvironmentError("arguments after -- are for a program, but '" +
                           (globs.empty() ? std::string("--program") : globs.front()) + "' selects scenarios");
  const std::string program = !options.program.empty()     ? options.program
                              : options.rung == Rung::tsan ? locate_tsan_scenarios()
                              : options.rung == Rung::gpu  ? locate_gpu_scenarios()
                                                           : locate_scenarios();
  if (options.rung == Rung::rr)
    throw EnvironmentError("the rung rr records programs; give one by its path instead of a scenario");
  if (checked_program(program, options.rung) != ProgramKind::scenario)
    throw EnvironmentError(program + " holds no scenarios; give it as a target to run its main()");
  if (!options.scenario_glob.empty()) globs.push_back(options.scenario_glob);
  return {absolute_path(program), ProgramKind::scenario, program, std::move(globs)};
}

std::size_t distance(const std::string& one, const std::string& other) {
  std::vector<std::size_t> row(other.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < other.size(); ++j) {
      const std::size_t substituted = diagonal + (one[i] == other[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({substituted, row[j] + 1, row[j + 1] + 1});
    }
  }
  return row.back();
}

template <std::size_t size>
std::string text_in(const char (&text)[size]) {
  return {text, strnlen(text, size)};
}

}  // namespace

std::vector<Selection> select_programs(const RunOptions& options) {
  std::vector<Selection> selections;
  std::vector<std::string> globs;
  for (const std::string& target : options.targets) {
    std::error_code ignored;
    if (target.find('/') == std::string::npos && fs::is_regular_file(target, ignored))
      throw EnvironmentError(
          fmt::format("'{0}' would be a scenario; to run the program of that name here, say ./{0}", target));
    if (names_a_program(target))
      selections.push_back(program_selection(target, options));
    else
      globs.push_back(target);
  }
  if (!globs.empty() || !options.program.empty()) selections.push_back(scenario_selection(options, std::move(globs)));
  return selections;
}

std::vector<Listed> listed_from(const std::vector<model::ListingRecord>& records) {
  std::vector<Listed> result;
  for (const model::ListingRecord& record : records)
    result.push_back({text_in(record.scenario), text_in(record.title), text_in(record.source), text_in(record.variant),
                      record.expected, text_in(record.text), record.max_steps, static_cast<Unfit>(record.unfit_for),
                      record.races, text_in(record.too_rare_for)});
  return result;
}

std::vector<Listed> matching(const std::vector<Listed>& all, const std::vector<std::string>& globs) {
  if (globs.empty()) return all;
  for (const std::string& glob : globs) {
    if (std::ranges::any_of(all, [&](const Listed& variant) { return matches(glob, variant); })) continue;
    std::vector<std::string> names;
    for (const Listed& variant : all) {
      names.push_back(variant.scenario);
      names.push_back(variant.scenario + ":" + variant.variant);
    }
    const std::vector<std::string> near = near_names(glob, names);
    throw EnvironmentError(fmt::format(
        "there is no scenario '{}'{}", glob,
        near.empty() ? "; 'wedge list' shows them, and a program needs a path such as ./" + glob : suggestion(near)));
  }
  std::vector<Listed> result;
  for (const Listed& variant : all)
    if (std::ranges::any_of(globs, [&](const std::string& glob) { return matches(glob, variant); }))
      result.push_back(variant);
  return result;
}

std::vector<std::string> near_names(const std::string& word, const std::vector<std::string>& candidates) {
  std::vector<std::pair<std::size_t, std::string>> ranked;
  for (const std::string& candidate : candidates) {
    const std::size_t away = distance(word, candidate);
    if (away <= std::max<std::size_t>(2, word.size() / 3)) ranked.emplace_back(away, candidate);
  }
  std::ranges::sort(ranked);
  ranked.erase(std::unique(ranked.begin(), ranked.end()), ranked.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < std::min(ranked.size(), most_suggestions); ++i) result.push_back(ranked[i].second);
  return result;
}

}  // namespace wedge::cli
