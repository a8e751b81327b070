// Every way to write a command line wrongly has its own clear line.
#include "harness/cli/command_line.h"

#include <gtest/gtest.h>

#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

CommandLine read(std::vector<std::string> words) {
  words.insert(words.begin(), "wedge");
  std::vector<char*> argv;
  for (std::string& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);
  return read_command_line(static_cast<int>(words.size()), argv.data());
}

std::string error_of(std::vector<std::string> words) {
  try {
    read(std::move(words));
  } catch (const supervise::EnvironmentError& error) {
    std::string text = error.what();
    EXPECT_EQ(text.find('\n'), std::string::npos) << text;
    return text;
  }
  return "no error";
}

void expect_error(std::vector<std::string> words, const std::string& part) {
  const std::string error = error_of(std::move(words));
  EXPECT_NE(error.find(part), std::string::npos) << error;
}

TEST(command_line, defaults_are_fixed) {
  const CommandLine line = read({"run", "./a"});
  EXPECT_EQ(line.kind, CommandLine::Kind::run);
  EXPECT_EQ(line.run.targets, std::vector<std::string>{"./a"});
  EXPECT_EQ(line.run.seed, 1U);
  EXPECT_EQ(line.run.executions, 10000U);
  EXPECT_EQ(line.run.strategy, "portfolio");
  EXPECT_EQ(line.run.carrier, model::CarrierKind::fiber);
  EXPECT_GE(line.run.jobs, 1U);
}

TEST(command_line, every_option_arrives) {
  const CommandLine line = read({"run",
                                 "a/*",
                                 "b",
                                 "--strategy",
                                 "pct",
                                 "--depth",
                                 "5",
                                 "--executions",
                                 "7",
                                 "--executions-of-fixes",
                                 "8",
                                 "--time",
                                 "1.5",
                                 "--seed",
                                 "9",
                                 "--carrier",
                                 "thread",
                                 "--jobs",
                                 "3",
                                 "--keep-going",
                                 "--out",
                                 "o",
                                 "--steps",
                                 "11",
                                 "--stuck",
                                 "2",
                                 "--show-output",
                                 "--no-early-timeouts",
                                 "--spurious-wakeups",
                                 "--no-heap",
                                 "--no-misuse",
                                 "--program",
                                 "p",
                                 "--mutation",
                                 "4"});
  EXPECT_EQ(line.run.targets.size(), 2U);
  EXPECT_EQ(line.run.strategy, "pct");
  EXPECT_EQ(line.run.depth, 5U);
  EXPECT_EQ(line.run.executions, 7U);
  EXPECT_EQ(line.run.executions_for("as-found"), 7U);
  EXPECT_EQ(line.run.executions_for("fix/a"), 8U);
  EXPECT_EQ(line.run.time_s, 1.5);
  EXPECT_EQ(line.run.seed, 9U);
  EXPECT_EQ(line.run.carrier, model::CarrierKind::thread);
  EXPECT_EQ(line.run.jobs, 3U);
  EXPECT_TRUE(line.run.keep_going && line.run.show_output && line.run.no_early_timeouts && line.run.spurious_wakeups);
  EXPECT_FALSE(line.run.watch_heap);
  EXPECT_FALSE(line.run.report_misuse);
  EXPECT_EQ(line.run.out, "o");
  EXPECT_EQ(line.run.max_steps, 11U);
  EXPECT_EQ(line.run.stuck_s, 2);
  EXPECT_EQ(line.run.mutation, 4U);
}

TEST(command_line, what_follows_two_dashes_is_the_programs) {
  const CommandLine line = read({"run", "./a", "--seed", "2", "--", "--seed", "3", "--", "x"});
  EXPECT_EQ(line.run.seed, 2U);
  EXPECT_EQ(line.run.arguments, (std::vector<std::string>{"--seed", "3", "--", "x"}));
}

TEST(command_line, time_alone_lifts_the_limit_of_executions) {
  EXPECT_EQ(read({"run", "./a", "--time", "1"}).run.executions, no_limit);
  EXPECT_EQ(read({"run", "./a", "--time", "1", "--executions", "5"}).run.executions, 5U);
}

TEST(command_line, rungs_of_real_threads_have_options_of_their_own) {
  const CommandLine line = read({"run", "./a", "--rung", "free", "--hang-after", "500ms", "--delays", "heavy"});
  EXPECT_EQ(line.run.rung, Rung::free);
  EXPECT_EQ(line.run.hang_after, std::chrono::milliseconds(500));
  EXPECT_EQ(line.run.delays, Delays::heavy);
  EXPECT_EQ(line.run.executions, 1000U);
  EXPECT_EQ(read({"run", "./a", "--rung", "tsan"}).run.executions, 100U);
  EXPECT_EQ(read({"run", "./a", "--rung", "rr", "--executions", "7"}).run.executions, 7U);
  EXPECT_EQ(read({"run", "gpu/*", "--rung", "gpu"}).run.rung, Rung::gpu);
  EXPECT_EQ(read({"run", "./a", "--rung", "controlled"}).run.executions, 10000U);
}

