// The command line as options, or one sentence on what is wrong with it.
#pragma once

#include "harness/cli/options.h"

namespace wedge::cli {

struct CommandLine {
  enum class Kind {
    nothing,
    run,
    repro,
    report,
    verdicts,
    list,
    dump,
    flags,
    watch
  } kind = Kind::nothing;  // nothing: help was asked for and given
  RunOptions run;
  ReproOptions repro;
  ReportOptions report;
  VerdictsOptions verdicts;
  ListOptions list;
  DumpOptions dump;
  FlagsOptions flags;
  WatchOptions watch;
};

// Throws EnvironmentError.
CommandLine read_command_line(int argc, char** argv);

}  // namespace wedge::cli
