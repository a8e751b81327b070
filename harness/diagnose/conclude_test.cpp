// Which class each rule gives, and which it must not give although it comes close.
#include "harness/diagnose/conclude.h"

#include <set>
#include <string>

#include <gtest/gtest.h>

#include "harness/diagnose/hand_made_hang.h"
#include "harness/model/sample_streams.h"

namespace wedge::diagnose {
namespace {

using model::Confidence;
using model::HangClass;
using model::HangThread;
using model::WaitKind;

HangClass class_of(HandMadeHang& made) {
  conclude(made.hang);
  return made.hang.verdict.hang_class;
}

constexpr std::uint64_t bit(int signal) { return std::uint64_t{1} << (signal - 1); }

HandMadeHang ab_ba() {
  HandMadeHang made;
  made.process(100);
  made.join(100, 101);
  made.lock(101, 0xa0, 102);
  made.lock(102, 0xb0, 101);
  return made;
}

TEST(Conclude, two_threads_that_hold_each_others_mutex_deadlock) {
  HandMadeHang made = ab_ba();
  EXPECT_EQ(class_of(made), HangClass::deadlock);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::high);
  EXPECT_EQ(made.hang.verdict.headline, "2 threads wait for each other in a circle (mutex)");
}

TEST(Conclude, the_knot_of_a_deadlock_is_the_circle_without_those_that_wait_for_it) {
  HandMadeHang made = ab_ba();
  conclude(made.hang);
  std::set<std::string> knot;
  for (const model::GraphNode& node : made.hang.graph.nodes)
    if (node.in_knot) knot.insert(node.label);
  EXPECT_EQ(knot, (std::set<std::string>{"thread 101", "thread 102", "mutex 0xa0", "mutex 0xb0"}));
  std::size_t edges = 0;
  for (const model::GraphEdge& edge : made.hang.graph.edges) edges += edge.in_knot && edge.certain ? 1 : 0;
  EXPECT_EQ(edges, 4U);
  EXPECT_EQ(made.hang.graph.nodes.size(), 5U);  // and the joiner, outside the knot
}

TEST(Conclude, why_cites_facts_that_exist_and_have_a_source) {
  HandMadeHang made = ab_ba();
  conclude(made.hang);
  const model::HangVerdict& verdict = made.hang.verdict;
  ASSERT_FALSE(verdict.why.empty());
  EXPECT_LE(verdict.why.size(), 3U);
  EXPECT_NE(verdict.why.front().find("(F1, F2)"), std::string::npos) << verdict.why.front();
  ASSERT_EQ(verdict.facts.size(), 2U);
  EXPECT_EQ(verdict.facts[0].id, "F1");
  EXPECT_EQ(verdict.facts[0].raw, "raw of 101");
}

TEST(Conclude, a_time_limit_anywhere_in_the_circle_makes_it_no_deadlock) {
  HandMadeHang made = ab_ba();
  made.hang.processes[0].threads[1].wait.timeout_s = 20;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_heartbeat_beside_a_deadlock_does_not_hide_it) {
  HandMadeHang made = ab_ba();
  HangThread& beat = made.thread(103, WaitKind::sleep, {"heartbeat"});
  beat.wait.timeout_s = 0.1;
  beat.voluntary_switches = 3;
  EXPECT_EQ(class_of(made), HangClass::deadlock);
}

TEST(Conclude, a_thread_that_locks_its_own_mutex_again_deadlocks_with_itself) {
  HandMadeHang made;
  made.process(100);
  made.lock(100, 0xa0, 100);
  EXPECT_EQ(class_of(made), HangClass::deadlock);
  EXPECT_EQ(made.hang.verdict.headline, "a thread waits for a lock that it holds itself");
}

TEST(Conclude, a_join_of_a_thread_that_waits_for_the_joiners_lock_deadlocks) {
  HandMadeHang made;
  made.process(100);
  made.join(100, 101);
  made.lock(101, 0xa0, 100);
  EXPECT_EQ(class_of(made), HangClass::deadlock);
}

TEST(Conclude, processes_that_read_from_each_other_deadlock) {
  HandMadeHang made;
  made.process(100);
  made.flow(100, WaitKind::read, 3);
  made.descriptor(3, "unix socket", {{200, 4}});
  made.process(200, 100);
  made.flow(200, WaitKind::read, 4);
  made.descriptor(4, "unix socket", {{100, 3}});
  EXPECT_EQ(class_of(made), HangClass::deadlock);
}

TEST(Conclude, processes_that_read_from_each_other_may_be_helped_by_a_third_that_runs) {
  HandMadeHang made;
  made.process(100);
  made.flow(100, WaitKind::read, 3);
  made.descriptor(3, "pipe", {{200, 4}, {300, 4}});
  made.process(200, 100);
  made.flow(200, WaitKind::read, 5);
  made.descriptor(5, "pipe", {{100, 6}});
  made.process(300, 100);
  made.thread(300, WaitKind::running).cpu_s = 0.2;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_suspected_holder_gives_a_deadlock_of_medium_confidence_only) {
  HandMadeHang made = ab_ba();
  for (HangThread& thread : made.hang.processes[0].threads)
    if (thread.wait.kind == WaitKind::mutex)
      thread.wait.owner_evidence = "the lock's address is on its stack (suspect)";
  EXPECT_EQ(class_of(made), HangClass::deadlock);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::medium);
}

