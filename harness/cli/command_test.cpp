// The command as a user has it: exit codes, output, files, and the way from a finding to its replay.
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "harness/cli/locate.h"
#include "harness/cli/output.h"
#include "harness/model/hang_json.h"
#include "harness/model/result.h"
#include "harness/model/sample_hang.h"
#include "harness/model/trace.h"
#include "reports/hang_markdown.h"

namespace wedge::cli {
namespace {

namespace fs = std::filesystem;

struct Finished {
  int status = -1;
  std::string out;
  std::string err;
};

class Command : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "wedge-command-XXXXXX").string();
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { fs::remove_all(folder_); }

  // `arguments` as for a shell, in a folder of its own.
  Finished wedge(const std::string& arguments, const std::string& environment = "") {
    const std::string line = "cd " + shell_quoted(folder_) + " && " + environment + " WEDGE_COMMAND=wedge " +
                             shell_quoted(std::getenv("WEDGE_UNDER_TEST")) + " " + arguments +
                             " >out.txt 2>err.txt </dev/null";
    const int status = std::system(line.c_str());
    return {WIFEXITED(status) ? WEXITSTATUS(status) : -1, read_file(folder_ + "/out.txt"),
            read_file(folder_ + "/err.txt")};
  }

  static std::string program(const std::string& name) {
    return shell_quoted(std::string(std::getenv("WEDGE_PROGRAMS")) + "/" + name);
  }

  model::RunResult result(const std::string& out = "out") const {
    return model::read_result(read_file(folder_ + "/" + out + "/result.json"));
  }

  std::string trace_path(const std::string& out = "out") const {
    return out + "/" + result(out).variants.at(0).findings.at(0).trace;
  }

  std::string all_files(const std::string& out) const {
    std::vector<std::string> names;
    for (const auto& entry : fs::recursive_directory_iterator(folder_ + "/" + out))
      if (entry.is_regular_file()) names.push_back(entry.path().string());
    std::ranges::sort(names);
    std::string text;
    for (const std::string& name : names) text += name.substr(folder_.size() + out.size() + 2) + "\n" + read_file(name);
    return text;
  }

  std::string folder_;
};

bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_F(Command, what_is_known_at_ctrl_c_is_written_however_many_are_searched_at_once) {
  for (const char* jobs : {"1", "3"}) {
    const std::string more_than_anybody_waits_for = " --keep-going --no-analysis --executions 100000000000 --jobs ";
    const Finished finished = wedge("run " + program("two_scenarios") + more_than_anybody_waits_for + jobs,
                                    "timeout --preserve-status --signal INT 3 env");
    EXPECT_EQ(finished.status, 130) << finished.err;
    EXPECT_NE(finished.err.find("interrupted; this is what was known by then"), std::string::npos) << finished.err;
    EXPECT_TRUE(result().interrupted);
    ASSERT_FALSE(result().variants.empty());
    EXPECT_FALSE(result().variants.back().as_declared);
    EXPECT_GT(result().variants.back().executions, 0U);
  }
}

TEST_F(Command, finds_a_deadlock_and_ends_with_the_command_that_replays_it) {
  const Finished run = wedge("run " + program("opposite_locks"));
  EXPECT_EQ(run.status, 1) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_TRUE(contains(run.out, "deadlock: 2 tasks wait for each other")) << run.out;
  EXPECT_TRUE(contains(run.out, "waits to lock mutex left, held by task 1")) << run.out;
  EXPECT_TRUE(contains(run.out, "opposite_locks.cpp:")) << run.out;
  const std::string replay = run.out.substr(run.out.rfind("replay  wedge ") + 14);
  const Finished repro = wedge(replay.substr(0, replay.find('\n')) + " --times 10");
  EXPECT_EQ(repro.status, 0) << repro.out << repro.err;
  EXPECT_TRUE(contains(repro.out, "same: deadlock in ")) << repro.out;
  EXPECT_TRUE(contains(repro.out, "10 of 10")) << repro.out;
}

TEST_F(Command, replays_under_both_carriers) {
  wedge("run " + program("opposite_locks"));
  for (const char* carrier : {"fiber", "thread"}) {
    const Finished repro = wedge("repro " + trace_path() + " --times 5 --carrier " + carrier);
    EXPECT_EQ(repro.status, 0) << repro.out << repro.err;
  }
}

