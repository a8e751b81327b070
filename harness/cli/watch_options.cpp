// Help and checks of `wedge watch`.
#include "harness/cli/watch_options.h"

#include <string>

#include "harness/cli/duration.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

using std::chrono::milliseconds;
using supervise::EnvironmentError;

constexpr milliseconds default_deadline{60000};

constexpr const char* watch_footer =
    R"(Everything after -- is the command: wedge watch [OPTIONS] -- COMMAND [ARGUMENT]...

Durations are 500ms, 60s, 2m, 1h; a number alone is seconds. With neither --deadline nor --idle the deadline is 60 s.
The command keeps the terminal, its input, its output, its signals and its exit status; nothing is copied. When it
hangs, a report on all its processes is written to OUT/hang-N.md and OUT/hang-N.json and one line to standard error;
then runtimes that can do so write their stacks (Python to standard error, Java to standard output, Go to standard
error), and everything the command has started is ended: SIGTERM, --grace, SIGKILL. A command that ends by itself
leaves running whatever it leaves running.

Progress for --idle is processor time, context switches, bytes read or written, and processes that begin or end,
anywhere below the command. A command that waits in a loop with a timeout makes progress; give it a deadline as well.
Time that the command stands stopped by Ctrl-Z does not count.

--cuda puts a recorder in front of the CUDA runtime of every process that the command starts. The report then has the
last operations of each stream and who waits for which. It only passes calls on and asks the device nothing: of an
operation it knows that it was enqueued, and that it has completed once the program was told so. The runtime must be a
shared library, as with nvcc -cudart shared; what calls the driver by itself, and what is in a graph, is not recorded.
'wedge dump' of such a process shows the same. Who waits for a device often keeps a processor busy, which is progress
for --idle: give it a deadline as well.

Examples:
  wedge watch --deadline 10m -- ctest --output-on-failure
  wedge watch --idle 30s --deadline 1h -- pytest tests
  wedge watch --deadline 60s --report hang.md -- ./server --port 0
  wedge watch --deadline 60s --probe -- ./queue_test     after the report, try out whether a wakeup was lost
  wedge watch --deadline 10m --cuda -- python3 train.py

Exit codes: that of the command (a signal that ends it ends wedge, too); 124 it hung; 126 it cannot be executed;
127 there is no such command; 2 wrong usage of wedge.)";

void add_duration(CLI::App& command, const std::string& option, const std::string& help,
                  std::function<void(milliseconds)> take, bool may_be_nothing) {
  command
      .add_option_function<std::string>(
          option,
          [option, take = std::move(take), may_be_nothing](const std::string& text) {
            const auto duration = read_duration(text);
            if (!duration)
              throw EnvironmentError(option + " '" + text + "' is not a duration; write 500ms, 60s, 2m or 1h");
            if (duration->count() == 0 && !may_be_nothing) throw EnvironmentError(option + " must be more than 0");
            take(*duration);
          },
          help)
      ->type_name("DURATION");
}

}  // namespace

void add_watch(CLI::App& app, CommandLine& line) {
  WatchOptions& watch = line.watch;
  CLI::App* command = app.add_subcommand("watch", "Run any command; if it hangs, report why and end it");
  add_duration(
      *command, "--deadline", "The command hangs if it runs longer than this",
      [&watch](auto time) { watch.deadline = time; }, false);
  add_duration(
      *command, "--idle", "The command hangs if it makes no progress for so long",
      [&watch](auto time) { watch.idle = time; }, false);
  add_duration(
      *command, "--grace", "How long after SIGTERM comes SIGKILL; 5s if not given",
      [&watch](auto time) { watch.grace = time; }, true);
  command->add_option("--out", watch.out, "Folder for the reports")->capture_default_str();
  command->add_option("--report", watch.report, "File for the report instead of OUT/hang-N.md");
  command->add_flag("--probe", watch.probe, "After the report, find out by experiment what would set it free");
  command->add_flag("--cuda", watch.cuda, "Record the calls of the CUDA runtime: what each stream has still to do");
  command->footer(watch_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::watch; });
}

void check_watch(WatchOptions& watch) {
  if (watch.command.empty() || watch.command.front().empty())
    throw EnvironmentError("say what to watch, after two dashes: wedge watch --deadline 60s -- COMMAND");
  if (watch.out.empty()) throw EnvironmentError("--out needs the name of a folder");
  if (!watch.deadline && !watch.idle) watch.deadline = default_deadline;
}

}  // namespace wedge::cli
