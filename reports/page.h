// A page of markdown with limits: what people see at once stays small enough to be read, the whole small enough for the
// services that show it, and whatever is cut is named.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wedge::reports {

inline constexpr std::size_t most_visible_bytes = 20 * 1024;
inline constexpr std::size_t most_file_bytes = 900 * 1024;
inline constexpr std::size_t most_drawn = 40;  // events, nodes or edges of one diagram

struct Limit {
  std::size_t rows;
  std::size_t bytes;
};

// Rows up to a limit; the first one that would break it closes them. A row that is not taken is not even made.
class Rows {
 public:
  explicit Rows(Limit limit) : limit_(limit) {}
  // `row` returns the row. `stands_for`: how many things are missing without it.
  template <typename Row>
  void add(const Row& row, std::size_t stands_for = 1) {
    if (!closed_) {
      const std::string text = row();
      closed_ = rows_ == limit_.rows || text_.size() + text.size() > limit_.bytes;
      if (!closed_) text_ += text;
      if (!closed_) ++rows_;
    }
    if (closed_) cut_ += stands_for;
  }
  bool empty() const { return rows_ == 0 && cut_ == 0; }
  // With a line about what is cut: `line_for_cut` with "{}" for "7 more threads".
  std::string text(std::string_view things,
                   std::string_view line_for_cut = "*... and {} that are left out here*\n") const;

 private:
  Limit limit_;
  std::string text_;
  std::size_t rows_ = 0;
  std::size_t cut_ = 0;
  bool closed_ = false;
};

// The heading of every report: "# deadlock: 2 tasks wait for each other (confidence: proven, fingerprint: `1f2e`)".
std::string verdict_line(std::string_view headline, std::string_view confidence, std::string_view fingerprint);

class Page {
 public:
  // Of the part that is always seen; an empty body adds nothing.
  void add(std::string_view heading, const std::string& body);
  // Folded away behind its title.
  void fold(std::string_view title, const std::string& body);
  // The whole page. A part of it that would break the limits is left out, and a line says so.
  std::string text(std::string_view rest_is_in) const;

 private:
  struct Part {
    std::string title;
    std::string text;
  };
  std::vector<Part> visible_;
  std::vector<Part> folded_;
};

// "3 threads", "1 thread"; "3 more processes".
std::string counted(std::size_t count, std::string_view singular);

}  // namespace wedge::reports
