// Flowcharts and sequence diagrams in mermaid's language.
#include "reports/mermaid.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

constexpr std::size_t longest_label = 60;
constexpr std::size_t longest_message = 90;
constexpr std::size_t most_bytes = 2600;

std::string label(std::string_view text, std::size_t most = longest_label) {
  return mermaid(shortened_to(printable(text), most));
}

std::string block(const std::string& text) { return "```mermaid\n" + text + "```\n"; }

std::string node_text(std::size_t index, const DrawnNode& node) {
  const char* open = node.is_thing ? "([" : "[";
  const char* close = node.is_thing ? "])" : "]";
  return fmt::format("  n{}{}\"{}\"{}\n", index, open, label(node.label), close);
}

}  // namespace

// Only nodes that an edge touches are drawn: the others would say nothing.
std::string flowchart(const std::vector<DrawnNode>& nodes, const std::vector<DrawnEdge>& edges) {
  std::string text = "flowchart LR\n";
  std::vector<bool> named(nodes.size());
  std::size_t drawn = 0;
  for (const DrawnEdge& edge : edges) {
    std::string lines;
    for (std::size_t end : {edge.from, edge.to})
      if (!named[end]) lines += node_text(end, nodes[end]);
    const std::string words = edge.label.empty() ? std::string() : fmt::format("|\"{}\"|", label(edge.label));
    lines += fmt::format("  n{} {}{} n{}\n", edge.from, edge.certain ? "-->" : "-.->", words, edge.to);
    if (drawn == most_drawn || text.size() + lines.size() > most_bytes) break;
    named[edge.from] = named[edge.to] = true;
    text += lines;
    ++drawn;
  }
  if (drawn == 0) return {};
  const bool guessed = std::any_of(edges.begin(), edges.begin() + static_cast<std::ptrdiff_t>(drawn),
                                   [](const DrawnEdge& edge) { return !edge.certain; });
  std::string below;
  if (guessed) below += "\nA dotted line is a suspicion.\n";
  if (drawn < edges.size()) below += fmt::format("\n*{} not drawn*\n", counted(edges.size() - drawn, "more edge"));
  return block(text) + below;
}

std::string knot(const model::WaitGraph& graph) {
  std::vector<DrawnNode> nodes;
  for (const model::GraphNode& node : graph.nodes) nodes.push_back({node.label, node.kind == model::NodeKind::object});
  std::vector<DrawnEdge> edges;
  for (const model::GraphEdge& edge : graph.edges)
    if (edge.in_knot && edge.from < nodes.size() && edge.to < nodes.size())
      edges.push_back({edge.from, edge.to, edge.label, edge.certain});
  return flowchart(nodes, edges);
}

std::string sequence_diagram(const std::vector<Participant>& participants, const std::vector<Message>& messages) {
  std::string text = "sequenceDiagram\n  autonumber\n";
  for (std::size_t i = 0; i < participants.size(); ++i)
    text += fmt::format("  participant p{} as {}\n", i, label(participants[i].name));
  for (const Message& message : messages) {
    const std::string words = label(message.text, longest_message);
    if (message.is_note)
      text += fmt::format("  Note over p{}: {}\n", message.from, words);
    else
      text += fmt::format("  p{}{}p{}: {}\n", message.from, message.is_lost ? "--x" : "->>", message.to, words);
  }
  return block(text);
}

}  // namespace wedge::reports
