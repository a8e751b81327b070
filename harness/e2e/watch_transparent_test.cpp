// A command that does not hang must not notice that it is watched, and neither must whoever has started it.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "harness/e2e/watch.h"

namespace wedge::e2e {
namespace {

TEST(WatchTransparent, every_exit_status_is_passed_on) {
  const Folder folder;
  const Finished run = script(folder, "for i in {0..255}; do $WEDGE watch -- sh -c \"exit $i\"; echo $?; done");
  std::string expected;
  for (int status = 0; status < 256; ++status) expected += std::to_string(status) + "\n";
  EXPECT_EQ(run.output, expected);
  EXPECT_EQ(run.errors, "");
  EXPECT_FALSE(std::filesystem::exists(folder / "out")) << "nothing hung";
}

TEST(WatchTransparent, a_signal_that_ends_the_command_ends_wedge) {
  for (const int signal : {SIGHUP, SIGINT, SIGQUIT, SIGABRT, SIGKILL, SIGSEGV, SIGPIPE, SIGTERM, SIGUSR1, 40}) {
    const Words command{"sh", "-c", "kill -" + std::to_string(signal) + " $$"};
    Words watched{WEDGE_E2E_COMMAND, "watch", "--"};
    watched.insert(watched.end(), command.begin(), command.end());
    // A shell may leave a core file of the command; wedge must not leave one of itself.
    EXPECT_EQ(wait_status_of(watched) & 0x7f, wait_status_of(command) & 0x7f) << "signal " << signal;
  }
}

TEST(WatchTransparent, a_command_that_cannot_start_gives_one_line) {
  const Folder folder;
  write_text(folder / "plain", "text\n");
  for (const auto& [command, status] : std::map<std::string, int>{
           {"no-such-command", 127}, {"./no/such/file", 127}, {folder / "plain", 126}, {folder.path(), 126}}) {
    const Finished run = wedge({"watch", "--", command, "argument"});
    EXPECT_EQ(run.status, status) << command;
    EXPECT_EQ(lines_of(run.errors).size(), 1U) << run.errors;
    EXPECT_TRUE(contains(run.errors, "cannot start " + command)) << run.errors;
  }
}

TEST(WatchTransparent, output_floods_pass_unchanged) {
  const Folder folder;
  const std::string flood = "sh -c 'seq 3000000; seq 3000000 >&2'";
  const Finished run =
      script(folder, flood + " 2>e1 | cksum; $WEDGE watch -- " + flood + " 2>e2 | cksum; cmp e1 e2 && echo same");
  const auto lines = lines_of(run.output);
  ASSERT_EQ(lines.size(), 3U) << run.output << run.errors;
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_EQ(lines[2], "same");
}

TEST(WatchTransparent, input_is_passed_on_to_the_last_byte) {
  const Folder folder;
  const Finished run = script(folder, "seq 300000 | cksum; seq 300000 | $WEDGE watch -- cat | cksum");
  const auto lines = lines_of(run.output);
  ASSERT_EQ(lines.size(), 2U) << run.output << run.errors;
  EXPECT_EQ(lines[0], lines[1]);
}

// Each time the command lets go of its end of a pipe and waits until the other side has noticed; a wedge that held the
// end as well would make both wait until the deadline.
TEST(WatchTransparent, pipes_belong_to_the_command_alone) {
  const Folder folder;
  const std::string until_noticed = "until [ -e noticed ]; do sleep 0.02; done";
  const Finished input = script(
      folder, "(yes; touch noticed) | $WEDGE watch --deadline 20s -- sh -c 'exec <&-; " + until_noticed + "'; echo $?");
  EXPECT_EQ(input.output, "0\n") << input.errors;
  const Finished output =
      script(folder, "rm -f noticed; set -o pipefail; $WEDGE watch --deadline 20s -- sh -c 'exec >&-; " +
                         until_noticed + "' | (cat; touch noticed); echo $?");
  EXPECT_EQ(output.output, "0\n") << output.errors;
  const Finished other = script(folder,
                                "rm -f noticed; mkfifo fifo; (cat fifo; touch noticed) & $WEDGE watch --deadline 20s "
                                "-- sh -c 'exec 7>&-; " +
                                    until_noticed + "' 7>fifo; echo $?");
  EXPECT_EQ(other.output, "0\n") << other.errors;
}

TEST(WatchTransparent, the_command_starts_in_the_state_it_would_have_without) {
  const Folder folder;
  // Signals, process group, session and terminal, descriptors, environment.
  write_text(folder / "state",
             "grep -E '^(Sig(Blk|Ign|Cgt))' /proc/self/status\n"
             "cut -d' ' -f5-8 /proc/$$/stat\n"
             "ls /proc/$$/fd\n"
             "env | grep -v ^_= | sort\n"
             "ulimit -a; umask; pwd\n");
  for (const std::string before : {"", "trap '' INT QUIT HUP;", "exec 5<state;", "exec <&-;", "ulimit -c 0;"}) {
    const Finished plain = script(folder, before + " env PYTHONFAULTHANDLER=1 DEBUGINFOD_URLS=x sh state");
    const Finished watched =
        script(folder, before + " env PYTHONFAULTHANDLER=1 DEBUGINFOD_URLS=x $WEDGE watch -- sh state");
    const auto without_numbers = [](const std::string& text) {
      // The process group is the script's own, and so another in each run.
      auto lines = lines_of(text);
      if (lines.size() > 3) lines[3] = lines[3].substr(lines[3].find(' ') + 1);
      return lines;
    };
    EXPECT_EQ(without_numbers(watched.output), without_numbers(plain.output)) << before << watched.errors;
  }
  const Finished unset = script(folder, "unset PYTHONFAULTHANDLER; $WEDGE watch -- sh -c 'echo $PYTHONFAULTHANDLER'");
  EXPECT_EQ(unset.output, "1\n");
}

TEST(WatchTransparent, the_command_stays_in_the_process_group) {
  const Folder folder;
  const Finished run =
      script(folder, "cut -d' ' -f5,6 /proc/$$/stat; $WEDGE watch -- sh -c \"cut -d' ' -f5,6 /proc/\\$\\$/stat\"");
  const auto lines = lines_of(run.output);
  ASSERT_EQ(lines.size(), 2U) << run.output;
  EXPECT_EQ(lines[0], lines[1]);
}

TEST(WatchTransparent, what_the_command_leaves_running_goes_on) {
  const Folder folder;
  const Finished run = script(
      folder,
      "$WEDGE watch -- sh -c 'setsid sleep 71717 >/dev/null 2>&1 & sleep 71717 >/dev/null 2>&1 & exit 4'; echo $?");
  EXPECT_EQ(run.output, "4\n");
  const std::vector<pid_t> left = processes_with(folder, "sleep 71717");
  EXPECT_EQ(left.size(), 2U);
  for (const pid_t pid : left) kill(pid, SIGKILL);
}

TEST(WatchTransparent, orphans_are_waited_for_while_it_runs) {
  const Folder folder;
  // The orphan has ended for good only when its new parent has waited for it.
  const Finished run = script(folder,
                              "$WEDGE watch --deadline 20s -- sh -c '(sh -c \"echo \\$\\$ >pid\" &); "
                              "until [ -s pid ]; do sleep 0.02; done; "
                              "while [ -e /proc/$(cat pid) ]; do sleep 0.02; done'; echo $?");
  EXPECT_EQ(run.output, "0\n") << run.errors;
}

// Real-time signals, because these are counted: of others two that come close together are one.
TEST(WatchTransparent, a_signal_to_wedge_reaches_the_command_once) {
  const Folder folder;
  const Finished run = script(folder, R"(
    $WEDGE watch -- $COUNTS >log & watch=$!
    until grep -q started log; do sleep 0.02; done
    for i in 1 2 3; do kill -40 $watch; until grep -q "signal 40 count $i" log; do sleep 0.02; done; done
    kill -USR1 $watch; until grep -q "signal 10 count" log; do sleep 0.02; done
    kill -TERM $watch; wait $watch; echo $?; grep -v started log)");
  EXPECT_EQ(run.output,
            "0\nsignal 40 count 1\nsignal 40 count 2\nsignal 40 count 3\nsignal 10 count 1\n"
            "signal 15 count 1\n")
      << run.errors;
}

TEST(WatchTransparent, a_signal_to_the_whole_group_reaches_the_command_once) {
  const Folder folder;
  const Finished run = script(folder, R"(
    set -m
    $WEDGE watch -- $COUNTS >log & watch=$!
    until grep -q started log; do sleep 0.02; done
    for i in 1 2 3 4 5; do kill -40 -- -$watch; until grep -q "signal 40 count $i" log; do sleep 0.02; done; done
    kill -TERM -- -$watch; wait $watch; echo $?; grep -v started log)");
  EXPECT_EQ(run.output,
            "0\nsignal 40 count 1\nsignal 40 count 2\nsignal 40 count 3\nsignal 40 count 4\n"
            "signal 40 count 5\nsignal 15 count 1\n")
      << run.errors;
}

// Real-time signals are queued: of those that come faster than they are looked at, none is lost and none comes twice.
TEST(WatchTransparent, many_signals_at_once_to_the_whole_group_are_as_many) {
  const Folder folder;
  const Finished run = script(folder, R"(
    set -m
    $WEDGE watch -- $COUNTS >log & watch=$!
    until grep -q started log; do sleep 0.02; done
    for i in $(seq 200); do kill -40 -- -$watch; done
    until grep -q "signal 40 count 200" log; do sleep 0.02; done
    kill -TERM -- -$watch; wait $watch; echo $?; grep -c "signal 40" log)");
  EXPECT_EQ(run.output, "0\n200\n") << run.errors;
}

TEST(WatchTransparent, who_kills_wedge_kills_the_command) {
  const Folder folder;
  const Finished run = script(folder, R"(
    $WEDGE watch -- $COUNTS >log & watch=$!
    until grep -q started log; do sleep 0.02; done
    kill -KILL $watch; wait $watch 2>/dev/null
    left=/proc/$(sed "s/started //" log)
    for i in {1..500}; do [ -d $left ] || break; sleep 0.02; done
    if [ -d $left ]; then kill -KILL ${left#/proc/}; else echo gone; fi)");
  EXPECT_EQ(run.output, "gone\n") << run.errors;
}

TEST(WatchTransparent, wrong_usage_starts_nothing) {
  const Folder folder;
  for (const std::string options :
       {"--deadline 5x", "--deadline -1", "--deadline 0", "--idle nan", "--idle ''", "--grace x", "--out /dev/null",
        "--out /dev/null/out", "--report /dev/null/report", "--report .", "--frobnicate"}) {
    const Finished run = script(folder, "$WEDGE watch " + options + " -- touch started; echo $?");
    EXPECT_EQ(run.output, "2\n") << options << run.errors;
    EXPECT_EQ(lines_of(run.errors).size(), 1U) << options << run.errors;
    EXPECT_FALSE(std::filesystem::exists(folder / "started")) << options;
  }
  EXPECT_EQ(wedge({"watch"}).status, 2);
  EXPECT_EQ(wedge({"watch", "--"}).status, 2);
  EXPECT_EQ(wedge({"watch", "true"}).status, 2);
}

}  // namespace
}  // namespace wedge::e2e
