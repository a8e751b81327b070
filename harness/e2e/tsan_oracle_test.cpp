// The real ThreadSanitizer as an oracle: of a hundred small programs it says which race and where, and so does Wedge.
//
// Both run the same object files, and the programs fix the order of the accesses that matter. What the source declares
// beside the lines (`// race: NAME`) is what the C++ memory model says; where one of the tools says something else, a
// table here says why.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"
#include "harness/supervise/tsan_log.h"

namespace wedge::e2e {
namespace {

namespace fs = std::filesystem;

// What was said of one program: the lines that race, as "file.cpp:12", those of all pairs together.
using Lines = std::set<std::string>;
using Verdicts = std::map<std::string, Lines>;

// Where a tool rightly or wrongly departs from what is declared: how, and why. `sees` without lines: it sees no race.
struct Difference {
  const char* program;
  bool sees_race;
  const char* reason;
};

constexpr const char* no_fences = "ThreadSanitizer does not know fences: what only they order is a race to it";
constexpr const char* no_sequences =
    "ThreadSanitizer keeps what a release store has left until the next release: a relaxed store ends no sequence";
constexpr const char* uninstrumented =
    "the C++ library counts who holds an exception inside itself, where ThreadSanitizer's instrumentation is not";
constexpr const char* made_ready_inside =
    "the C++ library makes the result ready inside itself, where ThreadSanitizer's instrumentation is not";
constexpr Difference of_tsan[] = {
    {"broken-by-own-store", false, no_sequences},
    {"broken-by-store-of-another", false, no_sequences},
    {"exception-let-go-in-turn", true, uninstrumented},
    {"exception-read-in-turn", true, uninstrumented},
    {"fence-to-fence", true, no_fences},
    {"release-fence-to-acquire-load", true, no_fences},
    {"release-store-to-acquire-fence", true, no_fences},
    {"result-at-thread-exit", true, made_ready_inside},
};

constexpr Difference of_wedge[] = {
    {"result-at-thread-exit", true, made_ready_inside},
};

constexpr unsigned at_once = 2;
constexpr int tsan_runs = 2;  // it may forget one of two accesses, and must not be lucky
constexpr int exit_with_warnings = 66;

// "harness/e2e/races/orders.cpp" and 12; empty for a place that is not in one of the programs.
std::string line_in_programs(const std::string& file, const std::string& line) {
  const fs::path path(file);
  return path.parent_path().filename() == "races" ? path.filename().string() + ":" + line : std::string();
}

// From the sources.
Verdicts declared(const std::vector<std::string>& names) {
  Verdicts verdicts;
  for (const std::string& name : names) verdicts[name];
  constexpr std::string_view label = "// race: ";
  for (const auto& [file, text] : files_below(own_source("races"))) {
    const std::vector<std::string> lines = lines_of(text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const std::size_t at = lines[i].find(label);
      if (at == std::string::npos || !file.ends_with(".cpp")) continue;
      const std::string name = lines[i].substr(at + label.size());
      EXPECT_TRUE(verdicts.contains(name)) << file << ": no program is called " << name;
      verdicts[name].insert(file + ":" + std::to_string(i + 1));
    }
  }
  return verdicts;
}

std::vector<std::string> names_in(const std::string& program) {
  std::vector<std::string> names = lines_of(run_command({program}).output);
  std::ranges::sort(names);
  return names;
}

Lines lines_in_tsan_log(const std::string& log) {
  Lines lines;
  for (const supervise::TsanWarning& warning : supervise::read_tsan_log(log))
    for (std::size_t i = 0; i < std::min<std::size_t>(warning.stacks.size(), 2); ++i)
      for (const supervise::TsanFrame& frame : warning.stacks[i]) {
        const std::size_t colon = frame.place.rfind(':');
        if (colon == std::string::npos) continue;
        const std::string line = line_in_programs(frame.place.substr(0, colon), frame.place.substr(colon + 1));
        if (line.empty()) continue;
        lines.insert(line);
        break;
      }
  return lines;
}

// The innermost frame that is in a program's own source.
std::string line_in_programs(const model::Stack& stack) {
  for (const model::Frame& frame : stack.frames)
    for (const model::Place& place : frame.places)
      if (std::string line = line_in_programs(place.file, std::to_string(place.line)); !line.empty()) return line;
  return {};
}

Lines lines_in_trace(const std::string& text) {
  Lines lines;
  const model::Trace trace = model::read_trace(text);
  for (const auto& race : nlohmann::json::parse(text).value("races", nlohmann::json::array()))
    for (const char* side : {"earlier", "later"})
      if (const auto* stack = model::stack_of(trace, race.at(side).at("stack").get<std::uint32_t>()))
        lines.insert(line_in_programs(*stack));
  return lines;
}

std::string words_for(const Lines& lines) {
  std::string words;
  for (const std::string& line : lines) words += (words.empty() ? "" : " and ") + line;
  return words.empty() ? "no race" : words;
}

// Fails unless `seen` is what is declared, but for the differences that are listed, each of which must be one.
void compare(const Verdicts& seen, const Verdicts& wanted, std::span<const Difference> differences) {
  for (const auto& [name, lines] : wanted) {
    const auto listed = std::ranges::find(differences, name, &Difference::program);
    if (listed == differences.end()) {
      EXPECT_EQ(words_for(seen.at(name)), words_for(lines)) << name;
      continue;
    }
    EXPECT_EQ(!seen.at(name).empty(), listed->sees_race) << name << " is listed: " << listed->reason;
    EXPECT_NE(words_for(seen.at(name)), words_for(lines)) << name << " is listed, but differs no longer";
  }
  for (const Difference& difference : differences)
    EXPECT_TRUE(wanted.contains(difference.program))
        << difference.program << " is listed, but there is no such program";
}

class TsanOracle : public testing::Test {
 protected:
  TsanOracle() : names_(names_in(WEDGE_E2E_RACES)), wanted_(declared(names_)) {}

