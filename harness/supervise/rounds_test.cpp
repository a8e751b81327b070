// Rounds follow from the number of the execution alone, and the pieces of one cover it without a gap.
#include "harness/supervise/rounds.h"

#include <vector>

#include <gtest/gtest.h>

namespace wedge::supervise {
namespace {

TEST(rounds, grow_at_first_and_have_one_length_afterwards) {
  std::vector<std::uint64_t> ends;
  for (std::uint64_t at = 0; at < 10000; at = ends.back()) ends.push_back(end_of_round(at, 100000));
  EXPECT_EQ(ends, (std::vector<std::uint64_t>{1, 8, 64, 512, 4608, 8704, 12800}));
}

TEST(rounds, one_ends_where_the_last_tenth_begins) {
  std::vector<std::uint64_t> ends;
  for (std::uint64_t at = 0; at < 10000; at = ends.back()) ends.push_back(end_of_round(at, 10000));
  EXPECT_EQ(ends, (std::vector<std::uint64_t>{1, 8, 64, 512, 4608, 8704, 9000, 12800}));
  EXPECT_EQ(end_of_round(1, 5), 5U);
  EXPECT_EQ(end_of_round(1, 0), 8U);
}

TEST(rounds, every_execution_of_a_round_says_the_same_end) {
  for (std::uint64_t at = 0; at < 10000; ++at) {
    const std::uint64_t end = end_of_round(at, 10000);
    EXPECT_GT(end, at);
    if (end != at + 1) {
      EXPECT_EQ(end, end_of_round(at + 1, 10000)) << at;
    }
  }
}

TEST(pieces, cover_a_round_without_a_gap_and_none_is_too_large) {
  for (const unsigned workers : {1U, 2U, 3U, 8U, 1000U})
    for (const std::uint64_t largest : {1U, 10U, 64U, 2048U}) {
      Range left{512, 4608};
      while (left.first < left.end) {
        const Range piece = piece_of(left, largest, workers);
        ASSERT_EQ(piece.first, left.first);
        ASSERT_GT(piece.end, piece.first);
        ASSERT_LE(piece.size(), largest);
        ASSERT_LE(piece.end, left.end);
        left.first = piece.end;
      }
    }
}

TEST(pieces, all_workers_have_something_to_do_until_near_the_end) {
  EXPECT_EQ(piece_of({512, 4608}, 2048, 2).size(), 1024U);
  EXPECT_EQ(piece_of({4480, 4608}, 2048, 2).size(), 64U);
  EXPECT_EQ(piece_of({4600, 4608}, 2048, 2).size(), 8U);
}

}  // namespace
}  // namespace wedge::supervise
