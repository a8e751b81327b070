// Durations as people write them, and as they should not.
#include "harness/cli/duration.h"

#include <gtest/gtest.h>

namespace wedge::cli {
namespace {

using namespace std::chrono_literals;

TEST(duration, a_number_and_a_unit) {
  EXPECT_EQ(read_duration("60s"), 60s);
  EXPECT_EQ(read_duration("2m"), 2min);
  EXPECT_EQ(read_duration("500ms"), 500ms);
  EXPECT_EQ(read_duration("1h"), 1h);
  EXPECT_EQ(read_duration("1.5m"), 90s);
  EXPECT_EQ(read_duration("7"), 7s);
  EXPECT_EQ(read_duration("0"), 0s);
}

TEST(duration, a_little_is_not_nothing) { EXPECT_EQ(read_duration("0.0001s"), 1ms); }

TEST(duration, anything_else_is_refused) {
  for (const char* text : {"", "s", "5x", "-1", "1 s", "1s ", "nan", "inf", "1e3", "0x10", "1sm", "9999999h", "+1"})
    EXPECT_FALSE(read_duration(text).has_value()) << text;
}

}  // namespace
}  // namespace wedge::cli
