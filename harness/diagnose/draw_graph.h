// The wait-for graph as reports show it.
#pragma once

#include "harness/diagnose/finding.h"
#include "harness/diagnose/situation.h"
#include "harness/model/hang.h"

namespace wedge::diagnose {

// The finding's threads with what they wait for come first and are the knot, at most `most_knot_nodes` nodes of it;
// then every other thread that waits for somebody in person.
inline constexpr std::size_t most_knot_nodes = 20;
model::WaitGraph draw_graph(const Situation& situation, const Finding& finding);

}  // namespace wedge::diagnose
