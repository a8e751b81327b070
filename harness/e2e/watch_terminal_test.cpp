// A watched command in a terminal, with a person who types: the keys do what they do without wedge.
#include <chrono>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>

#include "harness/e2e/terminal.h"
#include "harness/e2e/watch.h"

namespace wedge::e2e {
namespace {

// A shell with job control; what it echoes of the typed lines never looks like what the commands write.
class WatchTerminal : public testing::Test {
 protected:
  WatchTerminal() : terminal_({"bash", "--norc", "--noprofile", "-i"}, watch_variables()) {
    terminal_.type("cd " + folder_.path() + "; PS1='pro''mpt> '\n");
    EXPECT_TRUE(terminal_.shows("prompt> "));
  }

  void start(const std::string& command, const std::string& started = "started") {
    terminal_.type("$WEDGE watch --deadline 600s -- " + command + "\n");
    ASSERT_TRUE(terminal_.shows(started)) << terminal_.screen();
  }

  void expect_status(const std::string& status) {
    terminal_.type("echo \"sta\"tus $?\n");
    EXPECT_TRUE(terminal_.shows("status " + status)) << terminal_.screen();
  }

  Folder folder_;
  Terminal terminal_;
};

TEST_F(WatchTerminal, control_c_reaches_the_command_once) {
  start("$COUNTS");
  terminal_.type(control_c);
  ASSERT_TRUE(terminal_.shows("signal 2 count 1")) << terminal_.screen();
  terminal_.type(control_backslash);
  ASSERT_TRUE(terminal_.shows("signal 3 count 1")) << terminal_.screen();
  terminal_.type(control_c);
  ASSERT_TRUE(terminal_.shows("signal 2 count 2")) << terminal_.screen();
  terminal_.type(control_backslash);
  ASSERT_TRUE(terminal_.shows("signal 3 count 2")) << terminal_.screen();
  EXPECT_FALSE(contains(terminal_.screen(), "count 3")) << terminal_.screen();
}

TEST_F(WatchTerminal, control_c_ends_what_it_would_end) {
  start("sh -c 'echo \"sta\"rted; exec sleep 1000'");
  terminal_.type(control_c);
  ASSERT_TRUE(terminal_.shows("prompt> ")) << terminal_.screen();
  expect_status("130");
}

TEST_F(WatchTerminal, a_command_may_make_its_own_of_control_c) {
  start("sh -c 'trap \"exit 5\" INT; echo \"sta\"rted; while :; do sleep 0.05; done'");
  terminal_.type(control_c);
  ASSERT_TRUE(terminal_.shows("prompt> ")) << terminal_.screen();
  expect_status("5");
}

TEST_F(WatchTerminal, control_z_stops_and_fg_goes_on) {
  start("sh -c 'echo \"sta\"rted; read line; echo \"re\"ad:$line; exit 6'");
  terminal_.type(control_z);
  ASSERT_TRUE(terminal_.shows("Stopped")) << terminal_.screen();
  ASSERT_TRUE(terminal_.shows("prompt> ")) << terminal_.screen();
  terminal_.type("fg\nhello\n");
  ASSERT_TRUE(terminal_.shows("read:hello")) << terminal_.screen();
  ASSERT_TRUE(terminal_.shows("prompt> ")) << terminal_.screen();
  expect_status("6");
}

TEST_F(WatchTerminal, a_command_that_ignores_control_z_is_not_left_behind) {
  start("$COUNTS");
  terminal_.type(control_z);
  ASSERT_TRUE(terminal_.shows("signal 20 count 1")) << terminal_.screen();
  // The terminal still belongs to the command.
  terminal_.type(control_c);
  ASSERT_TRUE(terminal_.shows("signal 2 count 1")) << terminal_.screen();
}

TEST_F(WatchTerminal, in_the_background_it_stops_when_it_reads) {
  terminal_.type("$WEDGE watch --deadline 600s -- sh -c 'read line; echo \"re\"ad:$line' &\n");
  ASSERT_TRUE(terminal_.shows("prompt> ")) << terminal_.screen();
  // The shell tells of it before a prompt.
  for (int tries = 0; tries < 200 && !contains(terminal_.screen(), "Stopped"); ++tries) {
    terminal_.type("\n");
    ASSERT_TRUE(terminal_.shows("prompt> "));
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
  }
  ASSERT_TRUE(contains(terminal_.screen(), "Stopped")) << terminal_.screen();
  terminal_.type("fg\nhello\n");
  EXPECT_TRUE(terminal_.shows("read:hello")) << terminal_.screen();
}

TEST_F(WatchTerminal, time_that_it_stands_stopped_does_not_count) {
  terminal_.type("$WEDGE watch --deadline 4s --idle 3s -- sh -c 'echo \"sta\"rted; read line; echo \"re\"ad:$line'\n");
  ASSERT_TRUE(terminal_.shows("started")) << terminal_.screen();
  terminal_.type(control_z);
  ASSERT_TRUE(terminal_.shows("Stopped")) << terminal_.screen();
  std::this_thread::sleep_for(std::chrono::seconds(5));
  terminal_.type("fg\nhello\n");
  EXPECT_TRUE(terminal_.shows("read:hello")) << terminal_.screen();
  ASSERT_TRUE(terminal_.shows("prompt> ")) << terminal_.screen();
  expect_status("0");
}

TEST_F(WatchTerminal, it_is_one_of_a_pipeline) {
  terminal_.type("seq 5 | $WEDGE watch -- sh -c 'tac; read line </dev/tty; echo \"re\"ad:$line' | tail -n 2\n");
  terminal_.type("hello\n");
  EXPECT_TRUE(terminal_.shows("read:hello")) << terminal_.screen();
}

TEST(WatchAlone, a_terminal_without_a_shell_is_no_difference) {
  Terminal terminal({WEDGE_E2E_COMMAND, "watch", "--", "sh", "-c", "tty; stty size; echo started; read line; exit 8"});
  ASSERT_TRUE(terminal.shows("/dev/pts/")) << terminal.screen();
  ASSERT_TRUE(terminal.shows("started")) << terminal.screen();
  terminal.type("x\n");
  const int status = terminal.ended();
  EXPECT_EQ(WEXITSTATUS(status), 8) << terminal.screen();
}

TEST(WatchAlone, a_hangup_reaches_the_command) {
  const Folder folder;
  Terminal terminal({WEDGE_E2E_COMMAND, "watch", "--", "sh", "-c",
                     "trap 'echo hangup >" + (folder / "log") + "; exit' HUP; echo $$ >" + (folder / "pid") +
                         "; while :; do sleep 0.05; done"});
  ASSERT_NE(wait_for_text(folder / "pid"), "");
  terminal.hang_up();
  EXPECT_EQ(wait_for_text(folder / "log"), "hangup\n");
}

}  // namespace
}  // namespace wedge::e2e
