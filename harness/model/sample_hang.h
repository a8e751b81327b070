// Hangs made up for tests: a lost wakeup, proved by a probe, in a tree of two processes; and two threads that hold each
// other's mutex.
#pragma once

#include <string>

#include "harness/model/hang.h"

namespace wedge::model {

inline Stack sample_hang_stack(std::string library, std::string function, std::uint32_t line) {
  const Place inlined{
      .function = std::move(library), .file = "/usr/include/c++/12/bits/std_mutex.h", .line = 100, .system = true};
  const Place place{
      .function = std::move(function), .file = "/home/me/ingest/queue.cpp", .line = line, .system = false};
  const Place start{.function = "start_thread", .file = "", .line = 0, .system = true};
  return {.frames = {{.module = 1, .offset = 0x8e000, .places = {}},
                     {.module = 0, .offset = 0x1200 + line, .places = {inlined, place}},
                     {.module = 1, .offset = 0x89000, .places = {start}}},
          .place = place};
}

inline HangThread sample_thread(std::int32_t tid, std::string name, WaitKind kind, std::uint32_t stack,
                                std::string text) {
  HangThread thread;
  thread.tid = tid;
  thread.name = std::move(name);
  thread.state = 'S';
  thread.wait.kind = kind;
  thread.wait.system_call = "futex";
  thread.wait.address = 0x55d0c0de0020 + static_cast<std::uint64_t>(tid - 4710) * 64;
  thread.wait.since_s = 58.2;
  thread.wait.text = std::move(text);
  thread.stack_source = StackSource::passive;
  thread.stack_complete = true;
  thread.stack = stack;
  thread.voluntary_switches = 0;
  thread.raw = "202 0x55d0c0de0020 0x80 0x0 0x0 0x0 0xffffffff 0x7f00aa 0x7f00bb";
  return thread;
}

inline HangProcess sample_process(std::int32_t pid, std::int32_t parent, std::string name) {
  HangProcess process;
  process.pid = pid;
  process.parent = parent;
  process.command_line = "./" + name + " --gtest_filter=Queue.Drain";
  process.executable = "/home/me/ingest/" + name;
  process.name = std::move(name);
  process.state = 'S';
  process.ctrl_c = {.works = YesNo::yes, .why = "SIGINT has its default action and no thread blocks it"};
  return process;
}

inline HangDescriptor sample_pipe_end(std::int32_t descriptor, DescriptorEnd other) {
  HangDescriptor end;
  end.descriptor = descriptor;
  end.kind = "pipe";
  end.target = "pipe:[81234]";
  end.readable = descriptor == 3;
  end.writable = !end.readable;
  end.unread = 0;
  end.capacity = 65536;
  end.ready_in = false;
  end.ready_out = true;
  end.other_end = {other};
  end.other_end_known = true;
  end.text = "pipe, 0 of 65536 bytes";
  return end;
}

// Process 4710 (main 4710 joins 4712; 4712 and 4713 wait on a condition variable that nobody will signal) and its child
// 4720, which reads from a pipe that 4710 can write to.
inline void add_sample_processes(Hang& hang) {
  HangProcess parent = sample_process(4710, 4700, "ingest_test");
  parent.threads = {
      sample_thread(4710, "main", WaitKind::join, 1, "waits for thread 4712 to end"),
      sample_thread(4712, "consumer", WaitKind::condition, 2, "waits to be signalled on condition variable not_empty"),
      sample_thread(4713, "consumer", WaitKind::condition, 2, "waits to be signalled on condition variable not_empty")};
  parent.threads[0].wait.owner = 4712;
  parent.threads[0].wait.owner_evidence = "the futex is its thread number";
  for (std::size_t i : {1U, 2U}) {
    parent.threads[i].wait.object = "not_empty";
    parent.threads[i].wait.waiters = 2;
    parent.threads[i].wait.signal_pending = false;
  }
  parent.descriptors = {sample_pipe_end(4, {4720, 3})};
  HangProcess child = sample_process(4720, 4710, "log<&>|`sink`");
  child.runtime = "python";
  child.remark = "its memory could not be read; CAP_SYS_PTRACE would allow it";
  child.ctrl_c = {.works = YesNo::no, .why = "thread 4720 blocks SIGINT"};
  child.threads = {sample_thread(4720, "sink\n\x1b[31m", WaitKind::read, 0, "waits to read from descriptor 3 (pipe)")};
  child.threads[0].wait.system_call = "read";
  child.threads[0].wait.address = 0;
  child.threads[0].wait.since_s.reset();
  child.threads[0].wait.descriptors = {{.descriptor = 3, .wanted = "in", .ready = false}};
  child.threads[0].stack_source = StackSource::none;
  child.threads[0].stack_complete = false;
  child.threads[0].stack_remark = "no right to read its memory";
  child.threads[0].blocked_signals = 2;
  child.threads[0].looks = 3;
  child.threads[0].repeated_looks = 1;
  child.threads[0].wait.awaited_signals = 4;
  child.threads[0].wait.value_changed = true;
  child.threads[0].wait.descriptors[0].edge = true;
  child.bytes_moved = 12;
  child.descriptors = {sample_pipe_end(3, {4710, 4})};
  child.descriptors[0].count = 5;
  child.descriptors[0].armed = false;
  hang.processes = {std::move(parent), std::move(child)};
}

inline WaitGraph sample_graph() {
  return {.nodes = {{NodeKind::thread, 4710, "thread 4710 'main'", true},
                    {NodeKind::thread, 4712, "thread 4712 'consumer'", true},
                    {NodeKind::object, 2, "condition variable not_empty", true},
                    {NodeKind::thread, 4720, "thread 4720 \"sink\" <b>", false},
                    {NodeKind::object, 4, "pipe 81234", false}},
          .edges = {{0, 1, "joins", true, true},
                    {1, 2, "waits for", true, true},
                    {3, 4, "reads", false, true},
                    {4, 0, "written by", false, false}}};
}

inline Hang sample_hang() {
  Hang hang;
  hang.wedge = "0.1.0";
  hang.fingerprint = "7c1e00aa11bb22cc";
  hang.command = {"./ingest_test", "--gtest_filter=Queue.Drain", "it's"};
  hang.trigger = "deadline of 60 s";
  hang.elapsed_s = 60.1;
  hang.idle_s = 58.2;
  hang.sample_s = 0.5;
  hang.capture_s = 0.0042;
  hang.host = "Linux 6.1.0, x86_64, 2 processors";
  hang.missing = {"the memory of process 4720; CAP_SYS_PTRACE would allow it"};
  hang.root = 4710;
  hang.modules = {{"/home/me/ingest/ingest_test", "00ff"}, {"/usr/lib/x86_64-linux-gnu/libc.so.6", "aabb"}};
  hang.stacks = {
      {},
      sample_hang_stack("std::thread::join()", "main", 88),
      sample_hang_stack("std::condition_variable::wait(std::unique_lock<std::mutex>&)", "Queue<int>::drain()", 43)};
  add_sample_processes(hang);
  hang.graph = sample_graph();
  hang.verdict = {
      .hang_class = HangClass::lost_wakeup,
      .confidence = Confidence::proven,
      .headline = "2 consumers wait on not_empty, which nobody will signal",
      .why = {"Threads 4712 and 4713 sleep on condition variable not_empty (F1).",
              "No other thread can still run: thread 4710 waits for thread 4712 to end (F2).",
              "A broadcast that was sent by the probe let them go on, so what they wait for was already true (F3)."},
      .facts = {{"F1", "threads 4712 and 4713 wait on condition variable not_empty", "202 0x55d0c0de0020 0x80"},
                {"F2", "thread 4710 joins thread 4712", "202 0x7f0012345678 0x109 0x1268"},
                {"F3", "after the broadcast thread 4712 used 0.2 ms of processor time", "voluntary_ctxt_switches: 4"}}};
  hang.probes = {{"pthread_cond_broadcast on condition variable not_empty in process 4710",
                  "threads 4712 and 4713 went on and the process ended", "the wakeup was lost"}};
  hang.dumps = {
      {4720, "python", "Thread 0x1 (most recent call first):\n  File \"sink.py\", line 7 in read\n```\n</details>\n"}};
  hang.scenario = "ingest/queue";
  hang.variant = "as-found";
  hang.reproduce = "wedge run 'ingest/queue:as-found' --rung free --seed 7";
  return hang;
}

// Thread 101 holds left and waits for right, thread 102 the other way about.
inline Hang sample_mutex_hang() {
  Hang hang = sample_hang();
  hang.fingerprint = "ab00ba0000000000";
  hang.trigger = "asked for";
  hang.command.clear();
  hang.idle_s.reset();
  hang.missing.clear();
  hang.probes.clear();
  hang.dumps.clear();
  hang.scenario = hang.variant = hang.reproduce = "";
  hang.processes.pop_back();
  HangProcess& process = hang.processes.front();
  process.threads = {
      sample_thread(101, "one", WaitKind::mutex, 1, "waits for mutex right (normal), held by thread 102"),
      sample_thread(102, "two", WaitKind::mutex, 2, "waits for mutex left (normal), held by thread 101")};
  for (std::size_t i : {0U, 1U}) {
    Wait& wait = process.threads[i].wait;
    wait.owner = i == 0 ? 102 : 101;
    wait.owner_evidence = "read from the mutex";
    wait.flavour = "normal";
    wait.object = i == 0 ? "right" : "left";
  }
  hang.graph = {.nodes = {{NodeKind::thread, 101, "thread 101 'one'", true},
                          {NodeKind::object, 1, "mutex right", true},
                          {NodeKind::thread, 102, "thread 102 'two'", true},
                          {NodeKind::object, 3, "mutex left", true}},
                .edges = {{0, 1, "waits for", true, true},
                          {1, 2, "held by", true, true},
                          {2, 3, "waits for", true, true},
                          {3, 0, "held by", true, false}}};
  hang.verdict = {
      .hang_class = HangClass::deadlock,
      .confidence = Confidence::high,
      .headline = "2 threads wait for each other's mutexes",
      .why = {"Thread 101 holds left and waits for right (F1).", "Thread 102 holds right and waits for left (F2)."},
      .facts = {{"F1", "mutex left is held by thread 101", "owner 101"},
                {"F2", "mutex right is held by thread 102", "owner 102"}}};
  return hang;
}

}  // namespace wedge::model