TEST(command_line, options_that_contradict_the_rung_are_refused) {
  expect_error({"run", "./a", "--rung", "ladder"}, "there is no rung 'ladder'; take controlled, free, tsan, rr or gpu");
  expect_error({"run", "./a", "--rung", "free", "--strategy", "pct"}, "--strategy belongs to controlled runs");
  expect_error({"run", "./a", "--rung", "free", "--carrier", "thread"}, "--carrier belongs to controlled runs");
  expect_error({"run", "./a", "--rung", "free", "--delays", "huge"}, "take none, light or heavy");
  expect_error({"run", "./a", "--rung", "free", "--hang-after", "soon"}, "--hang-after soon is no time");
  expect_error({"run", "./a", "--rung", "free", "--hang-after", "0s"}, "--hang-after 0s is no time");
  expect_error({"run", "./a", "--rung", "tsan", "--delays", "light"}, "--delays belongs to the rung free");
  expect_error({"run", "./a", "--rung", "rr", "--seed", "2"}, "--seed belongs to");
  expect_error({"run", "./a", "--hang-after", "5s"}, "--hang-after belongs to the rungs free, tsan, rr and gpu");
  expect_error({"run", "./a", "--delays", "heavy"}, "--delays belongs to the rung free");
  expect_error({"flags", "--link", "--rung", "rr"}, "there are no flags for the rung rr");
}

TEST(command_line, dump_takes_a_process_and_where_to_write) {
  const CommandLine line = read({"dump", "4711", "--json", "--out", "x.json", "--sample", "2"});
  EXPECT_EQ(line.kind, CommandLine::Kind::dump);
  EXPECT_EQ(line.dump.process, "4711");
  EXPECT_TRUE(line.dump.json);
  EXPECT_EQ(line.dump.out, "x.json");
  EXPECT_EQ(line.dump.sample_s, 2);
  EXPECT_FALSE(line.dump.stop_blocked);
}

TEST(command_line, contradictions_and_nonsense) {
  expect_error({"frobnicate"},
               "there is no command 'frobnicate'; take run, repro, report, verdicts, watch, dump, list or flags");
  expect_error({"run"}, "say what to run");
  expect_error({"run", "./a", "--frobnicate"}, "--frobnicate");
  expect_error({"run", "./a", "--executions", "0"}, "--executions 0 would run nothing");
  expect_error({"run", "./a", "--executions", "-1"}, "must not be negative");
  expect_error({"run", "./a", "--executions", "many"}, "--executions = many");
  expect_error({"run", "./a", "--jobs", "0"}, "--jobs 0 would run nothing");
  expect_error({"run", "./a", "--strategy", "best"},
               "there is no strategy 'best'; take portfolio, exhaust, mutate, pct, period, pos, random or surw");
  expect_error({"run", "./a", "--carrier", "pigeon"}, "there is no carrier 'pigeon'; take fiber or thread");
  expect_error({"run", "./a", "--strategy", "pos", "--depth", "3"}, "--depth belongs to --strategy pct or portfolio");
  expect_error({"run", "./a", "--steps", "99999999999"}, "--steps can be at most");
  expect_error({"run", "./a", "--executions-of-fixes", "0"}, "--executions-of-fixes 0 would run none");
  expect_error({"run", "./a", "--stuck", "0"}, "--stuck must be more than 0");
  expect_error({"run", "./a", "--out", ""}, "--out needs");
  expect_error({"repro"}, "trace is required; see 'wedge repro --help'");
  expect_error({"repro", "x", "--times", "0"}, "--times 0 would replay nothing");
  expect_error({"repro", "x", "--gdb", "--times", "2"}, "--gdb replays once");
  expect_error({"repro", "x", "--gdb", "--carrier", "fiber"}, "--carrier thread");
  expect_error({"repro", "x", "--", "y"}, "arguments after --");
  expect_error({"dump"}, "pid is required; see 'wedge dump --help'");
  expect_error({"dump", "1", "--sample", "100"}, "--sample must be from 0.01 to 60 seconds");
  expect_error({"flags"}, "either --compile or --link");
  expect_error({"flags", "--compile", "--link"}, "either --compile or --link");
  expect_error({"flags", "--compile", "--compiler", "icc"}, "take gcc or clang");
}

}  // namespace
}  // namespace wedge::cli
