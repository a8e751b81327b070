// Declares every option once, with its help, and checks what CLI11 cannot.
#include "harness/cli/command_line.h"

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

#include <CLI/CLI.hpp>

#include "harness/cli/rung_options.h"
#include "harness/cli/watch_options.h"
#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

using supervise::EnvironmentError;

constexpr unsigned most_default_jobs = 4;

model::CarrierKind carrier_from(const std::string& name) {
  if (name == "fiber") return model::CarrierKind::fiber;
  if (name == "thread") return model::CarrierKind::thread;
  throw EnvironmentError("there is no carrier '" + name + "'; take fiber or thread");
}

constexpr const char* main_footer = R"(Examples:
  wedge run ./server-test                 find an interleaving of an ordinary program that hangs or breaks it
  wedge run 'canaries/*'                  run scenarios and compare with what they declare
  wedge repro out/traces/X.trace.json     replay what was found, exactly
  wedge report out                        what was found, again, in any format
  wedge verdicts                          which theories about a failure are right, and which fixes cure it
  wedge list                              which scenarios there are
  wedge watch --deadline 60s -- pytest    run any command, and report why if it hangs
  wedge dump 4711                         why a running process hangs; it goes on unharmed
  g++ $(wedge flags --compile) -c a.cpp   make atomics and plain accesses visible, too

Exit codes: 0 everything as declared (a plain program is declared to pass), 1 not, 2 wrong usage or environment,
77 skipped because something is not supported, 130 interrupted. Those of 'wedge watch' are in its own help.)";

constexpr const char* run_footer =
    R"(A target with a '/' that is a file is a program; anything else selects scenarios by id, 'ID-GLOB' or
'ID-GLOB:VARIANT-GLOB'. The same seed gives the same results, byte for byte, whatever --jobs is; --time makes the
number of executions depend on the clock. Leaves OUT/report.md (start there), OUT/reports/, OUT/traces/, and for
machines OUT/result.json, OUT/junit.xml and OUT/wedge.sarif. In GitHub Actions it also annotates the code and adds to
the job summary.

Strategies: portfolio takes turns among the others, more of them for those that still discover something; random lets
every task be next with equal odds; pct has priorities and lowers a few of them; pos samples the orders of operations
that conflict; surw makes all orders of a few operations equally likely; period makes all schedules with no switch,
then with one, with two and with three; mutate changes schedules that did something new. After a campaign that passed, the table's last lines say what that leaves open.
exhaust tries everything there is, for small programs, and says how far it has come; each of its executions follows
from those before, so it uses one process whatever --jobs is.

Examples:
  wedge run ./abba                        10000 executions at most, until one fails
  wedge run ./server -- --port 0          with arguments for the program
  wedge run ./abba --strategy pct --depth 3 --keep-going
  wedge run 'canaries/*:as-found' --seed 7 --jobs 2
  wedge run ./abba --strategy exhaust     every trace once: "complete: 6 traces, no failure", or what fails
  wedge run ./abba --strategy exhaust --bound preemptions=2
  wedge run ./suite --scenario 'queue/*'  scenarios of another program
  wedge run ./abba --time 60              one minute
  wedge run ./abba --rung free            on real threads, with delays; a hang is captured after 10 s
  wedge run ./abba-tsan --rung tsan       what ThreadSanitizer says of a build with it (see wedge flags --rung tsan)
  wedge run ./abba --rung rr              recorded in chaos mode, where rr can count
  wedge run 'pool-*' --rung gpu           scenarios of GPU host code with a real device, where there is one

On the rungs free, tsan, rr and gpu nothing can be replayed from a seed: what is seen is reported with how often. A
variant that is declared to fail may hide there, so 'not seen' is no error; one that is declared to pass and fails is.
What is declared to end in a deadlock, a lost wakeup, an unmet obligation, a deadline or a livelock shows as a hang,
and what ThreadSanitizer reports counts as the failure of a variant that is declared to fail.)";

constexpr const char* repro_footer = R"(Examples:
  wedge repro out/traces/abba-deadlock-1f2e3d4c.trace.json
  wedge repro X.trace.json --times 100 --carrier thread
  wedge repro X.trace.json --explain      the whole report again
  wedge repro X.trace.json --keep tests/abba.trace.json
  wedge repro tests/abba.trace.json --program build/abba    the events count then, another build may be
  wedge repro X.trace.json --gdb          stop at the failure, every task a thread in gdb

