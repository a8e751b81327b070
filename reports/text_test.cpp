// The text of a finding, word for word.
#include "reports/text.h"

#include <gtest/gtest.h>

#include "harness/model/result.h"
#include "harness/model/sample_trace.h"
#include "reports/interleaving.h"
#include "reports/summary.h"
#include "reports/waits.h"
#include "reports/words.h"

namespace wedge::reports {
namespace {

using model::ObjectKind;
using model::Operation;
using model::Trace;

constexpr const char* golden_deadlock = R"(deadlock: 2 tasks wait for each other

The cycle
  task 1 waits for mutex 2, which task 2 holds;
  task 2 waits for mutex accounts[0], which task 1 holds.

Where every task stands
  task 0: blocked since step 8, at transfer.cpp:40 in main
    waits for task 1 to end
  task 1: blocked since step 6, at transfer.cpp:21 in transfer(int)
    waits to lock mutex 2, held by task 2 since step 5, taken at transfer.cpp:20 in transfer(int)
  task 2: blocked since step 7, at transfer.cpp:21 in transfer(int)
    waits to lock mutex accounts[0], held by task 1 since step 4, taken at transfer.cpp:20 in transfer(int)
  task 3 'reporter': blocked since step 9, at transfer.cpp:30 in report()
    waits to be signalled on condition variable ready (it gave up mutex accounts[0])
    last signalled at step 3 by task 0 at transfer.cpp:40 in main, when nobody was waiting
  task 4 has ended

How it came to this: 9 steps
    step  task  what it does                      where
       0  0     creates task 1                    transfer.cpp:40 in main
       1  1     starts
       3  0     signals condition variable ready  transfer.cpp:40 in main
       4  1     locks mutex accounts[0]           transfer.cpp:20 in transfer(int)
       5  2     locks mutex 2                     transfer.cpp:20 in transfer(int)
       6        notes: both have one lock         transfer.cpp:21 in transfer(int)

Why it happens only sometimes
  2 switches are essential, of 7 in the schedule as it was found.
    step 5: before task 1 locks mutex 2 at transfer.cpp:21 in transfer(int), task 2 runs. Without this switch the run passes.
    step 6: a timeout fired although task 2 could run. Without this switch the run ends otherwise: panic, assertion `ready' failed.
  Random search comes upon it in 20 of 84 executions: between 16.0 % and 34.0 % with 95 %.

Objects that are no static variables
  mutex 2: first used at step 5, where task 2 locks mutex 2 at transfer.cpp:20 in transfer(int)

Files
  transfer.cpp: /home/me/bank/transfer.cpp

Replayed in fresh processes: the same 3 of 3 times.
)";

TEST(text, deadlock) { EXPECT_EQ(explain(model::sample_deadlock()), golden_deadlock); }

TEST(text, an_unconfirmed_finding_says_so) {
  Trace trace = model::sample_deadlock();
  trace.confirmation = {.same = 1, .attempts = 3, .remark = "ended in pass instead"};
  EXPECT_NE(
      explain(trace).find("NOT CONFIRMED: replayed in fresh processes, it was the same 1 of 3 times; one ended in "
                          "pass instead."),
      std::string::npos);
}

TEST(text, panic_shows_the_message_and_the_stack) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::panic;
  trace.text = "assertion `balance >= 0' failed\nsecond line";
  trace.task = 2;
  trace.stack = 2;
  trace.cycle.clear();
  const std::string text = explain(trace);
  EXPECT_TRUE(
      text.starts_with("panic: assertion `balance >= 0' failed\n\n  second line\n\n"
                       "Where it happened, in task 2\n  std::mutex::lock()\n  transfer.cpp:21 in transfer(int)\n"))
      << text;
  EXPECT_NE(text.find("  task 2: ended the execution, at transfer.cpp:21 in transfer(int)\n"), std::string::npos)
      << text;
}

TEST(text, of_a_hang_the_task_did_not_end_anything) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::hang;
  trace.task = 2;
  trace.cycle.clear();
  const std::string text = explain(trace);
  EXPECT_NE(text.find("  task 2: was still running, at transfer.cpp:21 in transfer(int)\n"), std::string::npos) << text;
  EXPECT_EQ(text.find("ended the execution"), std::string::npos) << text;
}