TEST_F(Command, the_same_seed_gives_the_same_bytes_whatever_the_jobs) {
  for (const char* more :
       {"", "--keep-going --executions 500", "--strategy pct", "--strategy pos --keep-going --executions 300"}) {
    for (const char* jobs : {"1", "2", "3"})
      wedge("run " + program("opposite_locks") + " " + more + " --jobs " + jobs + " --out out" + jobs);
    EXPECT_EQ(all_files("out1"), all_files("out2")) << more;
    EXPECT_EQ(all_files("out1"), all_files("out3")) << more;
    for (const char* jobs : {"1", "2", "3"}) fs::remove_all(folder_ + "/out" + jobs);
  }
}

TEST_F(Command, another_seed_takes_another_way) {
  wedge("run " + program("opposite_locks") + " --keep-going --executions 300 --out one");
  wedge("run " + program("opposite_locks") + " --keep-going --executions 300 --seed 2 --out two");
  EXPECT_NE(result("one").variants[0].failures, result("two").variants[0].failures);
}

TEST_F(Command, crash_panic_and_hang_are_told_apart) {
  EXPECT_EQ(wedge("run " + program("null_read")).status, 1);
  EXPECT_EQ(result().variants.at(0).outcome, Outcome::crash);
  EXPECT_EQ(result().variants.at(0).findings.at(0).confirmed, "3 of 3");
  EXPECT_EQ(wedge("run " + program("exit_status")).status, 1);
  EXPECT_EQ(result().variants.at(0).outcome, Outcome::panic);
  EXPECT_TRUE(contains(result().variants.at(0).findings.at(0).text, "status 3"));
  const Finished hang = wedge("run " + program("spins_for_ever") + " --stuck 0.5");
  EXPECT_EQ(hang.status, 1);
  EXPECT_EQ(result().variants.at(0).outcome, Outcome::hang);
  EXPECT_TRUE(contains(hang.out, " in spin")) << hang.out;
}

TEST_F(Command, a_program_that_passes_is_as_declared) {
  const Finished run = wedge("run " + program("writes_arguments") + " --executions 50 -- --seed 7");
  EXPECT_EQ(run.status, 0) << run.out << run.err;
  EXPECT_EQ(result().variants.at(0).executions, 50U);
  EXPECT_FALSE(contains(run.out, "argument --seed")) << run.out;
}

TEST_F(Command, output_is_shown_when_asked_for) {
  const Finished run = wedge("run " + program("writes_arguments") + " --show-output --executions 1 -- 'two words'");
  EXPECT_TRUE(contains(run.out, "argument two words\n")) << run.out;
}

TEST_F(Command, sleeping_costs_no_time) {
  EXPECT_EQ(wedge("run " + program("sleeps_in_earnest") + " --executions 5 --stuck 5").status, 0);
}

TEST_F(Command, scenarios_are_compared_with_what_they_declare) {
  const std::string scenarios = "WEDGE_SCENARIOS=" + program("two_scenarios");
  const Finished honest = wedge("run 'test/honest' --executions 500", scenarios);
  EXPECT_EQ(honest.status, 0) << honest.out << honest.err;
  EXPECT_FALSE(contains(honest.out, "NOT as declared")) << honest.out;
  const Finished wrong = wedge("run 'test/wrong' --executions 500", scenarios);
  EXPECT_EQ(wrong.status, 1);
  for (const model::VariantResult& variant : result().variants) EXPECT_FALSE(variant.as_declared) << variant.variant;
  EXPECT_EQ(result().variants.size(), 4U);
}

TEST_F(Command, fixes_can_have_executions_of_their_own) {
  wedge("run " + program("two_scenarios") + " --keep-going --no-analysis --executions 2 --executions-of-fixes 20");
  std::uint64_t of_fixes = 0;
  for (const model::VariantResult& variant : result().variants) {
    const bool is_fix = variant.variant.starts_with("fix/");
    EXPECT_EQ(variant.executions, is_fix ? 20U : 2U) << variant.variant;
    if (is_fix) of_fixes += variant.executions;
  }
  EXPECT_GT(of_fixes, 0U);
}

