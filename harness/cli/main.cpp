// The `wedge` command: reads the command line, runs one command, and turns every error into one clear line.
#include <cstdio>
#include <cstdlib>
#include <string>

#include "harness/cli/command_line.h"
#include "harness/cli/commands.h"
#include "harness/cli/locate.h"
#include "harness/supervise/errors.h"
#include "harness/supervise/interrupt.h"

namespace {

int dispatch(const wedge::cli::CommandLine& line, const std::string& command) {
  using Kind = wedge::cli::CommandLine::Kind;
  switch (line.kind) {
    case Kind::run:
      return wedge::cli::run_command(line.run, command);
    case Kind::repro:
      return wedge::cli::repro_command(line.repro);
    case Kind::list:
      return wedge::cli::list_command(line.list);
    case Kind::report:
      return wedge::cli::report_command(line.report);
    case Kind::verdicts:
      return wedge::cli::verdicts_command(line.verdicts, command);
    case Kind::dump:
      return wedge::cli::dump_command(line.dump);
    case Kind::flags:
      return wedge::cli::flags_command(line.flags);
    case Kind::watch:
      return wedge::cli::watch_command(line.watch);
    case Kind::nothing:
      break;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = wedge::cli::command_name(argv[0]);
  try {
    const wedge::cli::CommandLine line = wedge::cli::read_command_line(argc, argv);
    // A command that is only watched keeps its environment and its signals.
    if (line.kind != wedge::cli::CommandLine::Kind::watch) {
      // Reading debug information must never wait for a download.
      unsetenv("DEBUGINFOD_URLS");
      wedge::supervise::catch_interrupts();
    }
    return dispatch(line, command);
  } catch (const wedge::supervise::Interrupted&) {
    return wedge::cli::exit_interrupted;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "wedge: %s\n", error.what());
    return wedge::cli::exit_usage;
  }
}