TEST(Conclude, a_circle_behind_branches_that_lead_nowhere_is_found) {
  HandMadeHang made;
  made.process(100);
  made.join(100, 101);
  made.lock(101, 0xa0, 102);
  made.lock(102, 0xb0, 103);
  made.lock(103, 0xc0, 104);
  made.lock(104, 0xd0, 102);
  made.lock(105, 0xe0, 106);
  made.thread(106, WaitKind::condition).wait.address = 0xf0;
  EXPECT_EQ(class_of(made), HangClass::deadlock);
  EXPECT_EQ(made.hang.verdict.headline, "3 threads wait for each other in a circle (mutex)");
}

TEST(Conclude, a_lock_whose_holder_has_ended_is_abandoned) {
  HandMadeHang made;
  made.process(100);
  made.lock(100, 0xa0, 999).wait.owner_is_gone = true;
  EXPECT_EQ(class_of(made), HangClass::abandoned_owner);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::high);
  made.hang.processes[0].threads[0].wait.timeout_s = 3;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_lock_whose_holder_waits_for_a_signal_for_ever_is_abandoned) {
  HandMadeHang made;
  made.process(100);
  made.lock(100, 0xa0, 101);
  made.thread(101, WaitKind::signal, {"worker"});
  EXPECT_EQ(class_of(made), HangClass::abandoned_owner);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::medium);
}

HandMadeHang held_by_sleeper(double sleep_s, std::uint64_t switches) {
  HandMadeHang made;
  made.process(100);
  made.lock(100, 0xa0, 101);
  HangThread& holder = made.thread(101, WaitKind::sleep, {"worker"});
  holder.wait.timeout_s = sleep_s;
  holder.voluntary_switches = switches;
  return made;
}

TEST(Conclude, a_holder_that_sleeps_long_starves_the_others) {
  HandMadeHang made = held_by_sleeper(1000, 0);
  EXPECT_EQ(class_of(made), HangClass::starvation);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::high);
}