Exit codes: 0 the same every time, 1 it went another way, 2 the trace or the program cannot be used.)";

constexpr const char* report_footer = R"(Formats:
  markdown  for people: the table of a run, or the whole report on one trace or hang
  text      the same for a terminal: every finding that is not as declared, then the table
  json      for machines: schemas wedge-result/1, wedge-trace/1 and wedge-hang/1
  junit     JUnit XML, one testsuite per scenario
  sarif     SARIF 2.1.0, the interleavings as code flows
  github    annotations for GitHub Actions
  all       report.md, reports/, junit.xml and wedge.sarif, written to the folder

Examples:
  wedge report out                        the table
  wedge report out --format sarif --output wedge.sarif
  wedge report out --format all           write all files again
  wedge report out/traces/abba-deadlock-1f2e3d4c.trace.json
  wedge report out/hang-1.json --output hang.md

Exit codes: 0 written, 2 the results cannot be used.)";

constexpr const char* verdicts_footer =
    R"(A scenario puts the claims of a failure report to the test by its variants: as-found; without/X and alone/X for the
theory that X caused it; fix/X. The verdicts follow from the results of the latest run in OUT and are never declared.
Of a theory: the cause; necessary, not sufficient; can cause this symptom, did not cause this failure; refuted. Of a
fix: cures; no effect; trades, for another failure. OUT/verdicts.md has the same with links to the findings.

Examples:
  wedge verdicts --run 'deferred-reclamation/*'   try all variants, then the tables
  wedge verdicts                          the tables of the latest run, which had --keep-going or was scripts/suite
  wedge verdicts --run 'deferred-reclamation/*' --executions 20000 --strategy pos
  wedge verdicts --run 'expect-on-race/*' --strategy exhaust --bound preemptions=2
  wedge run --rung tsan 'deferred-reclamation/*' --keep-going --out out/tsan
  wedge verdicts --beside out/tsan        with a table of the rungs on which each failure showed

Exit codes: 0 the tables are shown (with --run: and every variant ended as declared), 1 with --run: not, 2 there are no
results, or no claims in them.)";

constexpr const char* dump_footer =
    R"(Looks at the process and all its descendants. Blocked threads are read from outside and never stopped; a thread on
a processor is stopped for well under a millisecond. Needs the user of the process, or root.

Examples:
  wedge dump 4711
  wedge dump $(pgrep -o my-server) --out hang.md
  wedge dump 4711 --json --out hang.json
  wedge dump 4711 --sample 2              two seconds to tell the slow from the hung

Exit codes: 0 the report is written, 2 there is no such process or it may not be read.)";

constexpr const char* flags_footer = R"(Examples:
  g++ $(wedge flags --compile) -c main.cpp && g++ main.o $(wedge flags --link) -o main
  clang++ $(wedge flags --compile --compiler clang) -c main.cpp
  g++ $(wedge flags --compile) main.cpp $(wedge flags --link --rung tsan) -o main-tsan)";

// CLI11 would read -3 as a very large number.
const CLI::Validator not_negative(
    [](const std::string& text) { return text.starts_with('-') ? "must not be negative" : std::string(); }, "");

void refuse_negative(CLI::App& command, std::initializer_list<const char*> options) {
  for (const char* option : options) command.get_option(option)->check(not_negative);
}

// The default first, then by name.
const std::vector<std::string> strategies{"portfolio", "exhaust", "mutate", "pct", "period", "pos", "random", "surw"};

std::string known_strategies() {
  std::string text;
  for (const std::string& strategy : strategies)
    text += (text.empty() ? "" : &strategy == &strategies.back() ? " or " : ", ") + strategy;
  return text;
}

bool points_are_all(const std::string& which) {
  if (which != "all" && which != "racing")
    throw EnvironmentError("there are no points '" + which + "'; take racing or all");
  return which == "all";
}

