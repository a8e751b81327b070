// A hang survives being written and read, and a file that is no whole hang is refused with the reason.
#include "harness/model/hang_json.h"

#include <cmath>

#include <gtest/gtest.h>

#include "harness/model/sample_hang.h"
#include "harness/model/sample_trace.h"

namespace wedge::model {
namespace {

std::string error_for(const std::string& text) {
  try {
    read_hang(text);
  } catch (const HangError& error) {
    return error.what();
  }
  return "it was read";
}

bool says(const std::string& text, const std::string& part) { return error_for(text).find(part) != std::string::npos; }

TEST(hang, round_trip_keeps_every_byte) {
  for (const Hang& hang : {sample_hang(), sample_mutex_hang(), Hang{}}) {
    const std::string text = write_hang(hang);
    EXPECT_EQ(text, write_hang(read_hang(text)));
  }
}

TEST(hang, round_trip_keeps_what_matters) {
  const Hang before = sample_hang();
  const Hang after = read_hang(write_hang(before));
  EXPECT_EQ(after.fingerprint, before.fingerprint);
  EXPECT_EQ(after.verdict.hang_class, HangClass::lost_wakeup);
  EXPECT_EQ(after.verdict.confidence, Confidence::proven);
  EXPECT_EQ(after.verdict.why, before.verdict.why);
  EXPECT_EQ(after.stacks, before.stacks);
  EXPECT_EQ(after.modules, before.modules);
  EXPECT_EQ(after.idle_s, before.idle_s);
  ASSERT_EQ(after.processes.size(), 2U);
  const HangThread& thread = after.processes[0].threads.at(0);
  EXPECT_EQ(thread.wait.kind, WaitKind::join);
  EXPECT_EQ(thread.wait.owner, 4712);
  EXPECT_EQ(thread.wait.since_s, 58.2);
  EXPECT_EQ(thread.wait.timeout_s, std::nullopt);
  EXPECT_EQ(thread.state, 'S');
  const HangProcess& child = after.processes[1];
  EXPECT_EQ(child.threads.at(0).name, "sink\n\x1b[31m");
  EXPECT_EQ(child.ctrl_c.works, YesNo::no);
  EXPECT_EQ(child.descriptors.at(0).other_end.at(0).pid, 4710);
  EXPECT_EQ(child.descriptors.at(0).capacity, 65536U);
  EXPECT_EQ(child.descriptors.at(0).count, 5U);
  EXPECT_EQ(child.descriptors.at(0).armed, false);
  EXPECT_EQ(child.bytes_moved, 12U);
  EXPECT_EQ(child.threads.at(0).looks, 3U);
  EXPECT_EQ(child.threads.at(0).repeated_looks, 1U);
  EXPECT_EQ(child.threads.at(0).wait.awaited_signals, 4U);
  EXPECT_EQ(child.threads.at(0).wait.value_changed, true);
  EXPECT_TRUE(child.threads.at(0).wait.descriptors.at(0).edge);
  ASSERT_EQ(after.graph.edges.size(), 4U);
  EXPECT_FALSE(after.graph.edges[3].certain);
  EXPECT_EQ(after.probes.at(0).conclusion, "the wakeup was lost");
  EXPECT_EQ(after.dumps.at(0).text, before.dumps.at(0).text);
}

TEST(hang, odd_bytes_and_odd_numbers_do_not_break_it) {
  Hang hang = sample_hang();
  hang.processes[0].threads[0].name = "bad \xff byte";
  hang.elapsed_s = std::nan("");
  const Hang after = read_hang(write_hang(hang));
  EXPECT_EQ(after.processes[0].threads[0].name, "bad \xef\xbf\xbd byte");
  EXPECT_EQ(after.elapsed_s, 0);
}

TEST(hang, any_changed_character_is_noticed) {
  const std::string text = write_hang(sample_hang());
  for (std::size_t at = 2; at < text.size() - 4; at += 37) {
    std::string damaged = text;
    damaged[at] = damaged[at] == '7' ? '8' : '7';
    EXPECT_NE(error_for(damaged), "it was read") << "at " << at << " of " << text.substr(at, 20);
  }
}

TEST(hang, says_what_is_wrong_with_a_file) {
  const std::string text = write_hang(sample_hang());
  EXPECT_TRUE(says("", "empty"));
  EXPECT_TRUE(
      says("\x7f"
           "ELF",
           "no hang"));
  EXPECT_TRUE(says("[1]", "no hang"));
  EXPECT_TRUE(says(write_trace(sample_deadlock()), "no hang"));
  EXPECT_TRUE(says(text.substr(0, text.size() / 2), "damaged"));
  std::string other = text;
  other.replace(other.find("wedge-hang/1"), 12, "wedge-hang/2");
  EXPECT_TRUE(says(other, "wedge-hang/2"));
}

// With a checksum that fits: what a defect in whoever writes hangs would look like.
TEST(hang, references_that_lead_nowhere_are_refused) {
  Hang hang = sample_hang();
  hang.processes[0].threads[0].stack = 99;
  EXPECT_TRUE(says(write_hang(hang), "stack"));
  hang = sample_hang();
  hang.stacks[1].frames[0].module = 99;
  EXPECT_TRUE(says(write_hang(hang), "module"));
  hang = sample_hang();
  hang.graph.edges[0].to = 99;
  EXPECT_TRUE(says(write_hang(hang), "edge"));
}

}  // namespace
}  // namespace wedge::model
