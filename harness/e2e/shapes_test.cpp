// Programs of unusual shape: their tasks are under control too, whichever way they begin and end.
#include <gtest/gtest.h>

#include "harness/e2e/compile.h"
#include "harness/e2e/findings.h"

namespace wedge::e2e {
namespace {

class Built {
 public:
  static const Built& get() {
    static const Built built;
    return built;
  }
  std::string program(Level level) const { return folder_ / (level == Level::plain ? "plain" : "instrumented"); }
  std::string library() const { return folder_ / "liblibrary.so"; }

 private:
  Built() {
    const std::string source = own_source("programs/shapes.cpp");
    build_all({{source, "g++", Level::plain, program(Level::plain), {}},
               {source, "g++", Level::instrumented, program(Level::instrumented), {}},
               {own_source("programs/library.cpp"), "g++", Level::plain, library(), {"-shared", "-fPIC"}}});
  }
  Folder folder_;
};

class Shape : public testing::TestWithParam<std::string> {
 protected:
  static Variables environment() { return {{"SHAPE", GetParam()}, {"LIBRARY", Built::get().library()}}; }
  static Variables broken_environment() {
    Variables variables = environment();
    variables["BROKEN"] = "1";
    return variables;
  }
  // Each of the many tasks takes its time.
  static bool has_many_tasks() { return GetParam() == std::string("many_tasks"); }
  static std::string executions(const std::string& carrier) {
    if (has_many_tasks()) return "5";
    return carrier == "thread" ? "50" : "1000";
  }
  static unsigned replays() { return has_many_tasks() ? 5 : 20; }
};

TEST_P(Shape, passes) {
  for (const Level level : {Level::plain, Level::instrumented})
    for (const std::string& carrier : carriers) {
      SCOPED_TRACE(Built::get().program(level) + " under carrier " + carrier);
      const Folder out;
      const Finished run = wedge({"run", Built::get().program(level), "--executions", executions(carrier), "--carrier",
                                  carrier, "--out", out.path()},
                                 environment());
      EXPECT_EQ(run.status, 0) << run.output << run.errors;
    }
}

TEST_P(Shape, is_found_and_replayed_when_broken) {
  for (const Level level : {Level::plain, Level::instrumented}) {
    SCOPED_TRACE(Built::get().program(level));
    const Folder out;
    const Finished run = wedge(
        {"run", Built::get().program(level), "--executions", has_many_tasks() ? "30" : "2000", "--out", out.path()},
        broken_environment());
    EXPECT_EQ(run.status, 1) << run.output << run.errors;
    const model::VariantResult variant = only_variant(out.path());
    EXPECT_EQ(name_of(variant.outcome), "deadlock");
    ASSERT_EQ(variant.findings.size(), 1U);
    EXPECT_TRUE(contains(variant.findings.front().text, "2 tasks wait for each other"));
    EXPECT_EQ(variant.findings.front().confirmed, "3 of 3") << run.output;
    for (const std::string& carrier : carriers) expect_replays(out.path(), replays(), carrier, broken_environment());
  }
}

INSTANTIATE_TEST_SUITE_P(OfAProgram, Shape,
                         testing::Values("many_tasks", "main_exits_as_thread", "detached", "main_returns_early",
                                         "static_thread", "opened_library"),
                         [](const auto& param) { return param.param; });

TEST(ManyTasks, are_more_than_a_thousand) {
  const Folder out;
  wedge({"run", Built::get().program(Level::plain), "--executions", "30", "--out", out.path()},
        {{"SHAPE", "many_tasks"}, {"BROKEN", "1"}});
  const model::VariantResult variant = only_variant(out.path());
  ASSERT_EQ(variant.findings.size(), 1U);
  EXPECT_GT(trace_in(out.path(), variant.findings.front()).tasks.size(), 1000U);
}

}  // namespace
}  // namespace wedge::e2e
