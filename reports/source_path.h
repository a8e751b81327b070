// Places of source files as services want them: relative to the checkout.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wedge::reports {

struct SourceLine {
  std::string file;
  std::uint32_t line = 0;
};

// Of "/home/me/a.cpp:12"; empty if it is none.
SourceLine source_line(std::string_view place);

// "src/a.cpp" of "/checkout/src/a.cpp" in "/checkout"; nothing if the file does not lie there.
std::optional<std::string> relative_to(std::string_view root, std::string_view file);

// As part of a URI: everything but letters, digits and "-._~/" in %XX.
std::string uri_path(std::string_view path);

}  // namespace wedge::reports
