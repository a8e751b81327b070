// The exhaustive search over real threads, mutexes, atomics, conditions and semaphores: the traces it counts and the
// outcomes it sees are those of the enumerator, which knows nothing of the runtime.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <functional>

#include "harness/runtime/serve/in_process.h"
#include "harness/runtime/strategy/exhaust_generator.h"
#include "harness/runtime/strategy/exhaust_programs.h"

namespace wedge::runtime {
namespace {

using namespace model_program;

model::ControlBlock* const shared_control = &use_shared_control_block();

model::ControlBlock& control_block() { return *shared_control; }

// In the words of Machine::outcome(), for the program with a main task that joins the others.
std::string outcome_of(const Program& program) {
  std::string text;
  for (const int value : board().atomics) text += std::to_string(value) + ",";
  for (std::size_t i = 0; i < program.size(); ++i) {
    const bool ended = board().at[i] == program[i].size();
    text += ended ? "|" : "|stuck at " + std::to_string(board().at[i]);
    for (std::size_t k = 0; k < board().seen_count[i]; ++k) text += std::to_string(board().seen[i][k]) + ",";
  }
  return text;
}

void note_outcome(const Program& program) {
  if (search_block().redundant_now) return;
  const std::string text = outcome_of(program) + "\n";
  if (std::strstr(board().outcomes, text.c_str()) != nullptr) return;
  ASSERT_LT(board().used + text.size() + 1, sizeof board().outcomes);
  std::memcpy(board().outcomes + board().used, text.c_str(), text.size() + 1);
  board().used += text.size();
}

struct Found {
  std::set<std::string> outcomes;
  std::uint64_t traces = 0;
  std::uint64_t redundant = 0;
  std::uint32_t cut = 0;
};

model::Request request_for(std::uint32_t flags, std::uint32_t limit) {
  model::Request request{};
  request.command = model::Command::run;
  std::strcpy(request.strategy, "exhaust");
  request.max_steps = 100'000;
  request.flags = flags | model::request_flags::no_misuse;  // the enumerator does not know of it
  request.strategy_depth = limit;
  return request;
}

// Children one after the other: a deadlock ends the one that met it, and the next goes on with the search.
Found search(const std::function<void()>& run, const std::function<void()>& note, std::uint32_t flags = 0,
             std::uint32_t limit = 0) {
  model::ControlBlock& control = control_block();
  board().used = 0;
  board().outcomes[0] = '\0';
  control.exhaust.over = false;
  const auto whole = [&] {
    run();
    note();
  };
  for (std::uint64_t first = 0; !control.exhaust.over || first == 0; first = control.exhaust.begun) {
    control.result.written = 0;
    const pid_t child = fork();
    if (child == 0) {
      run_executions(whole, request_for(flags, limit), first, 10'000'000);
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
      ADD_FAILURE() << "a child ended with " << status;
      break;
    }
    if (control.result.written != 0) note();
  }
  Found found;
  found.traces = control.exhaust.traces;
  found.redundant = control.exhaust.redundant;
  found.cut = control.exhaust.cut;
  std::string line;
  for (const char* at = board().outcomes; *at != '\0'; ++at) {
    if (*at != '\n') {
      line += *at;
      continue;
    }
    found.outcomes.insert(line);
    line.clear();
  }
  return found;
}

Found search(const Program& program, std::uint32_t flags = 0, std::uint32_t limit = 0) {
  return search([&] { run_program(program); }, [&] { note_outcome(program); }, flags, limit);
}

// Lines that the runtime leaves out, or makes in other steps than the enumerator: an unlock without a lock, and locking
// what one has.
bool steps_agree(const Program& program) {
  for (const std::vector<Line>& lines : program) {
    int locked = 0;
    for (const Line& line : lines) {
      if (line.act == Act::try_lock) return false;
      locked += line.act == Act::lock ? 1 : line.act == Act::unlock ? -1 : 0;
      if (locked > 1) return false;
    }
  }
  return true;
}

Program with_main(Program program) {
  std::vector<Line> joins;
  for (std::size_t i = 0; i < program.size(); ++i) joins.push_back({Act::join, static_cast<int>(i)});
  program.push_back(joins);
  return program;
}

TEST(ExhaustPrograms, five_hundred_random_programs_have_the_outcomes_of_enumeration) {
  int counted = 0;
  for (unsigned seed = 1; seed <= 500; ++seed) {
    const Program program = with_main(Generator(seed, false).program());
    const Enumerator everything(program);
    const Found found = search(program);
    ASSERT_EQ(found.outcomes, everything.outcomes) << seed << "\n" << text_of(program);
    ASSERT_EQ(found.cut, 0u) << seed;
    if (!steps_agree(program)) continue;
    ++counted;
    ASSERT_EQ(found.traces, everything.traces.size()) << seed << "\n" << text_of(program);
  }
  EXPECT_GT(counted, 100);
}

TEST(ExhaustPrograms, without_reduction_the_same_is_found) {
  const Program program = with_main({{{Act::add}, {Act::add, 1}}, {{Act::load, 1}, {Act::add}}});
  const Found all = search(program, model::request_flags::bound_preemptions, ~0U);
  EXPECT_EQ(all.outcomes, Enumerator(program).outcomes);
  EXPECT_GT(all.traces, search(program).traces);
}

std::uint64_t traces_of(const std::function<void()>& run) {
  const Found found = search(run, [] {});
  EXPECT_EQ(found.cut, 0u);
  return found.traces;
}

TEST(ExhaustPrograms, counts_of_traces_equal_theory) {
  EXPECT_EQ(traces_of(two_tasks_increment_eight_times), 12870u);
  EXPECT_EQ(traces_of(three_tasks_lock_three_times), 1680u);
  EXPECT_EQ(traces_of(six_independent_tasks), 1u);
  EXPECT_EQ(traces_of(one_write_nine_reads_by_one_task), 10u);
  EXPECT_EQ(traces_of(one_write_six_reads_by_six_tasks), 64u);
}

}  // namespace
}  // namespace wedge::runtime