void add_run(CLI::App& app, CommandLine& line, bool& executions_given) {
  RunOptions& run = line.run;
  CLI::App* command = app.add_subcommand("run", "Run programs or scenarios under many schedules");
  command->add_option("targets", run.targets, "Programs (a path with a '/') or scenario ids with * and ?");
  command->add_option("--strategy", run.strategy, "How schedules are chosen: " + known_strategies())
      ->capture_default_str();
  command->add_option("--bound", run.bound,
                      "Strategy exhaust: all schedules with at most so many switches away from a task that could go\n"
                      "on, preemptions=N, or departures from a fixed order, delays=N; without it, every trace, once");
  command
      ->add_option("--depth", run.depth,
                   "How many order constraints a bug of strategy pct may have; also its depth in the portfolio")
      ->capture_default_str();
  command
      ->add_option_function<std::uint64_t>(
          "--executions",
          [&](std::uint64_t count) {
            run.executions = count;
            executions_given = true;
          },
          "At most so many executions per variant")
      ->default_str("10000; with --rung free 1000, with tsan, rr and gpu 100");
  command->add_option("--executions-of-fixes", run.executions_of_fixes,
                      "At most so many of each variant fix/...; without it as many as of the others");
  command->add_option("--time", run.time_s, "Start no new executions after so many seconds per variant");
  command->add_option("--seed", run.seed, "Another seed, other schedules; the default is fixed")->capture_default_str();
  command
      ->add_option_function<std::string>(
          "--carrier", [&run](const std::string& name) { run.carrier = carrier_from(name); },
          "What carries the tasks: fiber (fast) or thread (kernel threads)")
      ->default_str("fiber");
  command->add_option("--jobs", run.jobs, "Processes at once; results do not depend on it")->capture_default_str();
  command->add_flag("--keep-going", run.keep_going, "Do not stop at the first failing execution; count them all");
  command->add_option(
      "--enough", run.enough,
      "With --keep-going: stop counting once so many failed; rungs controlled and free look after 1, 8, 64, 512, then "
      "every 4096 executions");
  command->add_flag("!--no-analysis", run.analyse,
                    "Report findings as they were found: not made smaller, and without their rate");
  command->add_option("--out", run.out, "Folder for report.md, result.json, traces/ and so on")->capture_default_str();
  command->add_option("--steps", run.max_steps, "More steps in one execution are a livelock")->capture_default_str();
  command->add_option("--stuck", run.stuck_s, "Seconds without a single step before an execution is a hang")
      ->capture_default_str();
  command->add_flag("--show-output", run.show_output, "Let the program write to the terminal");
  command->add_flag("--no-early-timeouts", run.no_early_timeouts, "Timeouts fire only when nothing else can run");
  command->add_flag("--spurious-wakeups", run.spurious_wakeups, "Condition variables may wake without a signal");
  command->add_flag("!--no-races", run.races, "Do not look for data races in instrumented code");
  command
      ->add_option_function<std::string>(
          "--points", [&run](const std::string& which) { run.all_points = points_are_all(which); },
          "Which plain accesses are points: those seen racing, or all")
      ->default_str("racing");
  command->add_option("--benign", run.benign, "File of races that do no harm; a line: PATTERN REASON");
  command->add_flag("!--no-heap", run.watch_heap,
                    "Do not look for freed memory that is used, and for memory that is lost");
  command->add_flag("!--no-misuse", run.report_misuse,
                    "Answer as glibc does where POSIX leaves a call on a mutex, thread and so on undefined");
  command->add_option("--scenario", run.scenario_glob, "Which scenarios of a scenario program given by its path");
  command->add_option("--program", run.program, "The scenario program that the ids belong to");
  command->add_option("--mutation", run.mutation)->group("");
  add_rung_options(*command, run);
  refuse_negative(*command, {"--depth", "--executions", "--executions-of-fixes", "--enough", "--time", "--seed",
                             "--jobs", "--steps", "--stuck"});
  command->footer(run_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::run; });
}

void add_repro(CLI::App& app, CommandLine& line) {
  ReproOptions& repro = line.repro;
  CLI::App* command = app.add_subcommand("repro", "Replay a trace in fresh processes and compare every event");
  command->add_option("trace", repro.trace, "A file from OUT/traces")->required();
  command->add_option("--times", repro.times, "How often")->capture_default_str();
  command->add_option_function<std::string>(
      "--carrier", [&repro](const std::string& name) { repro.carrier = carrier_from(name); },
      "fiber or thread instead of what the trace says");
  command->add_flag("--gdb", repro.gdb, "Replay under gdb and stop at the failure");
  command->add_flag("--quiet-output", repro.quiet_output, "Do not show what the program writes in the first replay");
  command->add_flag("--explain", repro.explain, "Print the whole report on the finding first");
  command->add_option("--program", repro.program, "Use this program instead of the path in the trace");
  command->add_option("--keep", repro.keep, "If it is the same, write the trace for a repository: with relative paths");
  command->add_option("--stuck", repro.stuck_s, "Seconds without a single step before a replay is a hang")
      ->capture_default_str();
  refuse_negative(*command, {"--times", "--stuck"});
  command->footer(repro_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::repro; });
}

