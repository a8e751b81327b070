// The commands. Each returns the exit code: 0 as declared, 1 not, 77 skipped with the reason, 130 after Ctrl-C;
// EnvironmentError stands for 2.
#pragma once

#include <string>

#include "harness/cli/options.h"

namespace wedge::cli {

inline constexpr int exit_as_declared = 0;
inline constexpr int exit_not_as_declared = 1;
inline constexpr int exit_usage = 2;
inline constexpr int exit_skipped = 77;
inline constexpr int exit_deadline = 124;
inline constexpr int exit_interrupted = 130;

int run_command(const RunOptions& options, const std::string& command);
int repro_command(const ReproOptions& options);
int list_command(const ListOptions& options);
int report_command(const ReportOptions& options);
// Without results to read, `command` is how the user makes some.
int verdicts_command(const VerdictsOptions& options, const std::string& command);
int dump_command(const DumpOptions& options);
int flags_command(const FlagsOptions& options);
// Here the exit code is that of the command, or 124, 126, 127; it may end this process by a signal.
int watch_command(const WatchOptions& options);

}  // namespace wedge::cli
