// What a run of the conformance cases wrote, as data, and whether it agrees with the native runs.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace conformance {

struct Line {
  std::string key;
  std::string value;
  std::vector<std::string> permitted;  // of an unspecified result; empty: the value must be equal

  bool is_one_of() const { return !permitted.empty(); }
};

struct Transcript {
  std::string name;  // of the case
  std::vector<Line> lines;
  bool is_complete = false;
};

std::vector<Transcript> parse_transcripts(std::string_view text);

// The first difference, in words; nothing if `actual` is as good as `expected`. An unspecified result only has to be
// a permitted one.
std::optional<std::string> difference(const Transcript& expected, const Transcript& actual,
                                      std::string_view expected_name, std::string_view actual_name);

// Which permitted values of unspecified results have been seen so far.
class Reached {
 public:
  void add(const Transcript& transcript);

  // The values of this case that were never seen, as "key: value". Each key of a case counts for itself.
  std::vector<std::string> missing(const std::string& name) const;

 private:
  struct Values {
    std::vector<std::string> permitted;
    std::set<std::string> seen;
  };
  // By the position of the line: a case may record one key several times.
  std::map<std::string, std::map<std::pair<std::size_t, std::string>, Values>> cases_;
};

}  // namespace conformance
