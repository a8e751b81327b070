// Every program of the corpus is started, watched until it hangs, captured and classified; and it must not notice.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <set>
#include <stdexcept>
#include <string>

#include <gtest/gtest.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "harness/diagnose/capture.h"
#include "harness/diagnose/conclude.h"
#include "harness/diagnose/corpus/corpus_run.h"
#include "harness/diagnose/corpus/corpus_table.h"
#include "harness/diagnose/hang_index.h"
#include "harness/diagnose/symbols.h"

namespace wedge::diagnose::corpus {
namespace {

using model::Hang;
using model::HangThread;
using model::Place;
using model::WaitKind;

std::string from_environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? std::string() : std::string(value);
}

std::string python() {
  for (const char* path : {"/usr/bin/python3", "/usr/local/bin/python3"})
    if (std::filesystem::exists(path)) return path;
  return {};
}

bool is_python(const Row& row) { return row.program.ends_with(".py"); }

std::vector<std::string> command_of(const Row& row) {
  if (from_environment("WEDGE_CORPUS").empty()) throw std::runtime_error("WEDGE_CORPUS names no folder; run by meson");
  if (is_python(row)) return {python(), from_environment("WEDGE_CORPUS_SOURCE") + "/" + row.program};
  return {from_environment("WEDGE_CORPUS") + "/" + row.program};
}

Hang capture(const CorpusRun& run) {
  CaptureRequest request;
  request.root = run.root();
  request.also = run.orphans();
  request.between_samples = std::chrono::milliseconds(120);
  return capture_tree(request);
}

std::string stack_text(const Hang& hang, const HangThread& thread) {
  std::string text = "  stack of '" + thread.name + "'" + (thread.stack_complete ? "" : " (incomplete)") + " " +
                     thread.stack_remark + "\n";
  for (const model::Frame& frame : hang.stacks.at(thread.stack).frames) {
    if (frame.places.empty()) text += "    " + hang.modules.at(frame.module).path + "\n";
    for (const Place& place : frame.places)
      text += "    " + (place.function.empty() ? std::string("?") : place.function) +
              (place.system ? " (system)" : "") + "\n";
  }
  return text;
}

std::string everything(const Hang& hang) {
  const model::HangVerdict& verdict = hang.verdict;
  std::string text = std::string(model::name_of(verdict.hang_class)) + ", confidence " +
                     std::string(model::name_of(verdict.confidence)) + ": " + verdict.headline + "\n";
  for (const std::string& sentence : verdict.why) text += "  " + sentence + "\n";
  for (const model::Fact& fact : verdict.facts) text += "  " + fact.id + " " + fact.text + "\n";
  for (const model::HangProcess& process : hang.processes) {
    text += "process " + std::to_string(process.pid) + " of " + std::to_string(process.parent) + " " + process.remark +
            "\n";
    for (const HangThread& thread : process.threads)
      text += "  " + std::to_string(thread.tid) + " '" + thread.name + "' " + thread.state + " " +
              std::string(model::name_of(thread.wait.kind)) + ": " + thread.wait.text + "\n" + stack_text(hang, thread);
    for (const model::HangDescriptor& descriptor : process.descriptors)
      text += "  fd " + std::to_string(descriptor.descriptor) + " " + descriptor.kind + ": " + descriptor.text + "\n";
  }
  for (const std::string& missing : hang.missing) text += "missing: " + missing + "\n";
  return text;
}

std::map<std::string, ThreadRef> by_name(const HangIndex& index) {
  std::map<std::string, ThreadRef> found;
  for (const ThreadRef& ref : index.threads()) found.emplace(ref.thread->name, ref);
  return found;
}

// The thread, or of a process that is waited for its first one, whose number stands as the owner.
std::string owner_name(const HangIndex& index, const model::Wait& wait) {
  if (wait.owner_is_gone) return "gone";
  if (!wait.owner) return "nobody";
  const std::optional<std::size_t> owner = index.thread(*wait.owner);
  return owner ? index.at(*owner).thread->name : "somebody else";
}

void check_role(const Row& row, const Role& role, const HangIndex& index) {
  const std::map<std::string, ThreadRef> threads = by_name(index);
  const auto found = threads.find(role.thread);
  ASSERT_NE(found, threads.end()) << "no thread '" << role.thread << "'";
  const HangThread& thread = *found->second.thread;
  const std::string who = "thread '" + role.thread + "'";
  if (role.kind != WaitKind::none) {
    EXPECT_EQ(model::name_of(thread.wait.kind), model::name_of(role.kind)) << who;
  }
  if (!role.owner.empty()) {
    EXPECT_EQ(owner_name(index, thread.wait), role.owner) << who;
  }
  EXPECT_TRUE(thread.stack_complete) << who << ": " << thread.stack_remark;
  if (role.parked) {
    EXPECT_EQ(model::name_of(thread.stack_source), "passive") << who;
  }
  if (row.names && !role.function.empty()) {
    EXPECT_TRUE(stands_in(index.hang(), thread, role.function)) << who << " is not in " << role.function;
  }
}

// Threads of the table that are to stand still must not have run between the two looks.
void expect_undisturbed(const Row& row, const std::map<pid_t, SeenThread>& before,
                        const std::map<pid_t, SeenThread>& after) {
  for (const auto& [tid, thread] : before) {
    const auto role = std::ranges::find(row.roles, thread.name, &Role::thread);
    const bool parked = role == row.roles.end() ? !row.moves : role->parked;
    if (!parked) continue;
    const auto now = after.find(tid);
    ASSERT_NE(now, after.end()) << "thread '" << thread.name << "' has ended";
    EXPECT_EQ(now->second.standing.switches, thread.standing.switches)
        << "thread '" << thread.name << "' has been woken";
  }
}

void check_verdict(const Row& row, const Hang& hang) {
  const model::HangVerdict& verdict = hang.verdict;
  EXPECT_EQ(model::name_of(verdict.hang_class), model::name_of(row.hang_class));
  for (model::HangClass never : row.never) EXPECT_NE(model::name_of(verdict.hang_class), model::name_of(never));
  EXPECT_GE(verdict.confidence, row.at_least);
  EXPECT_FALSE(verdict.headline.empty());
  EXPECT_LE(verdict.why.size(), 3U);
  EXPECT_EQ(hang.fingerprint.size(), 16U);
  for (const model::Fact& fact : verdict.facts) {
    const bool cited = std::ranges::any_of(
        verdict.why, [&](const std::string& sentence) { return sentence.find(fact.id) != std::string::npos; });
    EXPECT_TRUE(cited || row.hang_class == model::HangClass::unknown) << fact.id << " is not cited";
  }
}

void check_graph(const Row& row, const Hang& hang) {
  std::size_t knot = 0;
  for (const model::GraphNode& node : hang.graph.nodes) knot += node.in_knot ? 1 : 0;
  EXPECT_GE(knot, 1U) << "nothing to draw";
  EXPECT_LE(knot, 20U);
  // In a circle everything that is drawn in it leads somewhere.
  if (row.hang_class != model::HangClass::deadlock) return;
  for (std::uint32_t i = 0; i < hang.graph.nodes.size(); ++i) {
    if (!hang.graph.nodes[i].in_knot) continue;
    const bool leads_on = std::ranges::any_of(
        hang.graph.edges, [&](const model::GraphEdge& edge) { return edge.from == i && edge.in_knot; });
    EXPECT_TRUE(leads_on) << hang.graph.nodes[i].label << " leads nowhere";
  }
}

class Corpus : public testing::TestWithParam<Row> {};

TEST_P(Corpus, is_captured_without_noticing_and_classified) {
  const Row& row = GetParam();
  if (is_python(row) && python().empty()) GTEST_SKIP() << "there is no python3 here";
  CorpusRun run(command_of(row), row.program);
  std::vector<std::string> parked;
  for (const Role& role : row.roles)
    if (role.parked) parked.push_back(role.thread);
  const std::string trouble = run.wait_for(parked, row.moves);
  if (trouble == "it exited with status 77") GTEST_SKIP() << "this kernel cannot run " << row.program;
  ASSERT_EQ(trouble, "") << row.program;

  const std::map<pid_t, SeenThread> before = run.look();
  Hang hang = capture(run);
  const std::map<pid_t, SeenThread> after = run.look();
  conclude(hang);

  EXPECT_EQ(run.ended(), "");
  expect_undisturbed(row, before, after);
  check_verdict(row, hang);
  check_graph(row, hang);
  const HangIndex index(hang);
  for (const Role& role : row.roles) check_role(row, role, index);
  if (!row.moves) {
    EXPECT_EQ(hang.longest_stop_s, 0) << "a thread was stopped";
  }
  if (HasFailure() || !from_environment("WEDGE_CORPUS_SHOW").empty()) std::printf("%s", everything(hang).c_str());
}

std::string name_of_test(const testing::TestParamInfo<Row>& info) {
  std::string name = info.param.program;
  std::ranges::replace(name, '.', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Programs, Corpus, testing::ValuesIn(corpus_table()), name_of_test);

// As a dumper does that stops threads to look at them.
void stop_and_let_go(pid_t tid) {
  if (ptrace(PTRACE_SEIZE, tid, nullptr, nullptr) != 0) return;
  ptrace(PTRACE_INTERRUPT, tid, nullptr, nullptr);
  waitpid(tid, nullptr, __WALL);
  ptrace(PTRACE_DETACH, tid, nullptr, nullptr);
}

class Interrupted : public testing::TestWithParam<std::string> {};

// Without this, that no program noticed the capture would mean nothing.
TEST_P(Interrupted, notices_a_dumper_that_stops_it) {
  const auto row = std::ranges::find(corpus_table(), GetParam(), &Row::program);
  ASSERT_NE(row, corpus_table().end());
  CorpusRun run(command_of(*row), row->program);
  const std::string trouble = run.wait_for({row->roles.front().thread}, row->moves);
  if (trouble == "it exited with status 77") GTEST_SKIP() << "this kernel cannot run " << row->program;
  ASSERT_EQ(trouble, "");
  for (const auto& [tid, thread] : run.look()) stop_and_let_go(tid);
  EXPECT_EQ(run.end(), "exited with status 99");
}

INSTANTIATE_TEST_SUITE_P(Programs, Interrupted,
                         testing::Values("epoll_lost_edge", "epoll_lost_count", "epoll_orphan", "epoll_oneshot",
                                         "eventfd_unwatched", "signal_elsewhere", "signal_awaited", "asynchronous_io"),
                         [](const auto& info) { return info.param; });

std::string fingerprint_of(const std::string& program) {
  const auto row = std::ranges::find(corpus_table(), program, &Row::program);
  if (row == corpus_table().end()) throw std::runtime_error("no row for " + program);
  CorpusRun run(command_of(*row), program);
  std::vector<std::string> parked;
  for (const Role& role : row->roles) parked.push_back(role.thread);
  EXPECT_EQ(run.wait_for(parked, row->moves), "");
  Hang hang = capture(run);
  conclude(hang);
  return hang.fingerprint;
}

TEST(CorpusFingerprint, is_the_same_in_another_run_another_build_and_after_an_unrelated_edit) {
  const std::string one = fingerprint_of("mutex_ab_ba");
  EXPECT_EQ(fingerprint_of("mutex_ab_ba"), one);
  EXPECT_EQ(fingerprint_of("mutex_ab_ba_edited"), one);
  EXPECT_EQ(fingerprint_of("mutex_ab_ba_frame_pointers"), one);
  EXPECT_EQ(fingerprint_of("mutex_ab_ba_static"), one);
  EXPECT_EQ(fingerprint_of("mutex_ab_ba_unoptimised"), one);
}

TEST(CorpusFingerprint, differs_for_hangs_that_are_alike_but_stand_elsewhere) {
  const std::set<std::string> prints{fingerprint_of("mutex_ab_ba"), fingerprint_of("mutex_recursive"),
                                     fingerprint_of("rwlock_writers"), fingerprint_of("join_cycle")};
  EXPECT_EQ(prints.size(), 4U);
}

// The table is what makes the promise; this holds it to it.
TEST(CorpusTable, covers_every_wait_kind_and_every_class_with_a_near_miss_for_each) {
  std::set<WaitKind> kinds;
  std::set<model::HangClass> classes;
  std::set<model::HangClass> nearly;
  for (const Row& row : corpus_table()) {
    classes.insert(row.hang_class);
    nearly.insert(row.never.begin(), row.never.end());
    for (const Role& role : row.roles) kinds.insert(role.kind);
  }
  EXPECT_GE(corpus_table().size(), 30U);
  for (int kind = 0; kind < static_cast<int>(WaitKind::count_); ++kind)
    EXPECT_TRUE(kinds.contains(static_cast<WaitKind>(kind))) << model::name_of(static_cast<WaitKind>(kind));
  for (int i = 0; i < static_cast<int>(model::HangClass::count_); ++i) {
    const auto hang_class = static_cast<model::HangClass>(i);
    EXPECT_TRUE(classes.contains(hang_class)) << model::name_of(hang_class);
    const bool needs_none = hang_class == model::HangClass::unknown;
    EXPECT_TRUE(needs_none || nearly.contains(hang_class)) << "no near miss of " << model::name_of(hang_class);
  }
}

}  // namespace
}  // namespace wedge::diagnose::corpus
