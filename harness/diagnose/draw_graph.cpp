// Draws certain edges wherever they are, and suspicions only where the finding speaks of them.
#include "harness/diagnose/draw_graph.h"

#include <algorithm>
#include <map>
#include <set>

namespace wedge::diagnose {
namespace {

using model::GraphEdge;
using model::GraphNode;
using model::NodeKind;
using model::WaitGraph;

class Drawing {
 public:
  Drawing(const Situation& situation, const Finding& finding) : situation_(situation) {
    std::size_t nodes = 0;
    for (std::size_t thread : finding.knot) admit(thread, nodes);
    for (std::size_t thread : finding.around) admit(thread, nodes);
  }

  WaitGraph draw() {
    for (std::size_t thread : order_) thread_node(thread);
    for (std::size_t thread : order_) draw_waits(thread);
    for (std::size_t i = 0; i < situation_.size(); ++i)
      if (!knot_.contains(i) && waits_for_somebody(i)) draw_waits(i);
    return std::move(graph_);
  }

 private:
  // A thread brings what it waits for with it.
  void admit(std::size_t thread, std::size_t& nodes) {
    const std::size_t more = 1 + std::min<std::size_t>(situation_.picture(thread).targets.size(), most_targets);
    if (knot_.contains(thread) || nodes + more > most_knot_nodes) return;
    nodes += more;
    knot_.insert(thread);
    order_.push_back(thread);
  }

  bool waits_for_somebody(std::size_t thread) const {
    return std::ranges::any_of(situation_.picture(thread).targets,
                               [](const Target& target) { return target.certain && !target.wakers.empty(); });
  }

  std::uint32_t thread_node(std::size_t thread) {
    const auto known = threads_.find(thread);
    if (known != threads_.end()) return known->second;
    GraphNode node;
    node.id = situation_.at(thread).thread->tid;
    node.label = name_for_people(situation_.at(thread));
    node.in_knot = knot_.contains(thread);
    return threads_[thread] = add(std::move(node));
  }

  std::uint32_t target_node(const Target& target, bool in_knot) {
    const auto known = things_.find(target.key);
    if (known != things_.end()) return known->second;
    GraphNode node;
    node.kind = target.whole_process ? NodeKind::process : NodeKind::object;
    node.id = target.whole_process ? std::stoi(target.key.substr(target.key.find(':') + 1))
                                   : static_cast<std::int32_t>(graph_.nodes.size());
    node.label = target.label;
    node.in_knot = in_knot;
    return things_[target.key] = add(std::move(node));
  }

  std::uint32_t add(GraphNode node) {
    graph_.nodes.push_back(std::move(node));
    return static_cast<std::uint32_t>(graph_.nodes.size() - 1);
  }

  void edge(std::uint32_t from, std::uint32_t to, std::string_view label, bool in_knot, bool certain) {
    const auto same = [&](const GraphEdge& known) { return known.from == from && known.to == to; };
    if (std::ranges::any_of(graph_.edges, same)) return;
    graph_.edges.push_back({from, to, std::string(label), in_knot, certain});
  }

  std::uint32_t operation_node(const std::string& label, bool in_knot) {
    const auto known = things_.find(label);
    if (known != things_.end()) return known->second;
    return things_[label] = add({NodeKind::object, static_cast<std::int32_t>(graph_.nodes.size()), label, in_knot});
  }

  // By way of the operations in between.
  void draw_call(std::size_t thread) {
    const WaitPicture& picture = situation_.picture(thread);
    const bool in_knot = knot_.contains(thread);
    for (const model::StreamEdge& link : model::edges_of(*picture.streams, *picture.call)) {
      const std::uint32_t from = link.from.empty() ? thread_node(thread) : operation_node(link.from, in_knot);
      const auto runner = link.to_thread ? situation_.index().thread(*link.to_thread) : std::nullopt;
      if (link.to_thread && !runner) continue;
      edge(from, runner ? thread_node(*runner) : operation_node(link.to, in_knot), link.label, in_knot, link.certain);
    }
  }

  void draw_waits(std::size_t thread) {
    if (situation_.picture(thread).call != nullptr) return draw_call(thread);
    const bool in_knot = knot_.contains(thread);
    const std::uint32_t from = thread_node(thread);
    std::size_t drawn = 0;
    for (const Target& target : situation_.picture(thread).targets) {
      if (drawn++ == most_targets) break;
      if (situation_.at(thread).thread->wait.kind == model::WaitKind::join && target.wakers.size() == 1) {
        const std::size_t joined = target.wakers.front();
        edge(from, thread_node(joined), "waits for the end of", in_knot && knot_.contains(joined), true);
        continue;
      }
      const std::uint32_t thing = target_node(target, in_knot);
      edge(from, thing, "waits for", in_knot, true);
      draw_wakers(target, thing, in_knot);
    }
  }

  void draw_wakers(const Target& target, std::uint32_t thing, bool in_knot) {
    const std::string_view label = target.whole_process ? "consists of" : std::string_view(target.edge_label);
    for (std::size_t waker : target.wakers) {
      const bool both = in_knot && knot_.contains(waker);
      const bool few = target.certain && target.wakers.size() <= most_targets;
      if (both || few) edge(thing, thread_node(waker), label, both, target.certain);
    }
  }

  static constexpr std::size_t most_targets = 4;

  const Situation& situation_;
  WaitGraph graph_;
  std::set<std::size_t> knot_;
  std::vector<std::size_t> order_;
  std::map<std::size_t, std::uint32_t> threads_;
  std::map<std::string, std::uint32_t> things_;
};

}  // namespace

WaitGraph draw_graph(const Situation& situation, const Finding& finding) { return Drawing(situation, finding).draw(); }

}  // namespace wedge::diagnose
