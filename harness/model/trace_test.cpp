// A trace survives being written and read, and a file that is no whole trace is refused with the reason.
#include "harness/model/trace.h"

#include <gtest/gtest.h>

#include "harness/model/choices_codec.h"
#include "harness/model/sample_trace.h"

namespace wedge::model {
namespace {

std::string error_for(const std::string& text) {
  try {
    read_trace(text);
  } catch (const TraceError& error) {
    return error.what();
  }
  return "it was read";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(trace, round_trip_keeps_every_byte) {
  const std::string text = write_trace(sample_deadlock());
  EXPECT_EQ(text, write_trace(read_trace(text)));
}

TEST(trace, round_trip_keeps_races) {
  const Trace before = sample_race();
  const Trace after = read_trace(write_trace(before));
  EXPECT_EQ(before.races, after.races);
  EXPECT_EQ(before.recipe, after.recipe);
}

TEST(trace, round_trip_keeps_what_was_done_to_memory) {
  for (const MemoryFault fault : {MemoryFault::use_after_free, MemoryFault::leak}) {
    Trace trace = sample_deadlock();
    trace.memory = sample_memory(fault);
    const std::string text = write_trace(trace);
    const Trace after = read_trace(text);
    ASSERT_TRUE(after.memory);
    EXPECT_EQ(after.memory->fault, fault);
    EXPECT_EQ(after.memory->freed_by, trace.memory->freed_by);
    EXPECT_EQ(after.memory->leak_count, trace.memory->leak_count);
    EXPECT_EQ(after.memory->leaks[1].bytes, trace.memory->leaks[1].bytes);
    EXPECT_EQ(text, write_trace(after));
  }
}

TEST(trace, round_trip_keeps_what_matters) {
  const Trace before = sample_deadlock();
  const Trace after = read_trace(write_trace(before));
  EXPECT_EQ(before.recipe, after.recipe);
  EXPECT_EQ(before.confirmation, after.confirmation);
  EXPECT_EQ(before.outcome, after.outcome);
  EXPECT_EQ(before.choices, after.choices);
  EXPECT_EQ(before.cycle, after.cycle);
  EXPECT_EQ(before.stacks, after.stacks);
  EXPECT_EQ(before.modules, after.modules);
  EXPECT_EQ(before.notes, after.notes);
  EXPECT_EQ(before.analysis, after.analysis);
  EXPECT_EQ(before.kernel_stacks, after.kernel_stacks);
  EXPECT_EQ(before.events_hash, after.events_hash);
  ASSERT_EQ(after.tasks.size(), 5U);
  EXPECT_STREQ(after.tasks[3].name, "reporter");
  EXPECT_EQ(after.tasks[0].parent, no_task);
  EXPECT_EQ(after.objects.at(3).record.last_signaller, 0);
  EXPECT_EQ(after.objects.at(3).record.last_woken, no_task);
  EXPECT_EQ(after.objects.at(1).record.module, no_module);
  ASSERT_EQ(after.events.size(), 6U);
  EXPECT_EQ(after.events[0].has_result, 1);
  EXPECT_EQ(after.events[1].has_result, 0);
  EXPECT_EQ(after.events[3].enabled_hash, before.events[3].enabled_hash);
}

TEST(trace, bytes_that_are_no_utf8_do_not_break_it) {
  Trace trace = sample_deadlock();
  trace.text = "bad \xff byte";
  const Trace after = read_trace(write_trace(trace));
  EXPECT_EQ(after.text, "bad \xef\xbf\xbd byte");
}

TEST(trace, long_schedules_stay_small_and_exact) {
  Trace trace = sample_deadlock();
  trace.choices.assign(100000, 3);
  trace.choices.insert(trace.choices.end(), {0, 0x8001, clock_choice, 0xffff});
  const std::string text = write_trace(trace);
  EXPECT_LT(text.size(), 10000U);
  EXPECT_EQ(read_trace(text).choices, trace.choices);
}

TEST(trace, every_kind_of_choice_is_packed_exactly) {
  std::vector<ChoiceEntry> choices;
  for (unsigned i = 0; i < 3000; ++i)
    choices.insert(choices.end(), 1 + i % 5, static_cast<ChoiceEntry>(i * 2654435761U));
  EXPECT_EQ(unpack_choices(pack_choices(choices)), choices);
  EXPECT_TRUE(unpack_choices(pack_choices({})).empty());
}

TEST(trace, impossible_choices_are_refused) {
  EXPECT_THROW(unpack_choices("!"), TraceError);
  EXPECT_THROW(unpack_choices("gA"), TraceError);   // a number that goes on after the end
  EXPECT_THROW(unpack_choices("AQA"), TraceError);  // a run of length 0
}

TEST(trace, any_changed_character_is_noticed) {
  const std::string text = write_trace(sample_deadlock());
  for (std::size_t at = 2; at < text.size() - 4; at += 37) {
    std::string damaged = text;
    damaged[at] = damaged[at] == '7' ? '8' : '7';
    EXPECT_NE(error_for(damaged), "it was read") << "at " << at << " of " << text.substr(at, 20);
  }
}

TEST(trace, says_what_is_wrong_with_a_file) {
  const std::string text = write_trace(sample_deadlock());
  EXPECT_NE(error_for("").find("empty"), std::string::npos);
  EXPECT_NE(error_for("\x7f"
                      "ELF")
                .find("not a trace"),
            std::string::npos);
  EXPECT_NE(error_for("{\"schema\": \"other/1\"}").find("not a trace"), std::string::npos);
  EXPECT_NE(error_for("[1]").find("not a trace"), std::string::npos);
  EXPECT_NE(error_for(text.substr(0, text.size() / 2)).find("damaged"), std::string::npos);
  EXPECT_NE(error_for(replaced(text, "deadlock", "livelock")).find("checksum"), std::string::npos);
  EXPECT_NE(error_for(replaced(text, "wedge-trace/1", "wedge-trace/2")).find("wedge-trace/2"), std::string::npos);
}

}  // namespace
}  // namespace wedge::model
