// `wedge watch --cuda` and `wedge dump`, from a program that hangs in the CUDA runtime to the words of the report.
//
// The runtime is the simulated library, which runs free of control here: its streams are threads, and the recorder in
// front of it knows no more of them than it would of a real device. Where a device is, the same is tested with it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>

#include "harness/diagnose/target_process.h"
#include "harness/e2e/findings.h"
#include "harness/model/hang_json.h"

namespace wedge::e2e {
namespace {

using diagnose::TargetProcess;
using model::HangClass;

constexpr int exit_deadline = 124;
[[maybe_unused]] constexpr int exit_skipped = 77;

// A program that has the recorder in front, as `wedge watch --cuda` starts it.
class Recorded {
 public:
  explicit Recorded(const std::string& how, const std::string& program = WEDGE_WATCHED)
      : preload_("LD_PRELOAD", WEDGE_CUDA_RECORDER_PATH), target_(program, {how}) {
    unsetenv("LD_PRELOAD");
  }
  pid_t pid() const { return target_.pid(); }
  bool alive() const { return target_.alive(); }

  // As soon as a thread is seen to wait in that call.
  model::Hang dumped_in(const std::string& call) {
    model::Hang hang;
    for (int i = 0; i < 200 && target_.alive(); ++i) {
      const Finished dump = wedge({"dump", std::to_string(pid()), "--json", "--sample", "0.05"});
      if (dump.status != 0) continue;
      hang = model::read_hang(dump.output);
      for (const model::Streams& streams : hang.streams)
        for (const model::StreamCall& at : streams.calls)
          if (at.call == call && model::held_up_by(streams, at)) return hang;
    }
    ADD_FAILURE() << "nobody is seen in " << call << ":\n" << model::write_hang(hang);
    return hang;
  }