TEST_F(Command, verdicts_writes_the_page_that_it_names_if_it_is_gone) {
  wedge("run " + program("two_scenarios") + " --keep-going --no-analysis --executions 20");
  const std::string path = folder_ + "/out/verdicts.md";
  const std::string page = read_file(path);
  fs::remove(path);
  const Finished verdicts = wedge("verdicts");
  EXPECT_EQ(verdicts.status, 0) << verdicts.err;
  EXPECT_TRUE(contains(verdicts.out, "verdicts  out/verdicts.md\n")) << verdicts.out;
  EXPECT_EQ(read_file(path), page);
}

TEST_F(Command, what_is_too_rare_for_a_strategy_may_be_missed_by_it_alone) {
  const std::string run = "run 'test/wrong:too-rare' --executions 20 --program " + program("two_scenarios");
  const Finished by_random = wedge(run + " --strategy random");
  EXPECT_EQ(by_random.status, 0) << by_random.out;
  EXPECT_TRUE(contains(by_random.out, "not seen in 20")) << by_random.out;
  EXPECT_TRUE(contains(by_random.out, "as declared: too rare")) << by_random.out;
  EXPECT_TRUE(result().variants.at(0).too_rare);
  EXPECT_EQ(wedge(run + " --strategy pct").status, 1);
  EXPECT_FALSE(result().variants.at(0).too_rare);
  const Finished list = wedge("list --program " + program("two_scenarios"));
  EXPECT_TRUE(contains(list.out, "expected: deadlock, too rare for random")) << list.out;
}

TEST_F(Command, a_scenario_replays_from_its_trace_too) {
  wedge("run --program " + program("two_scenarios") + " 'test/honest:as-found'");
  const Finished repro = wedge("repro " + trace_path() + " --times 5");
  EXPECT_EQ(repro.status, 0) << repro.out << repro.err;
}

TEST_F(Command, list_shows_variants_and_expectations) {
  const Finished list = wedge("list --program " + program("two_scenarios"));
  EXPECT_EQ(list.status, 0) << list.err;
  EXPECT_TRUE(contains(list.out, "test/honest  Says what happens")) << list.out;
  EXPECT_TRUE(contains(list.out, "expected: deadlock saying 'wait for each other'")) << list.out;
}

TEST_F(Command, a_changed_trace_diverges_with_the_step) {
  wedge("run " + program("opposite_locks"));
  model::Trace trace = model::read_trace(read_file(folder_ + "/" + trace_path()));
  trace.choices.pop_back();
  trace.events.back().task = static_cast<std::uint16_t>(1 - trace.events.back().task);
  trace.events_hash += 1;
  std::ofstream(folder_ + "/changed.json") << model::write_trace(trace);
  const Finished repro = wedge("repro changed.json");
  EXPECT_EQ(repro.status, 1) << repro.out << repro.err;
  EXPECT_TRUE(contains(repro.out, "diverged at step ")) << repro.out;
  EXPECT_TRUE(contains(repro.out, "expected task ")) << repro.out;
}

TEST_F(Command, another_build_is_warned_about_and_tried) {
  wedge("run " + program("opposite_locks"));
  model::Trace trace = model::read_trace(read_file(folder_ + "/" + trace_path()));
  trace.recipe.build_id = "0123";
  std::ofstream(folder_ + "/older.json") << model::write_trace(trace);
  const Finished repro = wedge("repro older.json");
  EXPECT_EQ(repro.status, 0) << repro.out;
  EXPECT_TRUE(contains(repro.err, "wedge: warning: ")) << repro.err;
  EXPECT_TRUE(contains(repro.err, "another build")) << repro.err;
}

TEST_F(Command, the_first_report_comes_quickly) {
  const auto start = std::chrono::steady_clock::now();
  wedge("run " + program("exit_status"));
  // The aim is 50 ms; a loaded machine gets ten times that.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::milliseconds(500));
}

TEST_F(Command, bad_input_is_one_line_and_exit_2) {
  std::ofstream(folder_ + "/garbage.json") << "{\"schema\": \"wedge-trace/1\"";
  const std::vector<std::string> mistakes{
      "run ./nothing",
      "run /tmp",
      "run ./out.txt",
      "run --frobnicate",
      "run test/honest -- x",
      "run " + program("exit_status") + " --out /proc/x",
      "run --program " + program("two_scenarios") + " test/hones",
      "repro nothing",
      "repro garbage.json",
      "repro out.txt",
      "list --program " + program("exit_status"),
  };
  for (const std::string& arguments : mistakes) {
    const Finished run = wedge(arguments);
    EXPECT_EQ(run.status, 2) << arguments;
    EXPECT_TRUE(run.err.starts_with("wedge: ")) << run.err;
    EXPECT_EQ(std::ranges::count(run.err, '\n'), 1) << run.err;
    EXPECT_EQ(run.out, "") << arguments;
  }
}

