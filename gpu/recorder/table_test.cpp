// What the recorder concludes, and what it does not.
#include "gpu/recorder/table.h"

#include <gtest/gtest.h>

#include <memory>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

namespace wedge::recorder {
namespace {

class Table : public testing::Test {
 protected:
  StreamRow& stream(std::uint64_t key, bool blocking = false) {
    StreamRow* row = created_stream(*table_, key, 0, blocking);
    return *row;
  }
  AwaitedRow enqueue(StreamRow& stream, bool accepted = true, const char* what = "kernel", bool marks = false) {
    const OperationRow& row = add_operation(*table_, stream, what, marks);
    const AwaitedRow at{row.number, stream.number, 0};
    if (accepted) accept(*table_, at);
    return at;
  }
  StreamState state(const AwaitedRow& at) {
    const OperationRow* row = operation_at(*table_, at);
    return row == nullptr ? StreamState::none : row->state;
  }

  std::unique_ptr<StreamTable> table_ = std::make_unique<StreamTable>();
};

TEST_F(Table, what_completes_takes_all_before_it_along_and_nothing_after_it) {
  StreamRow& one = stream(0x1000);
  const AwaitedRow first = enqueue(one);
  const AwaitedRow second = enqueue(one);
  const AwaitedRow third = enqueue(one);
  complete(*table_, second);
  EXPECT_EQ(state(first), StreamState::completed);
  EXPECT_EQ(state(second), StreamState::completed);
  EXPECT_EQ(state(third), StreamState::enqueued);
}

TEST_F(Table, what_completes_takes_along_what_it_waited_for_on_other_streams) {
  StreamRow& one = stream(0x1000);
  StreamRow& two = stream(0x2000);
  const AwaitedRow record = enqueue(one);
  const AwaitedRow later = enqueue(one);
  const AwaitedRow wait = enqueue(two);
  await(*operation_at(*table_, wait), record);
  complete(*table_, wait);
  EXPECT_EQ(state(record), StreamState::completed);
  EXPECT_EQ(state(later), StreamState::enqueued);
}

// The runtime may not even have it yet.
TEST_F(Table, a_call_that_has_not_returned_has_enqueued_nothing) {
  StreamRow& one = stream(0x1000);
  const AwaitedRow first = enqueue(one);
  const AwaitedRow calling = enqueue(one, false);
  enqueue(one);
  EXPECT_EQ(settled_end(one).number, first.number);
  complete(*table_, calling);
  EXPECT_EQ(state(calling), StreamState::calling);
}

TEST_F(Table, a_refused_call_leaves_nothing) {
  StreamRow& one = stream(0x1000);
  const AwaitedRow refused = enqueue(one, false);
  refuse(*table_, refused);
  EXPECT_EQ(one.operations, 0U);
  EXPECT_FALSE(is_open(one));
}

TEST_F(Table, a_host_function_that_runs_tells_of_all_before_it) {
  StreamRow& one = stream(0x1000);
  const AwaitedRow kernel = enqueue(one);
  const AwaitedRow function = enqueue(one, false);
  start(*table_, function, 4711);  // before the call has returned
  accept(*table_, function);
  EXPECT_EQ(state(kernel), StreamState::completed);
  EXPECT_EQ(state(function), StreamState::started);
  EXPECT_EQ(operation_at(*table_, function)->runs_on, 4711);
}

TEST_F(Table, the_default_stream_waits_for_blocking_streams_alone) {
  StreamRow& blocking = stream(0x1000, true);
  StreamRow& other = stream(0x2000, false);
  StreamRow& legacy = stream(legacy_key);
  const AwaitedRow before = enqueue(blocking);
  const AwaitedRow unrelated = enqueue(other);
  const AwaitedRow copy = enqueue(legacy);
  const AwaitedRow after = enqueue(blocking);
  complete(*table_, copy);
  EXPECT_EQ(state(before), StreamState::completed);
  EXPECT_EQ(state(unrelated), StreamState::enqueued);
  EXPECT_EQ(state(after), StreamState::enqueued);
  EXPECT_EQ(legacy.number, 0U);
}

// More is enqueued behind a kernel that never ends than there are rows.
TEST_F(Table, the_first_that_is_open_is_kept) {
  StreamRow& one = stream(0x1000);
  complete(*table_, enqueue(one));
  const AwaitedRow spin = enqueue(one, true, "kernel `spin`");
  for (std::size_t i = 0; i < 5 * most_operations; ++i) enqueue(one);
  EXPECT_EQ(one.oldest.number, spin.number);
  EXPECT_STREQ(one.oldest.what, "kernel `spin`");
  complete(*table_, spin);
  EXPECT_EQ(one.oldest.state, StreamState::completed);
}

TEST_F(Table, rows_of_destroyed_streams_are_used_again_and_the_rest_counted) {
  for (std::uint64_t i = 0; i < most_streams; ++i) stream(0x1000 * (i + 1));
  EXPECT_EQ(created_stream(*table_, 0x999000, 0, false), nullptr);
  EXPECT_EQ(table_->streams_left_out, 1U);
  enqueue(table_->streams[3]);
  table_->streams[3].destroyed = table_->streams[5].destroyed = true;
  EXPECT_EQ(created_stream(*table_, 0x999000, 0, false), &table_->streams[5]) << "the other has still work";
}

TEST_F(Table, default_streams_are_told_apart) {
  EXPECT_EQ(key_of(nullptr, false, 0, 7), legacy_key);
  EXPECT_EQ(key_of(reinterpret_cast<void*>(1), true, 0, 7), legacy_key);
  EXPECT_EQ(key_of(nullptr, true, 0, 7), key_of(reinterpret_cast<void*>(2), false, 0, 7));
  EXPECT_NE(key_of(nullptr, true, 0, 7), key_of(nullptr, true, 0, 8));
  EXPECT_NE(key_of(nullptr, false, 1, 7), legacy_key);
  EXPECT_EQ(key_of(reinterpret_cast<void*>(0x1000), true, 1, 7), 0x1000U);
}

TEST_F(Table, calls_come_and_go) {
  const int call = begin_call(*table_, "cudaStreamSynchronize", 5);
  await(*table_, call, {3, 1, 0});
  EXPECT_STREQ(table_->calls[call].call, "cudaStreamSynchronize");
  EXPECT_EQ(table_->calls[call].awaits[0].number, 3U);
  end_call(*table_, call);
  EXPECT_EQ(table_->calls[call].call[0], '\0');
  for (std::size_t i = 0; i < most_stream_calls; ++i) EXPECT_GE(begin_call(*table_, "x", 1), 0);
  EXPECT_EQ(begin_call(*table_, "x", 1), -1);
}

TEST(Process, the_table_is_odd_while_it_is_written_and_has_a_name) {
  std::uint64_t inside = 0;
  {
    const Locked table;
    ASSERT_TRUE(table);
    inside = table->changes;
  }
  const Locked again;
  EXPECT_EQ(inside % 2, 1U);
  EXPECT_EQ(again->changes, inside + 2);
}

TEST(Process, a_child_begins_with_nothing) {
  {
    const Locked table;
    ASSERT_TRUE(table);
    created_stream(*table, 0x1000, 0, false);
  }
  const pid_t child = fork();
  if (child == 0) {
    const Locked table;
    _exit(table && !table->streams[0].used ? 0 : 1);
  }
  int status = -1;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  const Locked table;
  EXPECT_TRUE(table->streams[0].used);
}

TEST(Process, threads_take_turns) {
  std::vector<std::thread> threads;
  std::uint64_t before = 0;
  {
    const Locked table;
    before = table->changes;
  }
  for (int i = 0; i < 4; ++i)
    threads.emplace_back([] {
      for (int n = 0; n < 1000; ++n) const Locked table;
    });
  for (std::thread& thread : threads) thread.join();
  const Locked table;
  EXPECT_EQ(table->changes, before + 4 * 2000 + 2);
}

}  // namespace
}  // namespace wedge::recorder
