// What stands folded at the end of a hang report: everything that was seen, for whoever does not believe the rest.
#pragma once

#include <string>

#include "harness/model/hang.h"

namespace wedge::reports {

// Grouped by equality; the frames of the C++ library and of the system are left out.
std::string stacks_section(const model::Hang& hang);
// "4 threads, 3 different stacks".
std::string stacks_title(const model::Hang& hang);
// The same with every frame.
std::string all_frames_section(const model::Hang& hang);
std::string descriptors_section(const model::Hang& hang);
std::string process_tree_section(const model::Hang& hang);
std::string facts_section(const model::Hang& hang);
std::string raw_section(const model::Hang& hang);
std::string dumps_section(const model::Hang& hang);

}  // namespace wedge::reports