  std::vector<std::string> names_;
  Verdicts wanted_;
};

// Two dozen programs without a race would show nothing, nor would two dozen with one.
TEST_F(TsanOracle, has_programs_of_both_kinds) {
  const auto racy = std::ranges::count_if(wanted_, [](const auto& verdict) { return !verdict.second.empty(); });
  EXPECT_GE(racy, 40);
  EXPECT_GE(std::ssize(wanted_) - racy, 40);
}

TEST_F(TsanOracle, says_of_each_program_what_is_declared_but_for_the_listed) {
#ifndef WEDGE_E2E_RACES_TSAN
  GTEST_SKIP() << "NOT TESTED: the compiler has no runtime of ThreadSanitizer";
#else
  Words start{"setarch", "-R"};  // where the kernel spreads addresses wider than its shadow memory can follow
  if (run_command({"setarch", "-R", WEDGE_E2E_RACES_TSAN}).status != 0) start.clear();
  start.emplace_back(WEDGE_E2E_RACES_TSAN);
  if (run_command(start).status != 0) GTEST_SKIP() << "NOT TESTED: ThreadSanitizer cannot start here";
  std::vector<Words> commands;
  for (const std::string& name : names_)
    for (int i = 0; i < tsan_runs; ++i) {
      commands.push_back(start);
      commands.back().push_back(name);
    }
  const std::vector<Finished> runs = run_commands(commands, at_once);
  Verdicts seen;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const Lines lines = lines_in_tsan_log(runs[i].errors);
    EXPECT_EQ(runs[i].status, lines.empty() ? 0 : exit_with_warnings) << commands[i].back() << "\n" << runs[i].errors;
    seen[commands[i].back()].insert(lines.begin(), lines.end());
  }
  compare(seen, wanted_, of_tsan);
#endif
}

TEST_F(TsanOracle, agrees_with_wedge) {
  const std::string help = wedge({"run", "--help"}).output;
  if (!contains(help, "--no-races")) GTEST_SKIP() << "NOT TESTED: wedge finds no races yet";
  if (!contains(help, "--no-heap"))
    for (const char* freed : {"grown-while-read", "used-then-deleted"}) {
      std::cerr << "NOT TESTED: wedge does not see memory freed yet: " << freed << "\n";
      std::erase(names_, freed);
      wanted_.erase(freed);
    }
  const Folder out;
  std::vector<Words> commands;
  for (const std::string& name : names_)
    commands.push_back(
        {WEDGE_E2E_COMMAND, "run", WEDGE_E2E_RACES, "--executions", "100", "--out", out / name, "--", name});
  const std::vector<Finished> runs = run_commands(commands, at_once);
  Verdicts seen;
  for (std::size_t i = 0; i < runs.size(); ++i) {
    SCOPED_TRACE(names_[i]);
    Lines& lines = seen[names_[i]];
    for (const auto& [file, text] : files_below(out / names_[i]))
      if (file.starts_with("traces/")) lines.merge(lines_in_trace(text));
    const model::VariantResult variant = only_variant(out / names_[i]);
    EXPECT_EQ(name_of(variant.outcome), name_of(lines.empty() ? Outcome::pass : Outcome::race))
        << runs[i].output << runs[i].errors;
    if (lines.empty()) {
      EXPECT_EQ(variant.executions, 100U);
    }
  }
  compare(seen, wanted_, of_wedge);
}

}  // namespace
}  // namespace wedge::e2e
