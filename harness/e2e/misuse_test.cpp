// Calls that POSIX leaves undefined end as misuse, and the same done right passes.
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

 private:
  Built() {
    const std::string source = own_source("programs/misuses.cpp");
    build_all({{source, "g++", Level::plain, program(Level::plain), {}},
               {source, "g++", Level::instrumented, program(Level::instrumented), {}}});
  }
  Folder folder_;
};

struct Expected {
  const char* misuse;
  const char* text;
  model::MisuseKind kind;
};

using model::MisuseKind;

constexpr Expected expected[] = {
    {"lock_destroyed_mutex", "'lock' on a destroyed mutex", MisuseKind::use_of_destroyed},
    {"destroy_twice", "'destroy' on a destroyed mutex", MisuseKind::use_of_destroyed},
    {"unlock_free_mutex", "unlock of a mutex that nobody holds", MisuseKind::unlock_of_free},
    {"unlock_mutex_of_others", "unlock of a mutex that only others hold", MisuseKind::unlock_of_others},
    {"destroy_locked_mutex", "destruction of a mutex that is locked", MisuseKind::destroy_held},
    {"initialise_mutex_in_use", "initialisation of a mutex that is in use", MisuseKind::initialise_in_use},
    {"destroy_condition_waited_for", "destruction of a condition variable that a task waits for",
     MisuseKind::destroy_waited_for},
    {"wait_without_mutex", "wait on a condition variable without holding the mutex", MisuseKind::wait_without_mutex},
    {"wait_with_other_mutex", "wait on a condition variable with another mutex", MisuseKind::wait_with_other_mutex},
    {"unlock_rwlock_not_held", "unlock of a rwlock that only others hold", MisuseKind::unlock_of_others},
    {"use_destroyed_rwlock", "'lock' on a destroyed rwlock", MisuseKind::use_of_destroyed},
    {"destroy_barrier_waited_for", "destruction of a barrier that a task waits for", MisuseKind::destroy_waited_for},
    {"destroy_semaphore_waited_for", "destruction of a semaphore that a task waits for",
     MisuseKind::destroy_waited_for},
    {"use_destroyed_semaphore", "'acquire' on a destroyed semaphore", MisuseKind::use_of_destroyed},
    {"use_destroyed_spin", "'lock' on a destroyed spin lock", MisuseKind::use_of_destroyed},
    {"join_twice", "'join' on a thread that has been joined", MisuseKind::thread_is_gone},
};

class Misuse : public testing::TestWithParam<Expected> {
 protected:
  static Finished run(Level level, const Folder& out, Variables variables, Words more = {}) {
    variables["MISUSE"] = GetParam().misuse;
    Words words{"run",     Built::get().program(level), "--strategy", "random", "--executions", "1000", "--out",
                out.path()};
    words.insert(words.end(), more.begin(), more.end());
    return wedge(words, variables);
  }
};

TEST_P(Misuse, is_found_and_told) {
  for (const Level level : {Level::plain, Level::instrumented}) {
    SCOPED_TRACE(Built::get().program(level));
    const Folder out;
    const Finished found = run(level, out, {});
    ASSERT_EQ(found.status, 1) << found.output << found.errors;
    model::VariantResult variant = only_variant(out.path());
    // Two tasks that hold different mutexes race as well.
    std::erase_if(variant.findings,
                  [](const model::FindingResult& finding) { return finding.outcome == Outcome::race; });
    ASSERT_EQ(variant.findings.size(), 1U);
    EXPECT_EQ(name_of(variant.outcome), "misuse");
    EXPECT_EQ(variant.findings.front().confirmed, "3 of 3") << found.output;
    EXPECT_TRUE(contains(variant.findings.front().text, GetParam().text)) << variant.findings.front().text;
    const model::Trace trace = trace_in(out.path(), variant.findings.front());
    EXPECT_EQ(name_of(trace.misuse.kind), name_of(GetParam().kind));
    EXPECT_NE(model::stack_of(trace, trace.stack), nullptr);
    if (GetParam().kind == MisuseKind::use_of_destroyed) {
      EXPECT_NE(model::stack_of(trace, trace.misuse.stack), nullptr);
    }
  }
}

TEST_P(Misuse, done_right_passes) {
  for (const Level level : {Level::plain, Level::instrumented}) {
    const Folder out;
    const Finished passed = run(level, out, {{"CORRECT", "1"}});
    EXPECT_EQ(passed.status, 0) << passed.output << passed.errors;
  }
}

INSTANTIATE_TEST_SUITE_P(Of, Misuse, testing::ValuesIn(expected),
                         [](const auto& param) { return std::string(param.param.misuse); });

// More readers than a lock remembers by name.
TEST(NoMisuse, is_found_where_ten_tasks_read) {
  const Folder out;
  const Finished run = wedge({"run", Built::get().program(Level::plain), "--executions", "200", "--out", out.path()},
                             {{"MISUSE", "everything_in_order"}});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
}

// The flag asks for what glibc does, and glibc does not mind.
TEST(NoMisuse, is_reported_if_not_wanted) {
  const Folder out;
  const Finished run =
      wedge({"run", Built::get().program(Level::plain), "--executions", "20", "--no-misuse", "--out", out.path()},
            {{"MISUSE", "unlock_free_mutex"}});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
}

}  // namespace
}  // namespace wedge::e2e
