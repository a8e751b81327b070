// What is left of the machine in a trace that is kept, and that it can still be read and replayed.
#include "harness/cli/portable_trace.h"

#include <gtest/gtest.h>

#include "harness/model/sample_trace.h"

namespace wedge::cli {
namespace {

model::Trace sample() {
  model::Trace trace = model::sample_deadlock();
  trace.recipe.program = "/home/me/bank/build/bank";
  for (auto& [number, stack] : trace.stacks) stack.place = {"transfer()", "/home/me/bank/transfer.cpp", 21, false};
  return trace;
}

TEST(portable_trace, names_nothing_of_the_machine) {
  const std::string text = model::write_trace(portable(sample(), "/home/me/bank"));
  EXPECT_EQ(text.find("/home/"), std::string::npos) << text;
  EXPECT_EQ(text.find("/usr/"), std::string::npos) << text;
}

TEST(portable_trace, can_be_read_and_has_all_that_a_replay_compares) {
  const model::Trace kept = model::read_trace(model::write_trace(portable(sample(), "/home/me/bank")));
  const model::Trace whole = sample();
  EXPECT_EQ(kept.recipe.program, "build/bank");
  EXPECT_EQ(kept.choices, whole.choices);
  EXPECT_EQ(kept.events.size(), whole.events.size());
  EXPECT_EQ(kept.text, whole.text);
  EXPECT_EQ(kept.stacks.begin()->second.place.file, "transfer.cpp");
}

TEST(portable_trace, leaves_paths_elsewhere_as_they_are) {
  EXPECT_EQ(portable(sample(), "/home/me/ban").recipe.program, "/home/me/bank/build/bank");
}

}  // namespace
}  // namespace wedge::cli
