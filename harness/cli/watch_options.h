// The options of `wedge watch`.
#pragma once

#include <CLI/CLI.hpp>

#include "harness/cli/command_line.h"

namespace wedge::cli {

void add_watch(CLI::App& app, CommandLine& line);

// Throws EnvironmentError.
void check_watch(WatchOptions& watch);

}  // namespace wedge::cli
