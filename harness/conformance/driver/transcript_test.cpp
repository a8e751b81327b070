// Tests that transcripts are read as written, and that each way of being different is noticed and named.
#include "harness/conformance/driver/transcript.h"

#include <gtest/gtest.h>

namespace conformance {
namespace {

Transcript only(std::string_view text) {
  const auto transcripts = parse_transcripts(text);
  EXPECT_EQ(transcripts.size(), 1U);
  return transcripts.empty() ? Transcript{} : transcripts.front();
}

std::string difference_of(std::string_view native, std::string_view controlled) {
  return difference(only(native), only(controlled), "native", "controlled").value_or("none");
}

TEST(transcript, lines_are_read_as_written) {
  const Transcript transcript = only("== f/case\nkey=a=b of c\nwho~a,b of a,b|b,a\n== end\n");
  EXPECT_EQ(transcript.name, "f/case");
  EXPECT_TRUE(transcript.is_complete);
  ASSERT_EQ(transcript.lines.size(), 2U);
  EXPECT_EQ(transcript.lines[0].value, "a=b of c");
  EXPECT_FALSE(transcript.lines[0].is_one_of());
  EXPECT_EQ(transcript.lines[1].value, "a,b");
  EXPECT_EQ(transcript.lines[1].permitted, (std::vector<std::string>{"a,b", "b,a"}));
}

TEST(transcript, text_between_transcripts_is_ignored) {
  const auto transcripts = parse_transcripts("noise\n== a\n== end\nnoise=1\n== b\nkey=1\n== end\n");
  ASSERT_EQ(transcripts.size(), 2U);
  EXPECT_TRUE(transcripts[0].lines.empty());
  EXPECT_EQ(transcripts[1].lines.size(), 1U);
}

TEST(transcript, equal_ones_do_not_differ) {
  EXPECT_EQ(difference_of("== a\nk=1\nw~x of x|y\n== end\n", "== a\nk=1\nw~y of x|y\n== end\n"), "none");
}

TEST(transcript, another_value_differs) {
  EXPECT_EQ(difference_of("== a\nk=EBUSY\n== end\n", "== a\nk=0\n== end\n"), "'k': native 'EBUSY', controlled '0'");
}

TEST(transcript, value_outside_the_set_differs) {
  EXPECT_EQ(difference_of("== a\nw~x of x|y\n== end\n", "== a\nw~z of x|y\n== end\n"),
            "'w': controlled 'z', which is not permitted");
}

TEST(transcript, missing_and_additional_lines_differ) {
  EXPECT_EQ(difference_of("== a\nk=1\nl=2\n== end\n", "== a\nk=1\n== end\n"), "'l' was not recorded by controlled");
  EXPECT_EQ(difference_of("== a\nk=1\n== end\n", "== a\nk=1\nl=2\n== end\n"), "'l' was recorded by controlled only");
  EXPECT_EQ(difference_of("== a\nk=1\n== end\n", "== a\nm=1\n== end\n"), "'m' was recorded by controlled only");
}

TEST(transcript, unfinished_one_differs) {
  EXPECT_EQ(difference_of("== a\nk=1\n== end\n", "== a\nk=1\n"), "controlled stopped before the end of the case");
}

TEST(reached, values_never_seen_are_missing) {
  Reached reached;
  reached.add(only("== a\nw~x of x|y|z\n== end\n"));
  reached.add(only("== a\nw~z of x|y|z\n== end\n"));
  EXPECT_EQ(reached.missing("a"), std::vector<std::string>{"w: y"});
  EXPECT_TRUE(reached.missing("another").empty());
}

TEST(reached, a_repeated_key_counts_by_its_place) {
  Reached reached;
  reached.add(only("== a\nw~x of x|y\nw~y of x|y\n== end\n"));
  EXPECT_EQ(reached.missing("a"), (std::vector<std::string>{"w: y", "w: x"}));
}

}  // namespace
}  // namespace conformance
