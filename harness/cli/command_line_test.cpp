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
  EXPECT_EQ(line.run.strategy, "random");
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
                                 "--program",
                                 "p",
                                 "--mutation",
                                 "4"});
  EXPECT_EQ(line.run.targets.size(), 2U);
  EXPECT_EQ(line.run.strategy, "pct");
  EXPECT_EQ(line.run.depth, 5U);
  EXPECT_EQ(line.run.executions, 7U);
  EXPECT_EQ(line.run.time_s, 1.5);
  EXPECT_EQ(line.run.seed, 9U);
  EXPECT_EQ(line.run.carrier, model::CarrierKind::thread);
  EXPECT_EQ(line.run.jobs, 3U);
  EXPECT_TRUE(line.run.keep_going && line.run.show_output && line.run.no_early_timeouts && line.run.spurious_wakeups);
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

TEST(command_line, contradictions_and_nonsense) {
  expect_error({"frobnicate"}, "there is no command 'frobnicate'; take run, repro, report, watch, dump, list or flags");
  expect_error({"run"}, "say what to run");
  expect_error({"run", "./a", "--frobnicate"}, "--frobnicate");
  expect_error({"run", "./a", "--executions", "0"}, "--executions 0 would run nothing");
  expect_error({"run", "./a", "--executions", "-1"}, "must not be negative");
  expect_error({"run", "./a", "--executions", "many"}, "--executions = many");
  expect_error({"run", "./a", "--jobs", "0"}, "--jobs 0 would run nothing");
  expect_error({"run", "./a", "--strategy", "best"}, "there is no strategy 'best'; take random, pct or pos");
  expect_error({"run", "./a", "--carrier", "pigeon"}, "there is no carrier 'pigeon'; take fiber or thread");
  expect_error({"run", "./a", "--depth", "3"}, "--depth belongs to --strategy pct");
  expect_error({"run", "./a", "--steps", "99999999999"}, "--steps can be at most");
  expect_error({"run", "./a", "--stuck", "0"}, "--stuck must be more than 0");
  expect_error({"run", "./a", "--out", ""}, "--out needs");
  expect_error({"repro"}, "trace is required; see 'wedge repro --help'");
  expect_error({"repro", "x", "--times", "0"}, "--times 0 would replay nothing");
  expect_error({"repro", "x", "--gdb", "--times", "2"}, "--gdb replays once");
  expect_error({"repro", "x", "--gdb", "--carrier", "fiber"}, "--carrier thread");
  expect_error({"repro", "x", "--", "y"}, "arguments after --");
  expect_error({"flags"}, "either --compile or --link");
  expect_error({"flags", "--compile", "--link"}, "either --compile or --link");
  expect_error({"flags", "--compile", "--compiler", "icc"}, "take gcc or clang");
}

}  // namespace
}  // namespace wedge::cli
