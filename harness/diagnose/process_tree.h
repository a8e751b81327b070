// Which processes belong to a tree.
#pragma once

#include <cstdint>
#include <vector>

namespace wedge::diagnose {

// The roots that exist and all their descendants, parents before children, roots in the given order.
std::vector<std::int32_t> processes_of_tree(const std::vector<std::int32_t>& roots);

}  // namespace wedge::diagnose
