// A command that hangs: when that is found, what is written, and that nothing of it is left.
#include <algorithm>
#include <csignal>
#include <filesystem>

#include <gtest/gtest.h>

#include "harness/e2e/watch.h"

namespace wedge::e2e {
namespace {

TEST(WatchHang, at_the_deadline_there_is_a_report_and_the_command_ends) {
  const Folder folder;
  const Finished run = script(folder, "$WEDGE watch --deadline 500ms -- $WAITS deadlock; echo $?");
  EXPECT_EQ(run.output, "124\n");
  ASSERT_EQ(lines_of(run.errors).size(), 1U) << run.errors;
  EXPECT_TRUE(contains(run.errors, "deadline of 0.5 s: deadlock")) << run.errors;
  EXPECT_TRUE(contains(run.errors, "report: out/hang-1.md")) << run.errors;
  const model::Hang hang = hang_in(folder / "out/hang-1.json");
  EXPECT_EQ(hang.verdict.hang_class, model::HangClass::deadlock);
  EXPECT_EQ(hang.command, (Words{WEDGE_E2E_WAITS, "deadlock"}));
  EXPECT_EQ(hang.trigger, "deadline of 0.5 s");
  EXPECT_EQ(hang.reproduce, "wedge watch --deadline 500ms -- " WEDGE_E2E_WAITS " deadlock");
  EXPECT_GE(hang.elapsed_s, 0.5);
  EXPECT_EQ(hang.processes.size(), 1U);
  EXPECT_TRUE(contains(read_text(folder / "out/hang-1.md"), "deadlock"));
  EXPECT_TRUE(processes_with(folder, std::string(WEDGE_E2E_WAITS) + " deadlock").empty());
}

TEST(WatchHang, every_report_has_a_name_of_its_own) {
  const Folder folder;
  script(folder,
         "for i in 1 2; do $WEDGE watch --deadline 100ms --out reports/here -- sleep 1000; done\n"
         "$WEDGE watch --deadline 100ms --report other/hang.md -- sleep 1000");
  std::vector<std::string> names;
  for (const auto& [name, content] : files_below(folder.path())) names.push_back(name);
  EXPECT_EQ(names, (Words{"other/hang.md", "out/hang-1.json", "reports/here/hang-1.json", "reports/here/hang-1.md",
                          "reports/here/hang-2.json", "reports/here/hang-2.md"}));
}

TEST(WatchHang, the_report_is_there_before_the_command_is_touched) {
  const Folder folder;
  const Finished run = script(
      folder, "$WEDGE watch --deadline 500ms -- sh -c 'trap \"ls out; exit\" TERM; while :; do sleep 0.05; done'");
  EXPECT_EQ(run.output, "hang-1.json\nhang-1.md\n");
  EXPECT_EQ(run.status, 124);
}

TEST(WatchHang, a_command_may_clean_up_at_sigterm_and_is_given_time_for_it) {
  const Folder folder;
  const Finished run = script(folder,
                              "$WEDGE watch --deadline 300ms --grace 60s -- "
                              "sh -c 'trap \"sleep 1; echo clean; exit\" TERM; while :; do sleep 0.05; done'");
  EXPECT_EQ(run.output, "clean\n");
  EXPECT_EQ(run.status, 124);
}

TEST(WatchHang, what_ignores_sigterm_is_killed) {
  const Folder folder;
  const Finished run = script(folder, "$WEDGE watch --deadline 300ms --grace 200ms -- $WAITS ignore-everything");
  EXPECT_EQ(run.status, 124);
  EXPECT_TRUE(processes_with(folder, "waits ignore-everything").empty());
}

TEST(WatchHang, what_is_stopped_is_reported_and_ended) {
  const Folder folder;
  const Finished run =
      script(folder, "$WEDGE watch --deadline 500ms --grace 60s -- sh -c 'kill -STOP $$; sleep 72727'");
  EXPECT_EQ(run.status, 124);
  EXPECT_EQ(hang_in(folder / "out/hang-1.json").processes.at(0).state, 'T');
}

TEST(WatchHang, a_hundred_children_are_in_the_report_and_end) {
  const Folder folder;
  // The last one says that all are there.
  const Finished run = script(folder,
                              "$WEDGE watch --idle 1s --deadline 60s -- sh -c "
                              "'for i in $(seq 100); do sleep 73737 & done; wait'");
  EXPECT_EQ(run.status, 124) << run.errors;
  EXPECT_EQ(hang_in(folder / "out/hang-1.json").processes.size(), 101U);
  EXPECT_TRUE(processes_with(folder, "sleep 73737").empty());
}

TEST(WatchHang, daemons_of_the_command_are_in_the_report_and_end) {
  const Folder folder;
  const Finished run = script(folder,
                              "$WEDGE watch --idle 500ms -- sh -c "
                              "'(setsid sh -c \"sleep 74747 & sleep 74747\" &); exec sleep 74747'");
  EXPECT_EQ(run.status, 124);
  const model::Hang hang = hang_in(folder / "out/hang-1.json");
  EXPECT_EQ(std::ranges::count(hang.processes, "sleep 74747", &model::HangProcess::command_line), 3) << run.errors;
  EXPECT_TRUE(processes_with(folder, "sleep 74747").empty());
}

TEST(WatchHang, a_command_that_has_ended_is_not_hung_however_late_that_is_noticed) {
  const Folder folder;
  // The watcher is held up until the command has ended and the deadline has passed.
  const Finished run = script(folder, R"(
    $WEDGE watch --deadline 1s -- sh -c 'echo $$ >pid; sleep 0.3; exit 7' & watch=$!
    until [ -s pid ]; do sleep 0.01; done
    kill -STOP $watch
    until grep -q '^State:.Z' /proc/$(cat pid)/status; do sleep 0.01; done
    sleep 1
    kill -CONT $watch; wait $watch; echo $?; ls)");
  EXPECT_EQ(run.output, "7\npid\n") << run.errors;
}

TEST(WatchHang, at_the_very_deadline_there_is_either_a_status_or_a_report) {
  const Folder folder;
  const Finished run = script(folder, R"(
    for i in $(seq 20); do
      $WEDGE watch --deadline 200ms --out out$i -- sh -c 'sleep 0.19; exit 3'; status=$?
      if [ -e out$i/hang-1.md ]; then report=yes; else report=no; fi
      echo $status $report
    done)");
  const auto lines = lines_of(run.output);
  EXPECT_EQ(lines.size(), 20U);
  for (const std::string& line : lines) EXPECT_TRUE(line == "3 no" || line == "124 yes") << line << run.errors;
}

TEST(WatchHang, a_slow_command_that_moves_is_not_idle) {
  const Folder folder;
  for (const std::string command :
       {"sh -c 'for i in $(seq 15); do sleep 0.2; done'",                // processes that begin and end
        "sh -c 'while :; do :; done & sleep 3; kill $!'",                // processor time
        "$WAITS sleep-often",                                            // context switches
        "sh -c '(for i in $(seq 15); do sleep 0.2; done)& sleep 3'"}) {  // only a child moves
    const Finished run = script(folder, "$WEDGE watch --idle 1500ms -- " + command);
    EXPECT_EQ(run.status, 0) << command << run.errors;
  }
}

TEST(WatchHang, a_command_that_does_not_move_is_idle) {
  const Folder folder;
  const Finished run = script(folder, "$WEDGE watch --idle 500ms --deadline 600s -- $WAITS condition-missing");
  EXPECT_EQ(run.status, 124);
  const model::Hang hang = hang_in(folder / "out/hang-1.json");
  EXPECT_EQ(hang.trigger, "no progress for 0.5 s");
  EXPECT_GE(hang.idle_s.value_or(0), 0.5);
}

TEST(WatchHang, a_command_that_spins_meets_its_deadline_only) {
  const Folder folder;
  const Finished run = script(folder, "$WEDGE watch --idle 500ms --deadline 2s -- sh -c 'while :; do :; done'");
  EXPECT_EQ(run.status, 124);
  EXPECT_EQ(hang_in(folder / "out/hang-1.json").trigger, "deadline of 2 s");
}

TEST(WatchHang, python_writes_its_stacks) {
  const Folder folder;
  if (run_command({"python3", "-c", ""}).status != 0) GTEST_SKIP() << "there is no python3";
  write_text(folder / "hung.py",
             "import threading\ndef waits_for_ever():\n  threading.Event().wait()\nwaits_for_ever()\n");
  const Finished run = script(folder, "$WEDGE watch --idle 700ms -- python3 hung.py 2>errors");
  EXPECT_EQ(run.status, 124);
  EXPECT_TRUE(contains(read_text(folder / "errors"), "in waits_for_ever")) << "what the user sees";
  const model::Hang hang = hang_in(folder / "out/hang-1.json");
  ASSERT_EQ(hang.dumps.size(), 1U);
  EXPECT_EQ(hang.dumps[0].runtime, "python");
  EXPECT_TRUE(contains(hang.dumps[0].text, "in waits_for_ever")) << hang.dumps[0].text;
  const Finished piped = script(folder, "$WEDGE watch --idle 700ms --out piped -- python3 hung.py 2>&1 | cat");
  EXPECT_TRUE(contains(piped.output, "in waits_for_ever")) << piped.output;
  EXPECT_TRUE(contains(hang_in(folder / "piped/hang-1.json").dumps.at(0).text, "not a file"));
}

TEST(WatchHang, a_report_that_cannot_be_written_does_not_save_the_command) {
  const Folder folder;
  // The folder is gone when it is wanted.
  const Finished run = script(folder,
                              "mkdir gone; $WEDGE watch --deadline 1s --out gone/out -- "
                              "sh -c 'rmdir gone; touch gone; sleep 75757'; echo $?");
  EXPECT_EQ(run.output, "124\n");
  EXPECT_TRUE(contains(run.errors, "no report: cannot write")) << run.errors;
  EXPECT_TRUE(processes_with(folder, "sleep 75757").empty());
}

}  // namespace
}  // namespace wedge::e2e