TEST(text, unsupported_is_one_sentence_and_a_place) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::unsupported;
  trace.text = "fork is not controlled yet: the child would not be";
  trace.task = 1;
  trace.stack = 2;
  trace.cycle.clear();
  const std::string text = explain(trace);
  EXPECT_EQ(text.find("Where every task stands"), std::string::npos);
  EXPECT_NE(text.find("transfer.cpp:21 in transfer(int)"), std::string::npos);
}

TEST(text, livelock_shows_what_repeats) {
  Trace trace = model::sample_deadlock();
  trace.outcome = Outcome::livelock;
  trace.events.clear();
  for (std::uint64_t step = 0; step < 3000; step += 2) {
    trace.events.push_back(model::sample_event(step, 1, Operation::try_lock, 2, 1));
    trace.events.push_back(model::sample_event(step + 1, 2, Operation::try_lock, 1, 2));
  }
  const std::string text = explain(trace);
  EXPECT_NE(text.find("What repeats in the last 1000 events\n"
                      "    500 times  task 1 tries to lock mutex 2 at transfer.cpp:20 in transfer(int)\n"
                      "    500 times  task 2 tries to lock mutex accounts[0] at transfer.cpp:21 in transfer(int)\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("the last 40 stretches of one task"), std::string::npos);
}

TEST(text, equal_events_in_a_row_are_one_line_and_long_stretches_are_cut) {
  Trace trace = model::sample_deadlock();
  trace.events.clear();
  for (std::uint64_t step = 0; step < 5; ++step)
    trace.events.push_back(model::sample_event(step, 1, Operation::yield, 0, 1));
  for (std::uint64_t step = 5; step < 65; ++step)
    trace.events.push_back(model::sample_event(step, 1, step % 2 == 0 ? Operation::lock : Operation::unlock, 1, 1));
  const std::string text = interleaving(trace, Words(trace));
  EXPECT_NE(text.find("yields, 5 times"), std::string::npos) << text;
  EXPECT_NE(text.find("52 more lines of the same task"), std::string::npos) << text;
}

// What one task waits for, given the object it waits on.
std::string waiting(Operation operation, model::Object object, std::uint16_t task = 1) {
  Trace trace = model::sample_deadlock();
  trace.objects[2] = std::move(object);
  trace.tasks[1].operation = operation;
  return what_it_waits_for(trace, Words(trace), trace.tasks[task]);
}

TEST(text, moves_of_the_clock_show_the_time) {
  Trace trace = model::sample_deadlock();
  trace.events = {model::sample_event(6, model::no_task, Operation::idle_timeout, 0, 0)};
  trace.events[0].virtual_ns = 2500000000;
  EXPECT_NE(interleaving(trace, Words(trace)).find("       6  clock moves on, as nothing else could run: 2.500 s\n"),
            std::string::npos)
      << interleaving(trace, Words(trace));
}

// A number of tasks woken once read as an error: "wakes futex 5 (EPERM)".
TEST(text, says_what_an_operation_returned_as_what_it_is) {
  struct Case {
    Operation operation;
    std::int32_t result;
    const char* words;
  };
  const Case cases[] = {
      {Operation::futex_wake, 1, " (1 task) "},       {Operation::futex_wake, 2, " (2 tasks) "},
      {Operation::futex_wake, 0, " (nobody) "},       {Operation::futex_requeue, 1, " (1 task) "},
      {Operation::futex_wait, 11, " (EAGAIN) "},      {Operation::read, 1, " (1 bytes) "},
      {Operation::read, -11, " (EAGAIN) "},           {Operation::accept, 5, " (descriptor 5) "},
      {Operation::accept, -11, " (EAGAIN) "},         {Operation::poll, 1, " (1 ready) "},
      {Operation::connect, -111, " (ECONNREFUSED) "}, {Operation::lock, 110, " (ETIMEDOUT) "},
  };
  for (const Case& one : cases) {
    Trace trace = model::sample_deadlock();
    trace.events = {model::sample_event(3, 0, one.operation, 3, 3)};
    trace.events[0].has_result = 1;
    trace.events[0].result = one.result;
    const std::string text = interleaving(trace, Words(trace));
    EXPECT_NE(text.find(one.words), std::string::npos) << one.words << "\n" << text;
  }
}

TEST(waits, mutex_held_by_itself_by_nobody_and_by_the_dead) {
  model::Object mutex = model::sample_object(ObjectKind::mutex, "m", 1);
  mutex.record.owner_since = 4;
  EXPECT_EQ(waiting(Operation::lock, mutex), "waits to lock mutex m, which it holds itself since step 4");
  mutex.record.owner = 4;
  EXPECT_EQ(waiting(Operation::lock, mutex),
            "waits to lock mutex m, held by task 4 since step 4, which has ended without giving it back");
  mutex.record.owner = model::no_task;
  EXPECT_EQ(waiting(Operation::lock, mutex), "waits to lock mutex m, which nobody holds");
}

TEST(waits, condition_signalled_to_another) {
  model::Object condition = model::sample_object(ObjectKind::condition, "cv");
  EXPECT_EQ(waiting(Operation::wait, condition), "waits to be signalled on condition variable cv; never signalled");
  condition.record.last_signaller = 2;
  condition.record.last_signal_step = 12;
  condition.record.last_woken = 3;
  condition.record.last_woken_count = 1;
  EXPECT_EQ(waiting(Operation::wait, condition),
            "waits to be signalled on condition variable cv; last signalled at step 12 by task 2, which woke task 3 "
            "'reporter'");
}

TEST(waits, reader_behind_a_waiting_writer) {
  Trace trace = model::sample_deadlock();
  trace.objects[2] = model::sample_object(ObjectKind::rwlock, "l");
  trace.objects[2].record.holders = 1;
  trace.objects[2].record.holder[0] = 1;
  trace.tasks[1].operation = Operation::lock_shared;
  trace.tasks[2].object = 2;
  const Words words(trace);
  EXPECT_EQ(what_it_waits_for(trace, words, trace.tasks[1]),
            "waits to read-lock rwlock l, which it holds for reading itself, behind task 2, which waits to write");
  EXPECT_EQ(what_it_waits_for(trace, words, trace.tasks[2]),
            "waits to write-lock rwlock l, held for reading by task 1");
  EXPECT_EQ(link_in_cycle(trace, words, 1, 2), "task 1 waits for rwlock l, behind task 2, which waits to write");
}

TEST(waits, semaphore_barrier_and_descriptor) {
  model::Object semaphore = model::sample_object(ObjectKind::semaphore, "slots");
  semaphore.record.holders = 3;
  semaphore.record.holder[0] = 2;
  semaphore.record.holder[1] = 0;
  semaphore.record.holder[2] = 2;
  EXPECT_EQ(
      waiting(Operation::acquire, semaphore),
      "waits for a unit of semaphore slots, which has 0; units are taken and not given back by tasks 0 and 2; never "
      "posted");
  model::Object barrier = model::sample_object(ObjectKind::barrier, "");
  barrier.record.value = 2;
  EXPECT_EQ(waiting(Operation::arrive, barrier), "waits at barrier 2 for the others; 2 have arrived");
  model::Object descriptor = model::sample_object(ObjectKind::descriptor, "");
  descriptor.record.value = 5;
  EXPECT_EQ(waiting(Operation::read, descriptor), "waits in read on file descriptor 5");
  EXPECT_EQ(waiting(Operation::sleep, model::sample_object(ObjectKind::clock, "")), "sleeps");
}

TEST(words, files_with_the_same_name_keep_their_directories) {
  Trace trace = model::sample_deadlock();
  trace.stacks[2].place.file = "/home/me/shop/transfer.cpp";
  const Words words(trace);
  EXPECT_NE(words.line(1), words.line(2));
  EXPECT_TRUE(words.line(1) == "transfer.cpp:20" || words.line(2) == "transfer.cpp:21");
}

TEST(summary, one_row_per_variant) {
  model::RunResult result;
  model::VariantResult& failed = result.variants.emplace_back();
  failed.target = "./a";
  failed.outcome = Outcome::deadlock;
  failed.executions = 36;
  failed.first_failure = 35;
  failed.failures = 1;
  failed.findings = {{Outcome::deadlock, "", 35, 12, "", "", "", "", "", "3 of 3"}};
  model::VariantResult& passed = result.variants.emplace_back();
  passed.target = passed.scenario = "q";
  passed.variant = "fixed";
  passed.as_declared = true;
  passed.executions = 10000;
  EXPECT_EQ(summary_table(result),
            "variant  expected  outcome   first failure  failures  confirmed\n"
            "./a      pass      deadlock  35             1/36      3 of 3     NOT as declared\n"
            "q:fixed  pass      pass      -              0/10000   -          as declared\n");
}

}  // namespace
}  // namespace wedge::reports