void add_report(CLI::App& app, CommandLine& line) {
  ReportOptions& report = line.report;
  CLI::App* command = app.add_subcommand("report", "Render the results of a run, a trace or a hang in any format");
  command->add_option("results", report.results, "The folder of a run (--out), a .trace.json, or the JSON of a hang")
      ->required();
  command->add_option("--format", report.format, "markdown, text, json, junit, sarif, github or all")
      ->capture_default_str();
  command->add_option("--output", report.output, "A file instead of standard output; with --format all, a folder");
  command->footer(report_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::report; });
}

void add_verdicts(CLI::App& app, CommandLine& line) {
  VerdictsOptions& verdicts = line.verdicts;
  CLI::App* command =
      app.add_subcommand("verdicts", "Say which theories about a failure are right, and which fixes cure");
  command->add_option("scenarios", verdicts.scenarios, "Only these ids, with * and ?");
  command->add_flag("--run", verdicts.run_first, "Run all variants first, every execution of each");
  command->add_option("--out", verdicts.out, "The folder of the results")->capture_default_str();
  command->add_option("--beside", verdicts.beside,
                      "Folder of results on another rung, to show beside in OUT/verdicts.md; may be repeated");
  command->add_option("--executions", verdicts.run.executions, "With --run: so many executions per variant")
      ->capture_default_str();
  command->add_option("--strategy", verdicts.run.strategy, "With --run: " + known_strategies())->capture_default_str();
  command->add_option("--bound", verdicts.run.bound, "With --run and strategy exhaust: preemptions=N or delays=N");
  command->add_option("--seed", verdicts.run.seed, "With --run: another seed, other schedules")->capture_default_str();
  command->add_option("--jobs", verdicts.run.jobs, "With --run: processes at once; results do not depend on it")
      ->capture_default_str();
  refuse_negative(*command, {"--executions", "--seed", "--jobs"});
  command->footer(verdicts_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::verdicts; });
}

void add_list(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("list", "List scenarios, their variants and what these are declared to do");
  command->add_option("globs", line.list.globs, "Only these ids");
  command->add_option("--program", line.list.program, "The scenario program, if it is not the project's own");
  command->footer("Examples:\n  wedge list\n  wedge list 'canaries/*'\n  wedge list --program ./suite");
  command->callback([&line] { line.kind = CommandLine::Kind::list; });
}

void add_dump(CLI::App& app, CommandLine& line) {
  DumpOptions& dump = line.dump;
  CLI::App* command = app.add_subcommand("dump", "Report what every thread of a running process tree waits for");
  command->add_option("pid", dump.process, "The process at the root of the tree")->required();
  command->add_flag("--json", dump.json, "Everything that was seen, as wedge-hang/1, instead of markdown");
  command->add_option("--out", dump.out, "Write to this file instead of the standard output");
  command->add_option("--sample", dump.sample_s, "Seconds between the two looks that tell who moves")
      ->capture_default_str();
  command->add_flag("--stop-blocked", dump.stop_blocked,
                    "Stop blocked threads, too, where their stacks cannot be read otherwise; begins timed waits anew");
  command->footer(dump_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::dump; });
}

void add_flags(CLI::App& app, CommandLine& line) {
  CLI::App* command = app.add_subcommand("flags", "Print the compiler flags for finer control (level 2)");
  command->add_flag("--compile", line.flags.compile, "For compiling");
  command->add_flag("--link", line.flags.link, "For linking");
  command
      ->add_option_function<std::string>(
          "--rung", [&line](const std::string& name) { line.flags.rung = rung_from(name); },
          "controlled, or tsan: with the real ThreadSanitizer, for wedge run --rung tsan")
      ->default_str("controlled");
  command->add_option("--compiler", line.flags.compiler, "gcc or clang")->capture_default_str();
  command->footer(flags_footer);
  command->callback([&line] { line.kind = CommandLine::Kind::flags; });
}

void check_run_numbers(const RunOptions& run) {
  if (run.executions == 0) throw EnvironmentError("--executions 0 would run nothing; give at least 1");
  if (run.jobs == 0) throw EnvironmentError("--jobs 0 would run nothing; give at least 1");
  if (run.jobs > 256) throw EnvironmentError("--jobs " + std::to_string(run.jobs) + " is too many; give at most 256");
  if (run.max_steps == 0) throw EnvironmentError("--steps 0 would stop at once; give at least 1");
  if (run.max_steps > model::max_choices)
    throw EnvironmentError("--steps can be at most " + std::to_string(model::max_choices));
  if (!(run.stuck_s > 0)) throw EnvironmentError("--stuck must be more than 0 seconds");
}

