// Which variants of which programs the words on the command line stand for.
#pragma once

#include <string>
#include <vector>

#include <wedge/scenario.h>
#include "harness/cli/options.h"
#include "harness/model/control_block.h"
#include "harness/supervise/elf_check.h"

namespace wedge::cli {

// One variant of a scenario as its program declares it.
struct Listed {
  std::string scenario;
  std::string title;
  std::string source;
  std::string variant;
  Outcome expected = Outcome::pass;
  std::string expected_text;
  std::uint64_t max_steps = 0;
  Unfit unfit_for = Unfit::nothing;
  bool races = false;        // data races may be found beside what is expected
  std::string too_rare_for;  // a strategy, or empty
};

// A program to start, and what to run in it: itself, or some of its scenarios.
struct Selection {
  std::string program;  // absolute
  supervise::ProgramKind kind = supervise::ProgramKind::plain;
  std::string target;              // as the user named it
  std::vector<std::string> globs;  // "ID-GLOB" or "ID-GLOB:VARIANT-GLOB"; empty: all
};

// Throws EnvironmentError for anything that cannot be run.
std::vector<Selection> select_programs(const RunOptions& options);

std::vector<Listed> listed_from(const std::vector<model::ListingRecord>& records);

// Those that one of the globs selects, in the order of the listing. Throws EnvironmentError, with names that are near,
// for a glob that selects nothing.
std::vector<Listed> matching(const std::vector<Listed>& all, const std::vector<std::string>& globs);

// The up to three candidates that look most like `word`; none if all are far from it.
std::vector<std::string> near_names(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace wedge::cli
