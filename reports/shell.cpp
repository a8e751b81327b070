// Quotes words.
#include "reports/shell.h"

#include <cctype>

namespace wedge::reports {
namespace {

bool is_plain(const std::string& word) {
  for (char letter : word)
    if (std::isalnum(static_cast<unsigned char>(letter)) == 0 &&
        std::string("_-./:=,+%@^").find(letter) == std::string::npos)
      return false;
  return !word.empty();
}

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) {
    std::string quoted = word;
    for (std::size_t at = quoted.find('\''); at != std::string::npos; at = quoted.find('\'', at + 4))
      quoted.replace(at, 1, "'\\''");
    line += (line.empty() ? "" : " ") + (is_plain(word) ? word : "'" + quoted + "'");
  }
  return line;
}

}  // namespace wedge::reports
