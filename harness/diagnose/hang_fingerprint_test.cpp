// The fingerprint changes with the hang and with nothing else.
#include "harness/diagnose/hang_fingerprint.h"

#include <gtest/gtest.h>

#include "harness/diagnose/conclude.h"
#include "harness/diagnose/hand_made_hang.h"

namespace wedge::diagnose {
namespace {

using model::WaitKind;

model::Hang ab_ba(std::int32_t base, const std::string& first, const std::string& second) {
  HandMadeHang made;
  made.hang.root = base;
  made.process(base);
  made.join(base, base + 1);
  for (int i : {1, 2}) {
    model::HangThread& thread = made.thread(base + i, WaitKind::mutex, {i == 1 ? first : second, "run"});
    thread.wait.address = static_cast<std::uint64_t>(base) * 64 + static_cast<std::uint64_t>(i);
    thread.wait.owner = base + 3 - i;
  }
  conclude(made.hang);
  return made.hang;
}

TEST(HangFingerprint, is_equal_for_other_numbers_addresses_lines_and_paths) {
  const model::Hang one = ab_ba(100, "transfer", "audit");
  model::Hang other = ab_ba(5000, "transfer", "audit");
  for (model::Stack& stack : other.stacks)
    for (model::Frame& frame : stack.frames) {
      frame.offset += 0x4000;
      for (model::Place& place : frame.places) {
        place.line += 17;
        place.file = "/elsewhere" + place.file;
      }
    }
  other.modules[0].path = "/elsewhere/bin/program";
  other.modules[0].build_id = "feed";
  conclude(other);
  EXPECT_EQ(one.fingerprint.size(), 16U);
  EXPECT_EQ(other.fingerprint, one.fingerprint);
}

TEST(HangFingerprint, does_not_depend_on_the_order_of_the_threads) {
  EXPECT_EQ(ab_ba(100, "audit", "transfer").fingerprint, ab_ba(100, "transfer", "audit").fingerprint);
}

TEST(HangFingerprint, does_not_depend_on_frames_of_the_system_or_threads_outside_the_knot) {
  const model::Hang one = ab_ba(100, "transfer", "audit");
  model::Hang other = one;
  for (model::Stack& stack : other.stacks)
    if (!stack.frames.empty()) stack.frames.front().places.front().function = "__lll_lock_wait_private";
  other.processes[0].threads[0].wait.kind = WaitKind::sleep;
  conclude(other);
  EXPECT_EQ(other.fingerprint, one.fingerprint);
}

TEST(HangFingerprint, differs_for_another_function_another_wait_and_another_class) {
  const std::string one = ab_ba(100, "transfer", "audit").fingerprint;
  EXPECT_NE(ab_ba(100, "transfer", "report").fingerprint, one);
  model::Hang other = ab_ba(100, "transfer", "audit");
  for (model::HangThread& thread : other.processes[0].threads)
    if (thread.wait.kind == WaitKind::mutex) thread.wait.kind = WaitKind::rwlock_write;
  conclude(other);
  EXPECT_NE(other.fingerprint, one);
  for (model::HangThread& thread : other.processes[0].threads)
    thread.wait.owner_is_gone = thread.wait.kind != WaitKind::join;
  for (model::HangThread& thread : other.processes[0].threads) thread.wait.owner = 999;
  conclude(other);
  EXPECT_EQ(other.verdict.hang_class, model::HangClass::abandoned_owner);
  EXPECT_NE(other.fingerprint, one);
}

TEST(HangFingerprint, is_equal_for_a_pool_of_another_size) {
  std::string prints[2];
  for (int size : {2, 8}) {
    HandMadeHang made;
    made.process(100);
    made.thread(100, WaitKind::sleep);
    for (int i = 1; i <= size; ++i) made.lock(100 + i, 0xa0, 999).wait.owner_is_gone = true;
    conclude(made.hang);
    prints[size == 8 ? 1 : 0] = made.hang.fingerprint;
  }
  EXPECT_EQ(prints[0], prints[1]);
}

TEST(StableName, leaves_out_what_an_edit_or_a_library_may_change) {
  EXPECT_EQ(stable_name("Queue<int, std::allocator<int> >::pop"), "Queue::pop");
  EXPECT_EQ(stable_name("void run<std::vector<int> >(std::vector<int>&)"), "run");
  EXPECT_EQ(stable_name("Queue<int>::pop() const"), "Queue::pop");
  EXPECT_EQ(stable_name("helper.constprop.0"), "helper");
  EXPECT_EQ(stable_name("helper(int) [clone .isra.0]"), "helper");
  EXPECT_EQ(stable_name("main::{lambda()#2}::operator()"), stable_name("main::{lambda()#1}::operator()"));
  EXPECT_EQ(stable_name("main::$_12::operator()"), stable_name("main::$_3::operator()"));
  EXPECT_EQ(stable_name("lambda in Pool::Pool"), "lambda in Pool::Pool");
}

TEST(StableName, keeps_what_makes_a_function_another_one) {
  EXPECT_EQ(stable_name("(anonymous namespace)::pop"), "(anonymous namespace)::pop");
  EXPECT_EQ(stable_name("Version::operator<"), "Version::operator<");
  EXPECT_EQ(stable_name("Version::operator<(Version const&)"), "Version::operator<");
  EXPECT_EQ(stable_name("Handle<int>::operator->"), "Handle::operator->");
  EXPECT_EQ(stable_name("Call::operator()(int) const"), "Call::operator()");
  EXPECT_NE(stable_name("Version::operator<="), stable_name("Version::operator<"));
  EXPECT_EQ(stable_name("operators::run"), "operators::run");
}

}  // namespace
}  // namespace wedge::diagnose
