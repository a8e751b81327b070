// Globs select variants, and a name that selects nothing is answered with names that are near.
#include "harness/cli/select.h"

#include <gtest/gtest.h>

#include "harness/supervise/errors.h"

namespace wedge::cli {
namespace {

Listed listed(std::string scenario, std::string variant) {
  Listed result;
  result.scenario = std::move(scenario);
  result.variant = std::move(variant);
  return result;
}

const std::vector<Listed> all{listed("canaries/flusher", "as-found"), listed("canaries/flusher", "fix/under-lock"),
                              listed("canaries/mailbox", "as-found"), listed("queues/ring", "as-found")};

std::vector<std::string> selected(const std::vector<std::string>& globs) {
  std::vector<std::string> names;
  for (const Listed& variant : matching(all, globs)) names.push_back(variant.scenario + ":" + variant.variant);
  return names;
}

std::string error_of(const std::string& glob) {
  try {
    selected({glob});
  } catch (const supervise::EnvironmentError& error) {
    return error.what();
  }
  return "no error";
}

using Names = std::vector<std::string>;

TEST(select, globs) {
  EXPECT_EQ(selected({}).size(), 4U);
  EXPECT_EQ(selected({"*"}).size(), 4U);
  EXPECT_EQ(selected({"canaries/*"}).size(), 3U);
  EXPECT_EQ(selected({"canaries/flusher"}).size(), 2U);
  EXPECT_EQ(selected({"canaries/*:as-found"}), (Names{"canaries/flusher:as-found", "canaries/mailbox:as-found"}));
  EXPECT_EQ(selected({"*:fix/*"}), (Names{"canaries/flusher:fix/under-lock"}));
  EXPECT_EQ(selected({"queues/r?ng", "*/mailbox"}), (Names{"canaries/mailbox:as-found", "queues/ring:as-found"}));
}

TEST(select, a_variant_selected_twice_runs_once) { EXPECT_EQ(selected({"*", "queues/ring"}).size(), 4U); }

TEST(select, near_names_are_suggested) {
  EXPECT_EQ(error_of("canaries/flushr"), "there is no scenario 'canaries/flushr'; did you mean canaries/flusher?");
  EXPECT_NE(error_of("queues/ring:as-fond").find("queues/ring:as-found"), std::string::npos);
  EXPECT_NE(error_of("something/else/entirely").find("'wedge list' shows them"), std::string::npos);
}

TEST(select, a_glob_that_selects_nothing_is_an_error_even_beside_one_that_does) {
  EXPECT_THROW(matching(all, {"*", "nothing/like/it"}), supervise::EnvironmentError);
}

TEST(select, the_nearest_come_first_and_far_ones_not_at_all) {
  EXPECT_EQ(near_names("crach", {"crash", "crush", "trash", "something"}), (Names{"crash", "crush", "trash"}));
  EXPECT_TRUE(near_names("abc", {"xyzuvw"}).empty());
}

}  // namespace
}  // namespace wedge::cli
