// The options of `wedge run` that belong to some rungs only.
#pragma once

#include <string>

#include <CLI/CLI.hpp>

#include "harness/cli/options.h"

namespace wedge::cli {

// Throws EnvironmentError.
Rung rung_from(const std::string& name);

void add_rung_options(CLI::App& command, RunOptions& run);

// Throws EnvironmentError, with one line, for options that contradict the rung.
void check_rung_options(const RunOptions& run, const CLI::App& command);

// How many executions of a variant there are unless the user says something else.
std::uint64_t usual_executions(const RunOptions& run);

}  // namespace wedge::cli
