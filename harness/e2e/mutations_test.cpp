// The mutation check: a runtime that is broken on purpose, in one way at a time, makes canaries end otherwise than
// declared. So a runtime that is broken by mistake would be noticed.
#include <iterator>
#include <ostream>

#include <gtest/gtest.h>

#include "harness/e2e/findings.h"
#include "harness/runtime/mutation.h"

namespace wedge::e2e {
namespace {

using runtime::Mutation;

// Which canary notices; more of them may.
struct Killer {
  const char* name;
  Mutation mutation;
  const char* canary;
};

constexpr Killer killers[] = {
    {"drop_signal", Mutation::drop_signal, "canaries/pass/waiting:condition-for-one"},
    {"forget_owner", Mutation::forget_owner, "canaries/pass/locks:mutual-exclusion"},
    {"skip_tls_reset", Mutation::skip_tls_reset, "canaries/pass/thread-locals:fresh-in-every-task"},
    {"ignore_timeout", Mutation::ignore_timeout, "canaries/pass/time:wait-times-out"},
    {"broadcast_wakes_one", Mutation::broadcast_wakes_one, "canaries/pass/waiting:condition-for-all"},
    {"lose_post", Mutation::lose_post, "canaries/pass/waiting:posix-semaphore"},
    {"barrier_early", Mutation::barrier_early, "canaries/pass/waiting:posix-barrier"},
    {"join_too_early", Mutation::join_too_early, "canaries/pass/sharing:join-sees-the-end"},
    {"no_destructors", Mutation::no_destructors, "canaries/pass/thread-locals:destroyed-with-the-task"},
    {"clock_stands_still", Mutation::clock_stands_still, "canaries/pass/time:sleep-takes-time"},
    {"futex_wake_all", Mutation::futex_wake_all, "canaries/pass/waiting:futex-wakes-one"},
    {"writer_and_reader", Mutation::writer_and_reader, "canaries/pass/locks:readers-and-writer"},
    {"skip_recursion_count", Mutation::skip_recursion_count, "canaries/pass/locks:recursion"},
    {"wrong_error_code", Mutation::wrong_error_code, "canaries/pass/locks:error-checking"},
    {"skip_choice", Mutation::skip_choice, "canaries/opposite-transfers:as-found"},
    {"forget_create_order", Mutation::forget_create_order, "canaries/pass/ordering:creation"},
    {"forget_join_order", Mutation::forget_join_order, "canaries/pass/ordering:join"},
    {"forget_mutex_order", Mutation::forget_mutex_order, "canaries/pass/ordering:mutex"},
    {"forget_wait_order", Mutation::forget_wait_order, "canaries/pass/ordering:condition-wait"},
    {"forget_reader_order", Mutation::forget_reader_order, "canaries/pass/ordering:reader-then-writer"},
    {"forget_writer_order", Mutation::forget_writer_order, "canaries/pass/ordering:reader-then-writer"},
    {"forget_barrier_order", Mutation::forget_barrier_order, "canaries/pass/ordering:barrier"},
    {"forget_semaphore_order", Mutation::forget_semaphore_order, "canaries/pass/ordering:semaphore"},
    {"forget_spin_order", Mutation::forget_spin_order, "canaries/pass/ordering:spin-lock"},
    {"forget_once_order", Mutation::forget_once_order, "canaries/pass/ordering:once"},
    {"forget_descriptor_order", Mutation::forget_descriptor_order, "canaries/pass/ordering:pipe"},
    {"forget_acquire_order", Mutation::forget_acquire_order, "canaries/pass/ordering:release-and-acquire"},
    {"forget_release_order", Mutation::forget_release_order, "canaries/pass/ordering:release-and-acquire"},
    {"forget_fence_order", Mutation::forget_fence_order, "canaries/pass/ordering:fences"},
    {"keep_old_stack", Mutation::keep_old_stack, "canaries/pass/ordering:stack-used-again"},
    {"forget_exception_order", Mutation::forget_exception_order, "correct/library-exceptions:both-let-go"},
    {"forget_freed", Mutation::forget_freed, "canaries/early-release:as-found"},
    {"no_quarantine", Mutation::no_quarantine, "canaries/early-release:as-found"},
    {"skip_thread_locals", Mutation::skip_thread_locals, "canaries/pass/memory:kept-by-the-c-library"},
    {"forget_destruction", Mutation::forget_destruction, "canaries/early-destruction:as-found"},
    {"forget_unlocker", Mutation::forget_unlocker, "canaries/foreign-unlock:as-found"},
    {"lasso_without_memory", Mutation::lasso_without_memory, "canaries/patient-poll:gives-up"},
    {"ignore_gate_locks", Mutation::ignore_gate_locks, "canaries/far-inversion:fix/gate"},
    {"no_prediction", Mutation::no_prediction, "canaries/far-inversion:as-found"},
    {"no_lasso", Mutation::no_lasso, "canaries/stubborn-retry:as-found"},
};
// What breaks the strategy `exhaust` is noticed by its own test, which knows how many schedules there are.
constexpr Mutation of_exhaust[] = {Mutation::sleep_too_long, Mutation::forget_dependence};
static_assert(std::size(killers) + std::size(of_exhaust) == static_cast<std::size_t>(Mutation::count_) - 1,
              "a mutation without a killer");

void PrintTo(const Killer& killer, std::ostream* stream) { *stream << killer.name; }

class Mutated : public testing::TestWithParam<Killer> {
 protected:
  struct Verdict {
    Finished run;
    model::VariantResult variant;
    // What passes is not even suspected: a false prediction is a waste of executions.
    bool is_as_declared() const {
      return run.status == 0 && variant.as_declared && is_confirmed() &&
             (variant.failures > 0 || variant.predicted == 0);
    }
    bool is_confirmed() const { return variant.findings.empty() || variant.findings.front().confirmed == "3 of 3"; }
  };

  static Verdict verdict_under(Mutation mutation) {
    const Folder out;
    Verdict verdict;
    verdict.run = wedge({"run", GetParam().canary, "--mutation", std::to_string(static_cast<int>(mutation)),
                         "--strategy", "random", "--executions", "2000", "--out", out.path()},
                        {{"WEDGE_RUNTIME", WEDGE_E2E_MUTABLE_RUNTIME}});
    EXPECT_LE(verdict.run.status, 1) << verdict.run.output << verdict.run.errors;
    verdict.variant = only_variant(out.path());
    return verdict;
  }
};

TEST_P(Mutated, runtime_is_noticed) {
  const Verdict whole = verdict_under(Mutation::none);
  EXPECT_TRUE(whole.is_as_declared()) << whole.run.output;
  const Verdict broken = verdict_under(GetParam().mutation);
  EXPECT_FALSE(broken.is_as_declared()) << broken.run.output;
}

INSTANTIATE_TEST_SUITE_P(EveryMutation, Mutated, testing::ValuesIn(killers),
                         [](const auto& param) { return std::string(param.param.name); });

// Without this the switch could reach the library that users get.
TEST(RealRuntime, ignores_mutations) {
  const Folder out;
  const Finished run = wedge({"run", "canaries/pass/locks:mutual-exclusion", "--mutation",
                              std::to_string(static_cast<int>(Mutation::forget_owner)), "--strategy", "random",
                              "--executions", "2000", "--out", out.path()});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
}

}  // namespace
}  // namespace wedge::e2e
