// result.json can be read back, and other files are refused.
#include "harness/model/result.h"

#include <stdexcept>

#include <gtest/gtest.h>

namespace wedge::model {
namespace {

RunResult sample() {
  FindingResult finding{Outcome::deadlock,
                        "0123456789abcdef",
                        35,
                        12,
                        "2 tasks wait for each other",
                        "/src/a.cpp:5",
                        "traces/a-deadlock-01234567.trace.json",
                        "",
                        "reports/a-deadlock-01234567.md",
                        "3 of 3"};
  VariantResult failed{"./a", "", "", "", "", Outcome::pass, "", Outcome::deadlock, false, 36, 35, 1, {finding}};
  VariantResult passed{"b",  "b",   "fixed",      "a title", "a source", Outcome::pass, "", Outcome::pass,
                       true, 10000, std::nullopt, 0,         {}};
  passed.left_out = "it needs virtual time";
  return {"0.1.0", 1, "random", 0, "fiber", "controlled", "", true, {failed, passed}};
}

TEST(result, round_trip) { EXPECT_EQ(read_result(write_result(sample())), sample()); }

TEST(result, first_failure_of_a_passing_variant_is_null) {
  EXPECT_NE(write_result(sample()).find("\"first_failure\": null"), std::string::npos);
}

TEST(result, other_files_are_refused) {
  EXPECT_THROW(read_result("{}"), std::runtime_error);
  EXPECT_THROW(read_result("no json"), std::runtime_error);
  EXPECT_THROW(read_result(R"({"schema": "wedge-result/2"})"), std::runtime_error);
}

}  // namespace
}  // namespace wedge::model
