// Keeps pages of markdown within their limits.
#include "reports/page.h"

#include <algorithm>

#include <fmt/format.h>

#include "reports/escape.h"

namespace wedge::reports {
namespace {

constexpr std::size_t longest_headline = 300;

}  // namespace

std::string Rows::text(std::string_view things, std::string_view line_for_cut) const {
  if (cut_ == 0) return text_;
  return text_ + fmt::format(fmt::runtime(line_for_cut), counted(cut_, fmt::format("more {}", things)));
}

std::string verdict_line(std::string_view headline, std::string_view confidence, std::string_view fingerprint) {
  return fmt::format("# {} (confidence: {}, fingerprint: {})\n", markdown(shortened_to(headline, longest_headline)),
                     confidence, fingerprint.empty() ? "none" : code(shortened_to(fingerprint, 32)));
}

void Page::add(std::string_view heading, const std::string& body) {
  if (body.empty()) return;
  const std::string title = heading.empty() ? std::string() : fmt::format("## {}\n\n", heading);
  visible_.push_back({std::string(heading), title + body + "\n"});
}

void Page::fold(std::string_view title, const std::string& body) {
  if (body.empty()) return;
  std::string_view inside = body;
  while (inside.ends_with('\n')) inside.remove_suffix(1);
  std::string text = fmt::format("<details>\n<summary>{}</summary>\n\n{}\n\n</details>\n\n", html(title), inside);
  folded_.push_back({std::string(title), std::move(text)});
}

// The writers keep to limits of their own, smaller than these; this is the last guard.
std::string Page::text(std::string_view rest_is_in) const {
  constexpr std::size_t kept_for_notes = 512;
  std::string page;
  std::string left_out;
  const auto put = [&](const Part& part, std::size_t limit) {
    if (page.size() + part.text.size() + kept_for_notes <= limit)
      page += part.text;
    else
      left_out += (left_out.empty() ? "" : ", ") + part.title;
  };
  for (const Part& part : visible_) put(part, most_visible_bytes);
  for (const Part& part : folded_) put(part, most_file_bytes);
  if (!left_out.empty())
    page += fmt::format("*Left out here because it is too large: {}. It is in {}.*\n\n",
                        shortened_to(left_out, kept_for_notes / 2), rest_is_in);
  while (page.ends_with("\n\n")) page.pop_back();
  return page;
}

std::string counted(std::size_t count, std::string_view singular) {
  if (count == 1) return fmt::format("1 {}", singular);
  const bool takes_es = singular.ends_with("ss") || singular.ends_with("ch");
  return fmt::format("{} {}{}", count, singular, takes_es ? "es" : "s");
}

}  // namespace wedge::reports
