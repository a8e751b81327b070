// Which wedge wrote a file.
#pragma once

namespace wedge::model {

inline constexpr const char* version = WEDGE_VERSION;

}  // namespace wedge::model