TEST_F(Command, help_has_examples) {
  for (const char* command : {"", "run ", "repro ", "list ", "dump ", "flags "}) {
    const Finished help = wedge(std::string(command) + "--help");
    EXPECT_EQ(help.status, 0);
    EXPECT_TRUE(contains(help.out, "Examples:")) << help.out;
  }
}

TEST_F(Command, flags_are_those_of_the_build) {
  EXPECT_TRUE(contains(wedge("flags --compile").out, "-fsanitize=thread"));
  const Finished link = wedge("flags --link");
  EXPECT_TRUE(contains(link.out, "-lwedge"));
  EXPECT_FALSE(contains(link.out, "-fsanitize"));
}

bool exists(const std::string& path) { return fs::exists(path); }

TEST_F(Command, run_leaves_reports_that_name_each_other) {
  const Finished run = wedge("run " + program("opposite_locks"));
  EXPECT_TRUE(run.out.ends_with("report  out/report.md\n")) << run.out;
  const model::FindingResult finding = result().variants.at(0).findings.at(0);
  const std::string suite = read_file(folder_ + "/out/report.md");
  EXPECT_TRUE(suite.starts_with("# wedge: 1 of 1 variant not as declared\n")) << suite;
  EXPECT_TRUE(contains(suite, "(" + finding.report + ")")) << suite;
  const std::string report = read_file(folder_ + "/out/" + finding.report);
  EXPECT_TRUE(report.starts_with("# deadlock: 2 tasks wait for each other (confidence: proven, fingerprint: `"))
      << report;
  EXPECT_TRUE(contains(report, "wedge repro " + finding.trace)) << report;
  EXPECT_TRUE(contains(read_file(folder_ + "/out/junit.xml"), finding.report));
  EXPECT_TRUE(contains(read_file(folder_ + "/out/wedge.sarif"), finding.fingerprint));
}

// The commands in a report are as good as those on the terminal.
TEST_F(Command, the_commands_in_a_report_reproduce_it) {
  wedge("run " + program("opposite_locks") + " --seed 5 --strategy pct --depth 2");
  const model::FindingResult finding = result().variants.at(0).findings.at(0);
  const std::string report = read_file(folder_ + "/out/" + finding.report);
  const auto command = [&](const std::string& kind) {
    const std::size_t at = report.find("\nwedge " + kind) + 7;
    return report.substr(at, report.find('\n', at) - at);
  };
  EXPECT_EQ(wedge(command("repro").insert(6, "out/")).status, 0) << command("repro");
  const Finished again = wedge(command("run") + " --out again");
  EXPECT_EQ(again.status, 1) << again.err;
  EXPECT_EQ(result("again").variants.at(0).findings.at(0).fingerprint, finding.fingerprint);
  EXPECT_EQ(read_file(folder_ + "/again/" + finding.trace), read_file(folder_ + "/out/" + finding.trace));
}

TEST_F(Command, report_renders_the_results_again) {
  wedge("run " + program("opposite_locks"));
  const model::FindingResult finding = result().variants.at(0).findings.at(0);
  const auto render = [&](const std::string& arguments) {
    const Finished report = wedge("report " + arguments);
    EXPECT_EQ(report.status, 0) << arguments << "\n" << report.err;
    EXPECT_EQ(report.err, "");
    return report.out;
  };
  EXPECT_EQ(render("out"), read_file(folder_ + "/out/report.md"));
  EXPECT_EQ(render("out --format junit"), read_file(folder_ + "/out/junit.xml"));
  EXPECT_EQ(render("out --format sarif"), read_file(folder_ + "/out/wedge.sarif"));
  EXPECT_EQ(render("out --format json"), read_file(folder_ + "/out/result.json"));
  EXPECT_TRUE(contains(render("out --format text"), "Where every task stands"));
  EXPECT_TRUE(contains(render("out --format github"), "::error file="));
  const std::string trace = "out/" + finding.trace;
  EXPECT_TRUE(contains(render(trace), "## Who waits for what"));
  EXPECT_EQ(render(trace + " --format json"), read_file(folder_ + "/" + trace));
  for (const char* format : {"text", "junit", "sarif", "github"})
    EXPECT_TRUE(contains(render(trace + " --format " + std::string(format)), "2 tasks wait for each other")) << format;
  EXPECT_EQ(render("out --format sarif --output copy.sarif"), "");
  EXPECT_EQ(read_file(folder_ + "/copy.sarif"), read_file(folder_ + "/out/wedge.sarif"));
  const std::string before = all_files("out");
  EXPECT_EQ(render("out --format all"), "report  out/report.md\n");
  EXPECT_EQ(all_files("out"), before);
  render("out --format all --output elsewhere");
  EXPECT_EQ(read_file(folder_ + "/elsewhere/" + finding.report), read_file(folder_ + "/out/" + finding.report));
}