void check_strategy(const std::string& strategy) {
  if (std::ranges::find(strategies, strategy) == strategies.end())
    throw EnvironmentError("there is no strategy '" + strategy + "'; take " + known_strategies());
}

void check_executions_of_fixes(const RunOptions& run, const CLI::App& command) {
  if (command.count("--executions-of-fixes") > 0 && run.executions_of_fixes == 0)
    throw EnvironmentError("--executions-of-fixes 0 would run none of them; give at least 1");
}

void check_enough(const RunOptions& run, const CLI::App& command) {
  if (command.count("--enough") == 0) return;
  if (!run.keep_going)
    throw EnvironmentError("--enough says when to stop counting failures, so it goes with --keep-going");
  if (run.enough == 0) throw EnvironmentError("--enough must be at least 1");
}

void check_exhaust(const RunOptions& run, const CLI::App& command) {
  if (run.strategy != "exhaust") {
    if (command.count("--bound") > 0)
      throw EnvironmentError("--bound belongs to --strategy exhaust, not to " + run.strategy);
    return;
  }
  if (run.spurious_wakeups)
    throw EnvironmentError("--strategy exhaust does not try spurious wakeups; leave out --spurious-wakeups");
}

// "preemptions=2" becomes the bound and its size.
void read_bound(RunOptions& run) {
  if (run.bound.empty()) return;
  const std::size_t equals = run.bound.find('=');
  const std::string name = run.bound.substr(0, equals);
  const std::string number = equals == std::string::npos ? std::string() : run.bound.substr(equals + 1);
  const bool is_number =
      !number.empty() && number.size() < 6 && number.find_first_not_of("0123456789") == std::string::npos;
  if ((name != "preemptions" && name != "delays") || !is_number)
    throw EnvironmentError("--bound takes preemptions=N or delays=N, not '" + run.bound + "'");
  run.depth = static_cast<std::uint32_t>(std::stoul(number));
}

void check_run(const RunOptions& run, const CLI::App& command) {
  check_run_numbers(run);
  if (run.targets.empty() && run.program.empty())
    throw EnvironmentError(
        "say what to run: a program such as ./test, or a scenario id such as 'canaries/*' ('wedge list' shows them)");
  check_strategy(run.strategy);
  check_rung_options(run, command);
  check_executions_of_fixes(run, command);
  check_enough(run, command);
  check_exhaust(run, command);
  if (run.depth == 0) throw EnvironmentError("--depth must be at least 1");
  if (command.count("--depth") > 0 && run.strategy != "pct" && run.strategy != "portfolio")
    throw EnvironmentError("--depth belongs to --strategy pct or portfolio, not to " + run.strategy);
  if (run.out.empty()) throw EnvironmentError("--out needs the name of a folder");
}

void prepare_run(RunOptions& run, const CLI::App& command) {
  check_run(run, command);
  read_bound(run);
}

void check_repro(const ReproOptions& repro) {
  if (repro.times == 0) throw EnvironmentError("--times 0 would replay nothing; give at least 1");
  if (repro.gdb && repro.times != 1) throw EnvironmentError("--gdb replays once; leave out --times");
  if (repro.gdb && repro.carrier == model::CarrierKind::fiber)
    throw EnvironmentError("--gdb shows tasks as threads, so it goes with --carrier thread only");
  if (!(repro.stuck_s > 0)) throw EnvironmentError("--stuck must be more than 0 seconds");
}

void check_verdicts(VerdictsOptions& verdicts, const CLI::App& command) {
  for (const char* option : {"--executions", "--strategy", "--bound", "--seed", "--jobs"})
    if (!verdicts.run_first && command.count(option) > 0)
      throw EnvironmentError(std::string(option) + " says how to run, so it goes with --run");
  if (!verdicts.run_first) return;
  check_run_numbers(verdicts.run);
  check_strategy(verdicts.run.strategy);
  if (command.count("--bound") > 0 && verdicts.run.strategy != "exhaust")
    throw EnvironmentError("--bound belongs to --strategy exhaust, not to " + verdicts.run.strategy);
  read_bound(verdicts.run);
}