 private:
  struct Variable {
    Variable(const char* name, const char* value) { setenv(name, value, 1); }
  };
  Variable preload_;
  TargetProcess target_;
};

const model::StreamOperation* operation(const model::Streams& streams, std::uint32_t stream, std::uint64_t number) {
  return model::operation_in(streams, {stream, number, 0});
}

std::string graph_text(const model::Hang& hang) {
  std::string text;
  for (const model::GraphEdge& edge : hang.graph.edges)
    text += hang.graph.nodes[edge.from].label + " -" + edge.label + (edge.certain ? "-> " : "?> ") +
            hang.graph.nodes[edge.to].label + "\n";
  return text;
}

TEST(WatchCuda, says_behind_which_kernel_a_thread_waits) {
  Recorded target("event");
  const model::Hang hang = target.dumped_in("cudaEventSynchronize");
  ASSERT_EQ(hang.streams.size(), 1U);
  const model::Streams& streams = hang.streams[0];
  EXPECT_FALSE(streams.exact);
  EXPECT_EQ(hang.verdict.hang_class, HangClass::device_work) << hang.verdict.headline;
  for (const char* part :
       {"waits in cudaEventSynchronize for event 2 on stream 2, where wait for event 1 waits for event "
        "1 on stream 1, behind kernel `spin`, enqueued ",
        " ago, not known to have completed"})
    EXPECT_TRUE(contains(hang.verdict.headline, part)) << hang.verdict.headline;
  ASSERT_NE(operation(streams, 1, 1), nullptr);
  EXPECT_EQ(operation(streams, 1, 1)->state, StreamState::completed) << "the program was told so";
  EXPECT_EQ(operation(streams, 1, 2)->state, StreamState::enqueued);
  const std::string graph = graph_text(hang);
  for (const char* part : {" -waits in cudaEventSynchronize for event 2-> record of event 2 (stream 2)\n",
                           "record of event 2 (stream 2) -behind-> wait for event 1 (stream 2)\n",
                           "wait for event 1 (stream 2) -waits for event 1-> record of event 1 (stream 1)\n",
                           "record of event 1 (stream 1) -behind-> kernel `spin` (stream 1), enqueued "})
    EXPECT_TRUE(contains(graph, part)) << part << "\nin\n" << graph;
  EXPECT_TRUE(target.alive());
}

TEST(WatchCuda, does_not_claim_to_know_which_of_several) {
  Recorded target("several");
  const model::Hang hang = target.dumped_in("cudaStreamSynchronize");
  EXPECT_TRUE(contains(hang.verdict.headline, ", behind at least kernel `spin`, enqueued ")) << hang.verdict.headline;
  EXPECT_TRUE(contains(graph_text(hang), " -behind?> kernel `spin` (stream 1)")) << graph_text(hang);
}

TEST(WatchCuda, keeps_the_first_of_more_than_it_has_room_for) {
  Recorded target("many");
  const model::Hang hang = target.dumped_in("cudaStreamSynchronize");
  EXPECT_TRUE(contains(hang.verdict.headline, "kernel `spin`")) << hang.verdict.headline;
}

// A circle of which one half is a stream.
TEST(WatchCuda, finds_a_deadlock_through_a_host_function) {
  Recorded target("function");
  model::Hang hang = target.dumped_in("cudaStreamSynchronize");
  // The host function may not have come to the mutex yet.
  for (int i = 0; i < 100 && hang.verdict.hang_class != HangClass::deadlock; ++i)
    hang = target.dumped_in("cudaStreamSynchronize");
  EXPECT_EQ(hang.verdict.hang_class, HangClass::deadlock) << hang.verdict.headline;
  const std::string graph = graph_text(hang);
  for (const char* part : {" -waits in cudaStreamSynchronize-> host function (stream 1), running for ",
                           " -runs on-> thread ", " -held by-> thread "})
    EXPECT_TRUE(contains(graph, part)) << part << "\nin\n" << graph;
}

TEST(WatchCuda, writes_a_report_with_a_table_and_ends_the_command) {
  const Folder out;
  const Finished run =
      wedge({"watch", "--cuda", "--deadline", "4s", "--grace", "0", "--out", out.path(), "--", WEDGE_WATCHED, "event"});
  EXPECT_EQ(run.status, exit_deadline) << run.output << run.errors;
  EXPECT_TRUE(contains(run.errors, "unfinished device work: ")) << run.errors;
  const std::string report = read_text(out / "hang-1.md");
  for (const char* part :
       {"## What the streams were doing", "| stream 1 (non-blocking) | 1 | kernel \\`spin\\` | completed |",
        "| stream 1 (non-blocking) | 2 | kernel \\`spin\\` | enqueued ", "wedge watch --deadline 4s --cuda -- "})
    EXPECT_TRUE(contains(report, part)) << part << "\nin\n" << report;
  EXPECT_EQ(model::read_hang(read_text(out / "hang-1.json")).streams.size(), 1U);
}

TEST(WatchCuda, leaves_a_program_alone_that_does_not_hang) {
  const Folder out;
  const Finished run =
      wedge({"watch", "--cuda", "--deadline", "60s", "--out", out.path(), "--", WEDGE_WATCHED, "nothing"});
  EXPECT_EQ(run.status, 0) << run.output << run.errors;
  EXPECT_EQ(run.errors, "");
}

TEST(WatchCuda, says_when_nobody_uses_cuda) {
  const Folder out;
  const Finished run =
      wedge({"watch", "--cuda", "--deadline", "1s", "--grace", "0", "--out", out.path(), "--", "sleep", "1000"});
  EXPECT_EQ(run.status, exit_deadline) << run.errors;
  const std::string report = read_text(out / "hang-1.md");
  EXPECT_TRUE(contains(report, "CUDA calls: no process of the command uses the CUDA runtime")) << report;
}

// A process that the command starts may have a runtime linked into it. Without a driver here, an empty library of that
// name stands for it.
TEST(WatchCuda, says_what_to_do_about_a_driver_without_a_shared_runtime) {
  const Folder out;
  const std::string driver = out / "libcuda.so.1";
  write_text(out / "empty.cpp", "");
  write_text(out / "waits.cpp", "#include <unistd.h>\nint main() { return pause(); }\n");
  const Words library{"g++", "-shared", "-fPIC", "-Wl,-soname,libcuda.so.1", out / "empty.cpp", "-o", driver};
  const Words program{"g++", out / "waits.cpp", "-Wl,--no-as-needed", driver, "-Wl,-rpath," + out.path(),
                      "-o",  out / "waits"};
  for (const Words& command : {library, program}) ASSERT_EQ(run_command(command).status, 0);
  const Finished run =
      wedge({"watch", "--cuda", "--deadline", "1s", "--grace", "0", "--out", out.path(), "--", out / "waits"});
  EXPECT_EQ(run.status, exit_deadline) << run.errors;
  const std::string report = read_text(out / "hang-1.md");
  EXPECT_TRUE(contains(report, "it uses the CUDA driver and no shared CUDA runtime")) << report;
  EXPECT_TRUE(contains(report, "nvcc -cudart shared")) << report;
}

TEST(WatchCuda, refuses_a_program_with_a_runtime_of_its_own) {
#ifdef WEDGE_WATCHED_STATIC
  const Folder out;
  const Finished run = wedge({"watch", "--cuda", "--out", out.path(), "--", WEDGE_WATCHED_STATIC, "nothing"});
  EXPECT_EQ(run.status, 2) << run.errors;
  EXPECT_TRUE(contains(run.errors, "nvcc -cudart shared")) << run.errors;
#else
  GTEST_SKIP() << "there is no CUDA toolkit to build such a program";
#endif
}

// What the calls of the program answer with the recorder in front, and without.
void expect_the_same_answers(const std::string& program) {
  const Finished bare = run_command({program, "answers"});
  EXPECT_EQ(bare.status, 0) << bare.output << bare.errors;
  EXPECT_TRUE(contains(bare.output, "cudaDeviceSynchronize: ")) << bare.output;
  const Folder out;
  const Finished run = wedge({"watch", "--cuda", "--deadline", "60s", "--out", out.path(), "--", program, "answers"});
  EXPECT_EQ(run.status, 0) << run.errors;
  EXPECT_EQ(run.output, bare.output);
  EXPECT_EQ(run.errors, bare.errors);
}

TEST(WatchCuda, changes_no_answer) { expect_the_same_answers(WEDGE_WATCHED); }

// Without a device the real one answers, too, if only with errors.
TEST(WatchCuda, changes_no_answer_of_the_real_runtime) {
#ifdef WEDGE_WATCHED_REAL
  expect_the_same_answers(WEDGE_WATCHED_REAL);
#else
  GTEST_SKIP() << "NOT RUN: there is no CUDA toolkit";
#endif
}

TEST(WatchCuda, says_the_same_of_a_real_device) {
#ifdef WEDGE_WATCHED_REAL
  if (run_command({WEDGE_WATCHED_REAL, "nothing"}).status == exit_skipped)
    GTEST_SKIP() << "NOT RUN: the program for a real device finds none here";
  Recorded target("event", WEDGE_WATCHED_REAL);
  const model::Hang hang = target.dumped_in("cudaEventSynchronize");
  EXPECT_EQ(hang.verdict.hang_class, HangClass::device_work) << hang.verdict.headline;
  EXPECT_TRUE(contains(hang.verdict.headline, "behind kernel `spin`, enqueued ")) << hang.verdict.headline;
#else
  GTEST_SKIP() << "NOT RUN: there is no CUDA toolkit";
#endif
}

}  // namespace
}  // namespace wedge::e2e