TEST(Conclude, a_holder_that_naps_is_slow_and_starves_nobody) {
  HandMadeHang made = held_by_sleeper(0.05, 5);
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_holder_that_did_not_move_between_the_samples_but_soon_will_starves_nobody) {
  HandMadeHang made = held_by_sleeper(1, 0);
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_holder_that_calculates_starves_the_others_unless_it_moves_bytes) {
  HandMadeHang made;
  made.process(100);
  made.lock(100, 0xa0, 101);
  made.thread(101, WaitKind::running, {"worker"}).cpu_s = 0.25;
  EXPECT_EQ(class_of(made), HangClass::starvation);
  made.hang.processes[0].bytes_moved = 4096;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, waiters_in_take_gil_beside_a_sleeping_thread_starve) {
  HandMadeHang made;
  made.process(100);
  made.hang.processes[0].runtime = "python";
  HangThread& waiter = made.thread(100, WaitKind::condition, {"take_gil", "main"});
  waiter.wait.timeout_s = 0.005;
  waiter.voluntary_switches = 50;
  made.thread(101, WaitKind::sleep, {"sleep_in_c"});
  EXPECT_EQ(class_of(made), HangClass::starvation);
  made.hang.processes[0].runtime.clear();
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

HandMadeHang spinner(std::uint32_t repeated) {
  HandMadeHang made;
  made.process(100);
  HangThread& spinning = made.thread(100, WaitKind::running, {"spin", "main"});
  spinning.cpu_s = 0.2;
  spinning.looks = 10;
  spinning.repeated_looks = repeated;
  return made;
}

TEST(Conclude, a_thread_that_comes_back_to_the_same_registers_is_a_busy_livelock) {
  HandMadeHang made = spinner(6);
  EXPECT_EQ(class_of(made), HangClass::busy_livelock);
}

TEST(Conclude, a_thread_that_was_once_found_where_it_had_been_may_have_had_no_processor) {
  HandMadeHang made = spinner(1);
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_thread_whose_registers_never_repeat_calculates) {
  HandMadeHang made = spinner(0);
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_spinning_thread_beside_one_that_calculates_is_patient) {
  HandMadeHang made = spinner(6);
  made.thread(101, WaitKind::running, {"work"}).cpu_s = 0.2;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

HandMadeHang full_pipe(std::uint64_t unread) {
  HandMadeHang made;
  made.process(100);
  made.child(100, 200);
  made.descriptor(3, "pipe", {{200, 1}});
  made.process(200, 100);
  made.flow(200, WaitKind::write, 1);
  model::HangDescriptor& pipe = made.descriptor(1, "pipe", {{100, 3}});
  pipe.unread = unread;
  pipe.capacity = 65536;
  return made;
}

TEST(Conclude, a_full_pipe_whose_reader_waits_for_the_writers_end_is_back_pressure) {
  HandMadeHang made = full_pipe(65536);
  EXPECT_EQ(class_of(made), HangClass::pipe_back_pressure);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::high);
}

TEST(Conclude, a_full_pipe_with_a_reader_that_only_naps_is_slow) {
  HandMadeHang made = full_pipe(65536);
  made.hang.processes[0].threads[0].wait = {};
  made.hang.processes[0].threads[0].wait.kind = WaitKind::sleep;
  made.hang.processes[0].threads[0].wait.timeout_s = 0.1;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_reader_that_holds_its_own_write_end_is_orphaned) {
  HandMadeHang made;
  made.process(100);
  made.flow(100, WaitKind::read, 3);
  made.descriptor(3, "pipe", {{100, 4}});
  EXPECT_EQ(class_of(made), HangClass::orphaned_io);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::high);
}

TEST(Conclude, a_reader_whose_writer_sleeps_for_a_while_is_not_orphaned) {
  HandMadeHang made;
  made.process(100);
  made.flow(100, WaitKind::read, 3);
  made.descriptor(3, "pipe", {{100, 4}, {200, 4}});
  made.process(200, 100);
  made.thread(200, WaitKind::sleep).wait.timeout_s = 2;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_reader_whose_only_writer_has_left_the_tree_is_orphaned_with_less_confidence) {
  HandMadeHang made;
  made.process(100);
  made.flow(100, WaitKind::read, 3);
  made.descriptor(3, "pipe", {{200, 4}});
  made.process(200, 7);
  made.thread(200, WaitKind::sleep).wait.timeout_s = 1000;
  EXPECT_EQ(class_of(made), HangClass::orphaned_io);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::medium);
}

TEST(Conclude, a_reader_of_what_an_unknown_process_writes_waits_for_the_outside) {
  HandMadeHang made;
  made.process(100);
  made.flow(100, WaitKind::read, 0);
  made.descriptor(0, "pipe", {{7777, 1}});
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::low);
}