TEST_F(Command, report_renders_a_hang) {
  write_file(folder_ + "/app.hang.json", model::write_hang(model::sample_hang()));
  EXPECT_EQ(wedge("report app.hang.json").out, reports::hang_report(model::sample_hang()));
  for (const char* format : {"text", "json", "junit", "sarif", "github"})
    EXPECT_TRUE(contains(wedge("report app.hang.json --format " + std::string(format)).out, "lost wakeup")) << format;
  EXPECT_EQ(wedge("report app.hang.json --format all").status, 2);
}

TEST_F(Command, damaged_results_are_one_line) {
  wedge("run " + program("opposite_locks"));
  const std::string trace = trace_path();
  const auto refused = [&](const std::string& arguments, const std::string& says) {
    const Finished report = wedge("report " + arguments);
    EXPECT_EQ(report.status, 2) << arguments;
    EXPECT_EQ(report.out, "") << arguments;
    EXPECT_TRUE(report.err.starts_with("wedge: ") && contains(report.err, says)) << report.err;
    EXPECT_EQ(std::ranges::count(report.err, '\n'), 1) << report.err;
  };
  refused("missing", "cannot read");
  refused(".", "no result.json");
  refused("out/result.json", "name the folder");
  refused("out --format yaml", "format");
  refused("out --output missing/folder/file", "cannot write");
  const std::string whole = read_file(folder_ + "/" + trace);
  write_file(folder_ + "/" + trace, whole.substr(0, whole.size() / 2));
  refused(trace, "damaged");
  refused("out --format sarif", "damaged");
  write_file(folder_ + "/" + trace, "");
  refused(trace, "empty");
  fs::remove(folder_ + "/" + trace);
  refused("out --format all", "cannot read");
  const std::string result = read_file(folder_ + "/out/result.json");
  for (const std::string& damaged : {std::string(), std::string("[]"), std::string("{\"schema\": \"wedge-result/9\"}"),
                                     result.substr(0, result.size() / 2)}) {
    write_file(folder_ + "/out/result.json", damaged);
    refused("out", "result.json");
  }
  write_file(folder_ + "/notes.txt", "hello\n");
  refused("notes.txt", "neither a trace nor a hang");
  write_file(folder_ + "/a.hang.json", model::write_hang(model::sample_hang()).replace(400, 1, "~"));
  refused("a.hang.json", "damaged");
}

TEST_F(Command, github_is_told_when_it_runs_there_and_only_then) {
  const std::string there = "GITHUB_ACTIONS=true GITHUB_STEP_SUMMARY=summary.md GITHUB_WORKSPACE=" + folder_;
  write_file(folder_ + "/summary.md", "what another step wrote\n");
  const Finished run = wedge("run " + program("opposite_locks"), there);
  EXPECT_TRUE(contains(run.out, "\n::error file=")) << run.out;
  EXPECT_TRUE(contains(run.out, "2 tasks wait for each other%0A")) << run.out;
  EXPECT_TRUE(read_file(folder_ + "/summary.md").starts_with("what another step wrote\n# wedge: 1 of 1 variant not"));
  const Finished elsewhere = wedge("run " + program("opposite_locks"), "GITHUB_ACTIONS= GITHUB_STEP_SUMMARY=other.md");
  EXPECT_FALSE(contains(elsewhere.out, "::error"));
  EXPECT_FALSE(exists(folder_ + "/other.md"));
}

}  // namespace
}  // namespace wedge::cli
