// Takes places of source files apart.
#include "reports/source_path.h"

#include <cctype>
#include <charconv>
#include <filesystem>

#include <fmt/format.h>

namespace wedge::reports {

SourceLine source_line(std::string_view place) {
  const std::size_t colon = place.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return {};
  SourceLine result;
  const std::string_view number = place.substr(colon + 1);
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), result.line);
  if (error != std::errc() || end != number.data() + number.size()) return {};
  result.file = place.substr(0, colon);
  return result;
}

std::optional<std::string> relative_to(std::string_view root, std::string_view file) {
  const std::string whole = std::filesystem::path(file).lexically_normal().string();
  if (!whole.starts_with('/')) return whole.starts_with("..") ? std::nullopt : std::optional(whole);
  std::string folder = std::filesystem::path(root).lexically_normal().string();
  if (folder.empty()) return std::nullopt;
  if (!folder.ends_with('/')) folder += '/';
  if (!whole.starts_with(folder) || whole.size() == folder.size()) return std::nullopt;
  return whole.substr(folder.size());
}

std::string uri_path(std::string_view path) {
  std::string result;
  for (char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain =
        (byte < 0x80 && std::isalnum(byte) != 0) || std::string_view("-._~/").find(letter) != std::string_view::npos;
    result += plain ? std::string(1, letter) : fmt::format("%{:02X}", byte);
  }
  return result;
}

}  // namespace wedge::reports