HandMadeHang idle_loop() {
  HandMadeHang made;
  made.process(100);
  HangThread& loop = made.thread(100, WaitKind::epoll, {"loop", "main"});
  loop.wait.descriptors = {{4, "in", false, false}};
  made.descriptor(4, "eventfd");
  return made;
}

TEST(Conclude, an_edge_that_was_told_and_not_followed_is_a_lost_wakeup) {
  HandMadeHang made = idle_loop();
  made.hang.processes[0].threads[0].wait.descriptors[0] = {4, "in", true, true};
  made.hang.processes[0].descriptors[0].ready_in = true;
  EXPECT_EQ(class_of(made), HangClass::lost_wakeup);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::medium);
}

TEST(Conclude, a_level_that_is_ready_beside_a_sleeping_loop_is_deferred_work) {
  HandMadeHang made = idle_loop();
  made.hang.processes[0].threads[0].wait.descriptors[0] = {4, "in", true, false};
  made.hang.processes[0].descriptors[0].ready_in = true;
  EXPECT_EQ(class_of(made), HangClass::deferred_work);
}

// The thread of the sample's call, and whoever the operation in front runs on.
HandMadeHang in_a_device_call(bool exact = false) {
  HandMadeHang made;
  made.process(100).thread(100, WaitKind::running, {"main"}).cpu_s = 0.25;  // the runtime waits by looking
  made.hang.streams = {model::sample_streams(exact)};
  made.hang.streams[0].process = 100;
  made.hang.streams[0].calls[0].thread = 100;
  return made;
}

TEST(Conclude, a_thread_that_waits_for_a_kernel_is_no_busy_livelock) {
  HandMadeHang made = in_a_device_call();
  made.hang.processes[0].threads[0].looks = made.hang.processes[0].threads[0].repeated_looks = 8;
  EXPECT_EQ(class_of(made), HangClass::device_work);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::high);
  EXPECT_EQ(made.hang.verdict.headline.find("thread 100 waits in cudaEventSynchronize for event 7 on stream 2, "), 0U)
      << made.hang.verdict.headline;
  EXPECT_EQ(made.hang.verdict.why.size(), 3U);
}

TEST(Conclude, a_call_whose_work_is_done_is_none) {
  HandMadeHang made = in_a_device_call();
  for (model::Stream& stream : made.hang.streams[0].streams)
    for (model::StreamOperation& operation : stream.operations) operation.state = StreamState::completed;
  EXPECT_NE(class_of(made), HangClass::device_work);
}

TEST(Conclude, one_of_several_operations_is_less_sure_and_a_short_call_still_less) {
  HandMadeHang made = in_a_device_call();
  made.hang.streams[0].streams[0].operations[0].state = StreamState::enqueued;
  EXPECT_EQ(class_of(made), HangClass::device_work);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::medium);
  made.hang.streams[0].calls[0].since_ns = 1'000'000;
  class_of(made);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::low);
}

TEST(Conclude, a_program_that_works_beside_a_thread_in_a_call_is_not_hung) {
  HandMadeHang made = in_a_device_call();
  made.hang.streams[0].calls[0].thread = 101;
  made.thread(101, WaitKind::other);
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, who_joins_a_thread_in_a_call_waits_for_the_device_too) {
  HandMadeHang made = in_a_device_call();
  made.hang.streams[0].calls[0].thread = 101;
  made.hang.processes[0].threads[0].cpu_s = 0;
  made.hang.processes[0].threads[0].wait.kind = WaitKind::join;
  made.hang.processes[0].threads[0].wait.owner = 101;
  made.thread(101, WaitKind::other);
  made.thread(102, WaitKind::running).cpu_s = 0.25;  // no part of the story
  EXPECT_EQ(class_of(made), HangClass::device_work);
}

