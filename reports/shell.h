// Commands as a shell reads them.
#pragma once

#include <string>
#include <vector>

namespace wedge::reports {

// Words are quoted only where they have to be.
std::string shell_line(const std::vector<std::string>& words);

}  // namespace wedge::reports
