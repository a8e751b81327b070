// How requests move, and that working on copies does not bring one back that is cancelled meanwhile.
#include "primitives/request_table.h"

#include <gtest/gtest.h>

namespace primitives {
namespace {

TEST(RequestTable, a_request_goes_from_pending_to_processing_to_completed) {
  RequestTable table;
  const RequestId id = table.submit(3, 2);
  EXPECT_EQ(table.find(id)->state, RequestState::pending);
  EXPECT_TRUE(table.has_pending());
  const auto batch = table.create_batch();
  ASSERT_EQ(batch.size(), 1U);
  EXPECT_EQ(batch[0].prompt_tokens, 3U);
  EXPECT_FALSE(table.has_pending());
  EXPECT_TRUE(table.has_processing());
  EXPECT_TRUE(table.find_for_update(id)->add_token());
  EXPECT_EQ(table.find(id)->state, RequestState::processing);
  EXPECT_TRUE(table.find_for_update(id)->add_token());
  EXPECT_EQ(table.find(id)->state, RequestState::completed);
  table.update_batch({*table.find(id)});
  EXPECT_FALSE(table.has_processing());
  EXPECT_TRUE(table.find(id)->is_complete());
  EXPECT_FALSE(table.find_for_update(id)->add_token());
}

TEST(RequestTable, ids_are_never_used_again) {
  RequestTable table;
  const RequestId first = table.submit(1, 1);
  table.cancel(first);
  EXPECT_NE(table.submit(1, 1), first);
}

TEST(RequestTable, a_batch_has_what_is_processed_already_and_no_more_than_there_is_room) {
  RequestTable table(2);
  const RequestId first = table.submit(1, 9);
  EXPECT_EQ(table.create_batch().size(), 1U);
  table.submit(1, 9);
  const RequestId third = table.submit(1, 9);
  EXPECT_EQ(table.create_batch().size(), 2U);
  EXPECT_FALSE(table.has_room());
  EXPECT_EQ(table.find(third)->state, RequestState::pending);
  table.cancel(first);
  EXPECT_TRUE(table.has_room());
}

TEST(RequestTable, cancelling_takes_a_request_from_where_it_is) {
  RequestTable table;
  const RequestId pending = table.submit(1, 1);
  EXPECT_TRUE(table.cancel(pending));
  EXPECT_FALSE(table.has_pending());
  const RequestId processing = table.submit(1, 1);
  table.create_batch();
  EXPECT_TRUE(table.cancel(processing));
  EXPECT_FALSE(table.has_processing());
  EXPECT_EQ(table.find(processing)->state, RequestState::cancelled);
  EXPECT_FALSE(table.cancel(processing)) << "it is finished";
  EXPECT_FALSE(table.cancel(77)) << "there is none";
}

TEST(RequestTable, only_what_is_processed_can_fail) {
  RequestTable table;
  const RequestId id = table.submit(1, 1);
  EXPECT_FALSE(table.find_for_update(id)->fail());
  table.create_batch();
  EXPECT_TRUE(table.find_for_update(id)->fail());
  EXPECT_FALSE(table.find_for_update(id)->cancel());
  table.update_batch({*table.find(id)});
  EXPECT_EQ(table.find(id)->state, RequestState::failed);
}

TEST(RequestTable, a_copy_from_before_does_not_bring_a_cancelled_request_back) {
  RequestTable table;
  const RequestId id = table.submit(1, 9);
  const auto batch = table.create_batch();
  table.cancel(id);
  table.update_batch(batch);
  EXPECT_EQ(table.find(id)->state, RequestState::cancelled);
  EXPECT_FALSE(table.has_processing());
}

}  // namespace
}  // namespace primitives
