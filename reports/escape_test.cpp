// No text from a program can break out of the format that it is put into.
#include "reports/escape.h"

#include <gtest/gtest.h>

namespace wedge::reports {
namespace {

TEST(escape, what_cannot_be_seen_becomes_visible) {
  EXPECT_EQ(printable("a\nb\t\x1b[31m"), "a\\nb\\t\\x1b[31m");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\x00");
  EXPECT_EQ(printable("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9b"), "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x90\x9b");
  // NOLINTNEXTLINE(misc-misleading-bidirectional): that it becomes visible is the point
  EXPECT_EQ(printable("a\xe2\x80\xae"
                      "b"),
            "a\\u202eb");                                                     // turns the rest of the line around
  EXPECT_EQ(printable("\xff\xc3("), "\\xff\\xc3(");                           // no UTF-8
  EXPECT_EQ(printable("\xc0\xaf\xed\xa0\x80"), "\\xc0\\xaf\\xed\\xa0\\x80");  // too long; half of a pair
  EXPECT_EQ(printable_lines("a\n\tb\x07"), "a\n\tb\\x07");
}

TEST(escape, texts_are_cut_between_characters) {
  EXPECT_EQ(shortened_to("short", 5), "short");
  EXPECT_EQ(shortened_to("too long", 6), "too...");
  EXPECT_EQ(shortened_to("ab\xe2\x82\xac"
                         "def",
                         7),
            "ab...");
}

TEST(escape, markdown) {
  EXPECT_EQ(markdown("std::vector<int> *p & `q` [x](y) a|b"),
            "std::vector&lt;int&gt; \\*p &amp; \\`q\\` \\[x\\](y) a\\|b");
  EXPECT_EQ(markdown("not_empty _x_ __y"), "not_empty \\_x\\_ \\_\\_y");
  EXPECT_EQ(markdown("</details>"), "&lt;/details&gt;");
  EXPECT_EQ(markdown("@somebody #12"), "&#64;somebody &#35;12");
  EXPECT_EQ(markdown("one\n# two"), "one\\\\n&#35; two");
  EXPECT_EQ(markdown("- a"), "\\- a");
  EXPECT_EQ(markdown("12. a"), "12\\. a");
  EXPECT_EQ(markdown("12 tasks"), "12 tasks");
}

TEST(escape, code) {
  EXPECT_EQ(code("a*b"), "`a*b`");
  EXPECT_EQ(code("a`b``c"), "```a`b``c```");
  EXPECT_EQ(code("`a"), "`` `a ``");
  EXPECT_EQ(code(""), "");
  EXPECT_EQ(code("a\nb"), "`a\\nb`");
  EXPECT_EQ(code_in_cell("a||b"), "`a\\|\\|b`");
  EXPECT_EQ(code_block("a\n```\nb\n"), "````\na\n```\nb\n````\n");
}

TEST(escape, html_and_xml) {
  EXPECT_EQ(html("<b a=\"c\"> &"), "&lt;b a=&quot;c&quot;&gt; &amp;");
  EXPECT_EQ(xml("]]>\x01<a>"), "]]&gt;\\x01&lt;a&gt;");
  EXPECT_EQ(xml("a\nb"), "a\nb");
  EXPECT_EQ(xml("\xef\xbf\xbe"), "\\ufffe");
}

TEST(escape, mermaid) {
  EXPECT_EQ(mermaid("mutex m[1] 'a'"), "mutex m[1] 'a'");
  EXPECT_EQ(mermaid("a\"b;c#d<e>&`%%{init}%%"), "a#34;b#59;c#35;d#60;e#62;#38;#96;#37;#37;#123;init#125;#37;#37;");
  EXPECT_EQ(mermaid("a\nb"), "a#92;nb");
}

}  // namespace
}  // namespace wedge::reports
