// What the watcher delivers, and each way in which it can be gone, be there twice, or leave somebody waiting.
#include "primitives/writeback_watcher.h"

#include <gtest/gtest.h>

#include <latch>

#include "primitives/stream_pool.h"

namespace primitives {
namespace {

using namespace std::chrono_literals;
using Errors = WatcherRules::Errors;

class Watcher : public testing::Test {
 protected:
  // A task whose event is as the query says; null: without one.
  void submit(WritebackWatcher& watcher, std::shared_ptr<GpuEvent> event,
              std::function<void(const PinnedBuffer&)> deliver = {}) {
    if (event != nullptr) event->record(streams_.stream_of("default"));
    if (!deliver) deliver = [this](const PinnedBuffer&) { ++delivered_; };
    watcher.submit({std::move(event), &pool_.acquire("states", 12), std::move(deliver)});
  }
  static std::shared_ptr<GpuEvent> good() { return std::make_shared<GpuEvent>(); }
  static std::shared_ptr<GpuEvent> bad() { return std::make_shared<GpuEvent>(GpuEvent::Query::as_stored); }
  // Until the thread that it had has ended.
  static void expect_death(const WritebackWatcher& watcher) {
    while (watcher.threads_alive() > 0) std::this_thread::yield();
  }

  BufferPool pool_;
  StreamPool streams_;
  std::atomic<int> delivered_{0};
};

TEST_F(Watcher, delivers_and_gives_the_buffers_back) {
  WritebackWatcher watcher(pool_);
  submit(watcher, good());
  submit(watcher, nullptr);
  watcher.wait_all();
  EXPECT_EQ(delivered_, 2);
  EXPECT_EQ(pool_.in_use(), 0U);
  EXPECT_EQ(watcher.threads_alive(), 1U);
}

TEST_F(Watcher, dies_of_an_error_and_counts_nothing_down) {
  std::string logged;
  WritebackWatcher watcher(pool_, {.log = [&](const std::string& text) { logged = text; }});
  submit(watcher, bad());
  expect_death(watcher);
  EXPECT_THROW(watcher.wait_all(1ms), WaitTimedOut);
  EXPECT_THROW(watcher.wait_all_while_alive(), WatcherDied);
  EXPECT_EQ(delivered_, 0);
  EXPECT_EQ(pool_.in_use(), 1U);
  EXPECT_EQ(logged, "exception in thread watcher: bad any_cast");
  EXPECT_EQ(
      watcher.describe_at_rest(),
      "the watcher has died of bad any_cast; 1 of 1 writeback outstanding, 1 of them taken from the queue and 0 in "
      "it");
}

TEST_F(Watcher, is_started_anew_by_a_submit_after_its_death) {
  WritebackWatcher watcher(pool_);
  submit(watcher, bad());
  expect_death(watcher);
  submit(watcher, good());
  while (delivered_ == 0) std::this_thread::yield();
  EXPECT_THROW(watcher.wait_all(1ms), WaitTimedOut) << "the first one is still counted";
}

TEST_F(Watcher, may_fail_a_task_and_live) {
  for (const Errors errors : {Errors::fail_the_task, Errors::fail_the_task_after_its_copy}) {
    WritebackWatcher watcher(pool_, {.errors = errors});
    submit(watcher, bad());
    watcher.wait_all();
    EXPECT_EQ(watcher.failed(), 1U);
    EXPECT_EQ(watcher.threads_alive(), 1U);
    EXPECT_EQ(pool_.in_use(), 0U);
  }
}

TEST_F(Watcher, may_count_a_failed_task_and_die) {
  WritebackWatcher watcher(pool_, {.errors = Errors::are_counted_and_end_the_thread});
  submit(watcher, bad());
  watcher.wait_all();
  expect_death(watcher);
  EXPECT_EQ(pool_.in_use(), 0U);
}

TEST_F(Watcher, does_what_is_left_before_it_ends) {
  std::latch begun(1);
  std::latch may_end(1);
  WritebackWatcher watcher(pool_, {.join_limit = std::nullopt});
  submit(watcher, nullptr, [&](const PinnedBuffer&) {
    begun.count_down();
    may_end.wait();
  });
  begun.wait();
  submit(watcher, nullptr);
  std::thread opens([&] { may_end.count_down(); });
  watcher.shutdown();
  opens.join();
  EXPECT_EQ(delivered_, 1);
  EXPECT_EQ(watcher.threads_alive(), 0U);
  watcher.wait_all();
}

// The first is told to stop while it delivers, and the second is started before it has looked.
TEST_F(Watcher, that_was_told_to_stop_is_resurrected_by_a_later_start) {
  for (const auto flag : {WatcherRules::StopFlag::of_all_threads, WatcherRules::StopFlag::of_each_thread}) {
    std::latch begun(1);
    std::latch may_end(1);
    WritebackWatcher watcher(pool_, {.join_limit = 0ms, .stop_flag = flag});
    submit(watcher, nullptr, [&](const PinnedBuffer&) {
      begun.count_down();
      may_end.wait();
    });
    begun.wait();
    watcher.shutdown();
    watcher.start();
    may_end.count_down();
    watcher.wait_all();
    const std::uint32_t left = flag == WatcherRules::StopFlag::of_all_threads ? 2 : 1;
    while (watcher.threads_alive() > left) std::this_thread::yield();
    EXPECT_EQ(watcher.threads_alive(), left);
    EXPECT_EQ(watcher.most_alive(), 2U);
  }
}

TEST_F(Watcher, gives_up_a_wait_for_a_task_that_is_only_counted) {
  WritebackWatcher watcher(pool_);
  watcher.count_up();
  EXPECT_THROW(watcher.wait_all(1ms), WaitTimedOut);
  EXPECT_EQ(watcher.describe_at_rest(),
            "no watcher was started; 1 of 1 writeback outstanding, 1 of them taken from the queue and 0 in it");
}

}  // namespace
}  // namespace primitives
