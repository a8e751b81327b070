// Diagrams that markdown viewers draw.
#pragma once

#include <string>
#include <vector>

#include "harness/model/hang.h"

namespace wedge::reports {

struct DrawnNode {
  std::string label;
  bool is_thing = false;  // no thread, task or process
};

struct DrawnEdge {
  std::size_t from = 0, to = 0;
  std::string label;
  bool certain = true;
};

// A flowchart as a block of markdown, and below it a line about what is not drawn; empty without edges.
std::string flowchart(const std::vector<DrawnNode>& nodes, const std::vector<DrawnEdge>& edges);

// The same of the knot in a wait-for graph.
std::string knot(const model::WaitGraph& graph);

struct Participant {
  std::string name;
};

struct Message {
  std::size_t from = 0;
  std::size_t to = 0;  // the same as `from`: something it does by itself
  std::string text;
  bool is_lost = false;  // meant for somebody and received by nobody
  bool is_note = false;
};

// A sequence diagram as a block of markdown. The caller keeps to `most_drawn`.
std::string sequence_diagram(const std::vector<Participant>& participants, const std::vector<Message>& messages);

}  // namespace wedge::reports