void check_report(const ReportOptions& report, const CLI::App& command) {
  static const std::vector<std::string> formats{"markdown", "text", "json", "junit", "sarif", "github", "all"};
  if (std::ranges::find(formats, report.format) == formats.end())
    throw EnvironmentError("there is no format '" + report.format +
                           "'; take markdown, text, json, junit, sarif, github or all");
  if (command.count("--output") > 0 && report.output.empty()) throw EnvironmentError("--output needs a name");
}

void check_dump(const DumpOptions& dump) {
  if (!(dump.sample_s >= 0.01 && dump.sample_s <= 60))
    throw EnvironmentError("--sample must be from 0.01 to 60 seconds");
}

void check_flags(const FlagsOptions& flags) {
  if (flags.compile == flags.link) throw EnvironmentError("wedge flags needs either --compile or --link");
  if (flags.rung != Rung::controlled && flags.rung != Rung::tsan)
    throw EnvironmentError("there are no flags for the rung " + std::string(name_of(flags.rung)) +
                           ": it runs what is built for controlled runs");
  if (flags.compiler != "gcc" && flags.compiler != "clang")
    throw EnvironmentError("there is no compiler '" + flags.compiler + "' here; take gcc or clang");
}

// What stands after "--" is the program's, whatever it looks like.
int split_arguments(int argc, char** argv, RunOptions& run) {
  char** end = std::find(argv, argv + argc, std::string_view("--"));
  if (end == argv + argc) return argc;
  run.has_arguments = true;
  run.arguments.assign(end + 1, argv + argc);
  return static_cast<int>(end - argv);
}

[[noreturn]] void explain(const CLI::ParseError& error, const CLI::App& app, int argc, char** argv) {
  if (argc > 1 && app.get_subcommands().empty() && argv[1][0] != '-')
    throw EnvironmentError(std::string("there is no command '") + argv[1] +
                           "'; take run, repro, report, verdicts, watch, dump, list or flags");
  std::string text = error.what();
  std::ranges::replace(text, '\n', ' ');
  std::string help = "wedge";
  for (const CLI::App* command : app.get_subcommands()) help += " " + command->get_name();
  throw EnvironmentError(text + "; see '" + help + " --help'");
}

}  // namespace

CommandLine read_command_line(int argc, char** argv) {
  CommandLine line;
  bool executions_given = false;
  line.run.jobs = line.repro.jobs = line.verdicts.run.jobs =
      std::clamp(std::thread::hardware_concurrency(), 1U, most_default_jobs);
  CLI::App app(
      "Wedge runs unmodified multi-threaded C++ under a scheduler it controls, finds the interleaving that hangs\n"
      "or breaks it, replays that interleaving exactly, and explains it.",
      "wedge");
  app.require_subcommand(1);
  app.set_version_flag("--version", std::string("wedge ") + WEDGE_VERSION);
  app.footer(main_footer);
  add_run(app, line, executions_given);
  add_repro(app, line);
  add_report(app, line);
  add_verdicts(app, line);
  add_list(app, line);
  add_dump(app, line);
  add_flags(app, line);
  add_watch(app, line);
  const int own = split_arguments(argc, argv, line.run);
  try {
    app.parse(own, argv);
  } catch (const CLI::Success& help) {
    app.exit(help);
    return {};
  } catch (const CLI::ParseError& error) {
    if (own <= 1) {
      std::fputs(app.help().c_str(), stderr);
      throw EnvironmentError("say what to do: run, repro, report, verdicts, watch, dump, list or flags");
    }
    explain(error, app, own, argv);
  }
  if (line.kind == CommandLine::Kind::run) prepare_run(line.run, *app.get_subcommand("run"));
  if (line.kind == CommandLine::Kind::repro) check_repro(line.repro);
  if (line.kind == CommandLine::Kind::report) check_report(line.report, *app.get_subcommand("report"));
  if (line.kind == CommandLine::Kind::verdicts) check_verdicts(line.verdicts, *app.get_subcommand("verdicts"));
  if (line.kind == CommandLine::Kind::dump) check_dump(line.dump);
  if (line.kind == CommandLine::Kind::flags) check_flags(line.flags);
  if (line.kind == CommandLine::Kind::watch) {
    line.watch.command = std::move(line.run.arguments);
    check_watch(line.watch);
  } else if (line.run.has_arguments && line.kind != CommandLine::Kind::run)
    throw EnvironmentError("arguments after -- belong to 'wedge run ./program'");
  if (!executions_given) line.run.executions = line.run.time_s > 0 ? no_limit : usual_executions(line.run);
  return line;
}

}  // namespace wedge::cli
