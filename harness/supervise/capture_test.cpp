// What is copied out of the shared memory, also when a crashing program has scribbled over it; and what makes two
// failures the same finding.
#include "harness/supervise/capture.h"

#include <cstring>

#include <gtest/gtest.h>

#include "harness/model/sample_trace.h"
#include "harness/supervise/control_map.h"

namespace wedge::supervise {
namespace {

using model::Trace;

void describe_panic(model::ControlBlock& block) {
  block.result.written = 1;
  block.result.outcome = Outcome::panic;
  block.result.steps = block.result.choices = 3;
  block.result.tasks = 2;
  block.result.objects = 2;
  block.result.stacks = 3;
  block.result.frames = 2;
  block.result.modules = 1;
  block.result.stack = 2;
  std::strcpy(block.result.text, "it failed");
  std::strcpy(block.modules[0].path, "/home/me/app");
  block.objects[1].kind = model::ObjectKind::mutex;
  block.tasks[1] = model::sample_task(1, model::TaskState::blocked, model::Operation::lock, 1, 1, 2);
  block.stacks[1] = {0, 1};
  block.stacks[2] = {1, 1};
  block.frames[0] = {0, 0, 0x10};
  block.frames[1] = {0, 0, 0x20};
  block.choices[2] = 7;
}

TEST(capture, copies_what_the_result_refers_to) {
  ControlMap map;
  describe_panic(*map);
  const Trace trace = capture(*map, {AnswerKind::stopped, 12, 0, false}, model::sample_recipe());
  EXPECT_EQ(trace.recipe.execution, 12U);
  EXPECT_EQ(trace.outcome, Outcome::panic);
  EXPECT_EQ(trace.text, "it failed");
  EXPECT_EQ(trace.choices, (std::vector<model::ChoiceEntry>{0, 0, 7}));
  EXPECT_EQ(trace.objects.size(), 1U);
  EXPECT_EQ(trace.stacks.size(), 2U);
  EXPECT_EQ(trace.stacks.at(2).frames.front().offset, 0x20U);
}

TEST(capture, survives_a_block_full_of_rubbish) {
  ControlMap map;
  std::memset(static_cast<void*>(&map->result), 0xff, sizeof map->result);
  map->result.choices = 5;
  std::memset(map->tasks, 0xee, 1000 * sizeof map->tasks[0]);
  std::memset(map->events, 0xdd, 1000 * sizeof map->events[0]);
  std::memset(map->stacks, 0xcc, 1000 * sizeof map->stacks[0]);
  map->result.tasks = 1000;
  map->result.events = 1000;
  const Trace trace = capture(*map, {AnswerKind::stopped, 1, 0, false}, {});
  EXPECT_EQ(trace.tasks.size(), 1000U);
  EXPECT_EQ(trace.text.size(), sizeof map->result.text);
  EXPECT_FALSE(model::write_trace(trace).empty());
}

TEST(capture, a_long_log_keeps_its_two_ends) {
  ControlMap map;
  map->result.written = 1;
  map->result.events = 1000000;
  constexpr std::uint64_t half = model::max_events / 2;
  for (std::uint64_t i = 0; i < 1000000; ++i) map->events[i < half ? i : half + (i - half) % half].step = i;
  const Trace trace = capture(*map, {AnswerKind::stopped, 1, 0, false}, {});
  ASSERT_EQ(trace.events.size(), 20000U);
  EXPECT_EQ(trace.events[9999].step, 9999U);
  EXPECT_EQ(trace.events[10000].step, 990000U);
  EXPECT_EQ(trace.events.back().step, 999999U);
  EXPECT_EQ(trace.events_total, 1000000U);
}

TEST(capture, a_kill_by_the_guard_is_a_hang_and_no_crash) {
  ControlMap map;
  map->result.written = 1;
  map->result.outcome = Outcome::crash;
  map->result.signal = 9;
  EXPECT_EQ(capture(*map, {AnswerKind::stopped, 1, 9, true}, {}).outcome, Outcome::hang);
  EXPECT_EQ(capture(*map, {AnswerKind::stopped, 1, 9, false}, {}).outcome, Outcome::crash);
}

TEST(request, carries_the_recipe) {
  const model::Recipe recipe = model::sample_recipe();
  const model::Request request = request_for(recipe, model::Command::run, 7, 8);
  EXPECT_STREQ(request.strategy, "pct");
  EXPECT_EQ(request.seed, recipe.seed);
  EXPECT_EQ(request.first, 7U);
  EXPECT_EQ(request.count, 8U);
  EXPECT_EQ(request.hint_steps, 12U);
  EXPECT_EQ(request.carrier, model::CarrierKind::thread);
}

TEST(fingerprint, does_not_depend_on_which_task_is_which) {
  const Trace one = model::sample_deadlock();
  Trace other = one;
  std::swap(other.tasks[1].id, other.tasks[2].id);
  std::swap(other.tasks[1], other.tasks[2]);
  other.tasks[3].since_step = 5;
  EXPECT_EQ(fingerprint(one), fingerprint(other));
}

TEST(fingerprint, depends_on_where_the_tasks_of_a_deadlock_stand) {
  const Trace one = model::sample_deadlock();
  Trace other = one;
  other.stacks[4].frames[0].places[1].function = "other()";
  EXPECT_NE(fingerprint(one), fingerprint(other));
  other = one;
  other.outcome = Outcome::lost_wakeup;
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

// What another machine, another folder and an edit further up in the file change.
TEST(fingerprint, does_not_depend_on_lines_paths_and_addresses) {
  const Trace one = model::sample_deadlock();
  Trace other = one;
  for (auto& [id, stack] : other.stacks) {
    for (model::Frame& frame : stack.frames) {
      frame.offset += 0x330;
      for (model::Place& place : frame.places) {
        place.line += 7;
        place.file = "/build/elsewhere/" + place.file;
      }
    }
    stack.place = stack.frames[0].places.back();
  }
  other.modules[0] = {"/opt/ci/transfer-2", "ab12"};
  other.recipe.program = "/opt/ci/transfer-2";
  other.recipe.seed = 3;
  other.steps += 100;
  EXPECT_EQ(fingerprint(one), fingerprint(other));
}

// g++ knows them of functions with external linkage only, clang++ of all.
TEST(fingerprint, does_not_depend_on_what_the_compiler_says_of_parameters) {
  const Trace one = model::sample_deadlock();
  Trace other = one;
  for (auto& [id, stack] : other.stacks)
    for (model::Place& place : stack.frames[0].places)
      if (place.function == "transfer(int)") place.function = "transfer";
  EXPECT_EQ(fingerprint(one), fingerprint(other));
  for (auto& [id, stack] : other.stacks)
    for (model::Place& place : stack.frames[0].places)
      if (place.function == "transfer") place.function = "transform";
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

// Another version of the C++ library inlines other functions.
TEST(fingerprint, does_not_depend_on_the_library) {
  const Trace one = model::sample_deadlock();
  Trace other = one;
  for (auto& [id, stack] : other.stacks) stack.frames[0].places.erase(stack.frames[0].places.begin());
  EXPECT_EQ(fingerprint(one), fingerprint(other));
}

TEST(fingerprint, of_traces_without_names_depends_on_addresses) {
  Trace one = model::sample_deadlock();
  for (auto& [id, stack] : one.stacks) stack.frames[0].places.clear();
  Trace other = one;
  EXPECT_EQ(fingerprint(one), fingerprint(other));
  other.stacks[4].frames[0].offset += 16;
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

TEST(fingerprint, of_a_panic_forgets_lines_and_addresses_in_its_text) {
  Trace one = model::sample_deadlock();
  one.outcome = Outcome::panic;
  one.stack = 1;
  Trace other = one;
  one.text = "transfer: /home/me/transfer.cpp:12: void f(int): Assertion `a::b > 1' failed at 0x7ffe10";
  other.text = "transfer: src/transfer.cpp:350: void f(int): Assertion `a::b > 1' failed at 0x55d0aa";
  EXPECT_EQ(fingerprint(one), fingerprint(other));
  other.text = "transfer: src/transfer.cpp:350: void f(int): Assertion `a::b > 2' failed at 0x55d0aa";
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

TEST(fingerprint, of_a_panic_is_its_place_and_text_alone) {
  Trace one = model::sample_deadlock();
  one.outcome = Outcome::panic;
  one.stack = 1;
  Trace other = one;
  other.stacks[4].frames[0].offset += 16;
  other.tasks.pop_back();
  EXPECT_EQ(fingerprint(one), fingerprint(other));
  other.text = "something else";
  EXPECT_NE(fingerprint(one), fingerprint(other));
  other = one;
  other.stacks[1].frames[0].places[1].function = "other()";
  EXPECT_NE(fingerprint(one), fingerprint(other));
}

}  // namespace
}  // namespace wedge::supervise