TEST(Conclude, a_circle_through_a_host_function_is_a_deadlock) {
  HandMadeHang made = in_a_device_call();
  model::StreamOperation& function = made.hang.streams[0].streams[0].operations[1];
  function.what = "host function";
  function.state = StreamState::started;
  function.runs_on = 101;
  made.lock(101, 0x1000, 100);
  EXPECT_EQ(class_of(made), HangClass::deadlock);
  bool runs_on = false;
  for (const model::GraphEdge& edge : made.hang.graph.edges) runs_on = runs_on || edge.label == "runs on";
  EXPECT_TRUE(runs_on);
}

TEST(Conclude, an_edge_that_could_be_written_to_is_no_lost_wakeup) {
  HandMadeHang made = idle_loop();
  made.hang.processes[0].threads[0].wait.descriptors[0] = {4, "in out", true, true};
  made.hang.processes[0].descriptors[0].ready_in = false;
  made.hang.processes[0].descriptors[0].ready_out = true;
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, a_loop_that_sleeps_beside_an_eventfd_that_nobody_watches_defers_work) {
  HandMadeHang made = idle_loop();
  made.descriptor(5, "eventfd").count = 3;
  EXPECT_EQ(class_of(made), HangClass::deferred_work);
}

TEST(Conclude, an_eventfd_that_serves_as_a_counter_beside_a_server_defers_nothing) {
  HandMadeHang made = idle_loop();
  made.descriptor(5, "eventfd").count = 3;
  made.hang.processes[0].threads[0].wait.descriptors.push_back({6, "in", false, false});
  made.descriptor(6, "tcp socket").other_end_known = false;
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, a_loop_whose_only_timer_is_disarmed_defers_work) {
  HandMadeHang made = idle_loop();
  made.hang.processes[0].descriptors[0].kind = "timerfd";
  made.hang.processes[0].descriptors[0].armed = false;
  EXPECT_EQ(class_of(made), HangClass::deferred_work);
  made.hang.processes[0].descriptors[0].armed = true;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

TEST(Conclude, a_used_up_one_shot_that_is_ready_is_deferred_work) {
  HandMadeHang made = idle_loop();
  made.hang.processes[0].threads[0].wait.descriptors[0] = {4, "", false, false};
  made.hang.processes[0].descriptors[0].ready_in = true;
  EXPECT_EQ(class_of(made), HangClass::deferred_work);
}

TEST(Conclude, a_condition_variable_that_still_holds_a_signal_lost_its_wakeup) {
  HandMadeHang made;
  made.process(100);
  made.thread(100, WaitKind::condition, {"main"}).wait.signal_pending = true;
  EXPECT_EQ(class_of(made), HangClass::lost_wakeup);
}

TEST(Conclude, a_word_that_changed_under_a_sleeping_waiter_is_a_lost_wakeup) {
  HandMadeHang made;
  made.process(100);
  made.thread(100, WaitKind::futex, {"main"}).wait.value_changed = true;
  EXPECT_EQ(class_of(made), HangClass::lost_wakeup);
}

TEST(Conclude, a_waiter_that_is_already_awaited_lost_its_wakeup) {
  HandMadeHang made;
  made.process(100);
  made.join(100, 101);
  made.thread(101, WaitKind::condition, {"Flusher::run"}).wait.object = "wakeup_";
  EXPECT_EQ(class_of(made), HangClass::lost_wakeup);
  EXPECT_EQ(made.hang.verdict.confidence, Confidence::medium);
  EXPECT_EQ(made.hang.verdict.headline,
            "thread 101 waits for condition variable wakeup_, and nobody is left who could wake it");
}

TEST(Conclude, a_waiter_beside_nobody_misses_its_producer) {
  HandMadeHang made;
  made.process(100);
  made.thread(100, WaitKind::condition, {"main"});
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, a_waiter_beside_a_thread_that_runs_is_neither) {
  HandMadeHang made;
  made.process(100);
  made.join(100, 101);
  made.thread(101, WaitKind::condition, {"Flusher::run"});
  made.thread(102, WaitKind::running, {"produce"}).cpu_s = 0.2;
  EXPECT_EQ(class_of(made), HangClass::not_hung);
}

HandMadeHang pool(const std::string& innermost) {
  HandMadeHang made;
  made.process(100);
  made.thread(100, WaitKind::futex, {"std::__basic_future<int>::wait", "main"});
  for (std::int32_t tid : {101, 102, 103})
    made.thread(tid, WaitKind::condition, {innermost, "Pool::work"}).wait.address = static_cast<std::uint64_t>(tid);
  return made;
}

TEST(Conclude, a_pool_whose_workers_all_wait_for_results_is_exhausted) {
  HandMadeHang made = pool("std::__basic_future<int>::wait() const");
  EXPECT_EQ(class_of(made), HangClass::pool_exhausted);
}

TEST(Conclude, a_pool_with_one_idle_worker_is_not_exhausted) {
  HandMadeHang made = pool("std::__basic_future<int>::wait() const");
  made.thread(104, WaitKind::condition, {"Queue::pop", "Pool::work"}).wait.address = 1;
  EXPECT_NE(class_of(made), HangClass::pool_exhausted);
}

TEST(Conclude, a_pool_that_waits_for_work_is_idle) {
  HandMadeHang made = pool("Queue::pop");
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, a_signal_that_every_thread_blocks_is_undeliverable) {
  HandMadeHang made;
  made.process(100);
  HangThread& waiter = made.thread(100, WaitKind::signal, {"main"});
  waiter.blocked_signals = bit(10);
  made.hang.processes[0].pending_signals = bit(10);
  EXPECT_EQ(class_of(made), HangClass::signal_undeliverable);
  made.hang.processes[0].pending_signals = 0;
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, handlers_that_are_all_blocked_make_a_signal_undeliverable) {
  HandMadeHang made;
  made.process(100);
  HangThread& waiter = made.thread(100, WaitKind::signal, {"main"});
  waiter.blocked_signals = bit(10);
  made.hang.processes[0].caught_signals = bit(10);
  EXPECT_EQ(class_of(made), HangClass::signal_undeliverable);
  made.hang.processes[0].caught_signals = bit(10) | bit(12);
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, a_signal_that_was_sent_to_another_thread_is_undeliverable) {
  HandMadeHang made;
  made.process(100);
  made.thread(100, WaitKind::signal, {"main"}).wait.awaited_signals = bit(10);
  HangThread& other = made.thread(101, WaitKind::signal, {"worker"});
  other.pending_signals = other.blocked_signals = bit(10);
  EXPECT_EQ(class_of(made), HangClass::signal_undeliverable);
  made.hang.processes[0].threads[1].pending_signals = 0;
  EXPECT_EQ(class_of(made), HangClass::missing_producer);
}

TEST(Conclude, nothing_to_look_at_is_unknown) {
  HandMadeHang made;
  EXPECT_EQ(class_of(made), HangClass::unknown);
  EXPECT_EQ(made.hang.verdict.headline, "no thread could be looked at");
  made.process(100);
  made.thread(100, WaitKind::other, {"main"});
  EXPECT_EQ(class_of(made), HangClass::unknown);
}

TEST(Conclude, a_thousand_waiters_give_a_knot_that_can_be_drawn) {
  HandMadeHang made;
  made.process(100);
  made.lock(100, 0xa0, 100);
  for (std::int32_t tid = 101; tid < 1101; ++tid) made.lock(tid, 0xb0, 9999).wait.owner_is_gone = true;
  for (HangThread& thread : made.hang.processes[0].threads)
    if (thread.tid == 100) thread.wait.kind = WaitKind::condition;
  EXPECT_EQ(class_of(made), HangClass::abandoned_owner);
  std::size_t nodes = 0;
  for (const model::GraphNode& node : made.hang.graph.nodes) nodes += node.in_knot ? 1 : 0;
  EXPECT_LE(nodes, 20U);
  EXPECT_GE(nodes, 10U);
  EXPECT_LE(made.hang.verdict.facts.size(), 10U);
}

}  // namespace
}  // namespace wedge::diagnose
