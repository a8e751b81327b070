// Draws tasks: flowcharts, sequence diagrams, columns.
#include "reports/pictures.h"

#include <algorithm>
#include <map>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/interleaving.h"
#include "reports/mermaid.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::EventRecord;
using model::ObjectKind;
using model::Operation;
using model::TaskRecord;
using model::TaskState;
using model::Trace;

constexpr std::size_t most_columns = 6;
constexpr std::size_t widest_column = 34;
constexpr std::size_t widest_row = 116;
constexpr std::size_t most_bytes = 7500;  // of both pictures of one interleaving
constexpr std::size_t most_diagram_bytes = 3300;

class Graph {
 public:
  Graph(const Trace& trace, const Words& words) : trace_(trace), words_(words) {}

  std::string draw() {
    for (const TaskRecord& task : trace_.tasks)
      if (task.state == TaskState::blocked && is_shown(task)) add(task);
    return flowchart(nodes_, edges_);
  }

 private:
  bool is_shown(const TaskRecord& task) const {
    return trace_.cycle.empty() || std::ranges::find(trace_.cycle, task.id) != trace_.cycle.end();
  }

  // The wait of the thread in the call, and what streams do meanwhile, are one wait each: the rest is how a device is
  // simulated.
  bool stands_for_stream(const TaskRecord& task) const {
    if (!trace_.streams) return false;
    for (const model::Stream& stream : trace_.streams->streams) {
      const auto runs_there = [&](const model::StreamOperation& operation) {
        return operation.runs_on == task.id && operation.state == StreamState::started;
      };
      if (stream.task == task.id) return std::ranges::none_of(stream.operations, runs_there);
    }
    return false;
  }

  bool add_call(const TaskRecord& task) {
    if (!trace_.streams) return false;
    const auto call = std::ranges::find(trace_.streams->calls, task.id, &model::StreamCall::thread);
    if (call == trace_.streams->calls.end()) return false;
    const auto edges = edges_of(*trace_.streams, *call);
    for (const model::StreamEdge& edge : edges) {
      const std::size_t from = edge.from.empty() ? node(words_.task(task.id), false) : node(edge.from, true);
      const std::size_t to =
          edge.to_thread ? node(words_.task(static_cast<std::uint32_t>(*edge.to_thread)), false) : node(edge.to, true);
      const auto known = [&](const DrawnEdge& other) { return other.from == from && other.to == to; };
      if (std::ranges::none_of(edges_, known)) edges_.push_back({from, to, edge.label, edge.certain});
    }
    return !edges.empty();
  }

  void add(const TaskRecord& task) {
    if (add_call(task) || stands_for_stream(task)) return;
    const model::Object* object = model::object_of(trace_, task.object);
    if (object == nullptr || object->record.kind == ObjectKind::clock) return;
    const std::size_t from = node(words_.task(task.id), false);
    if (object->record.kind == ObjectKind::task) {
      edges_.push_back({from, node(words_.task(object->record.owner), false), "waits for its end"});
      return;
    }
    const std::size_t thing = node(words_.object(task.object), true);
    edges_.push_back({from, thing, fmt::format("waits: {}", model::name_of(task.operation))});
    for (std::uint16_t holder : holders(object->record)) {
      const DrawnEdge edge{thing, node(words_.task(holder), false), "held by"};
      const auto known = [&](const DrawnEdge& other) { return other.from == edge.from && other.to == edge.to; };
      if (std::ranges::none_of(edges_, known)) edges_.push_back(edge);
    }
  }

  static std::vector<std::uint16_t> holders(const model::ObjectRecord& record) {
    if (record.owner != model::no_task) return {record.owner};
    return {record.holder, record.holder + std::min<std::size_t>(record.holders, std::size(record.holder))};
  }

  std::size_t node(const std::string& label, bool is_thing) {
    const auto [entry, is_new] = known_.try_emplace(label, nodes_.size());
    if (is_new) nodes_.push_back({label, is_thing});
    return entry->second;
  }

  const Trace& trace_;
  const Words& words_;
  std::map<std::string, std::size_t> known_;
  std::vector<DrawnNode> nodes_;
  std::vector<DrawnEdge> edges_;
};

// Who takes part, in the order of their numbers; the clock last.
std::vector<std::uint16_t> tasks_in(std::span<const Happening> shown) {
  std::vector<std::uint16_t> tasks;
  for (const Happening& happening : shown) tasks.push_back(happening.event.task);
  std::ranges::sort(tasks);
  tasks.erase(std::unique(tasks.begin(), tasks.end()), tasks.end());
  return tasks;
}

std::string name_of_task(const Words& words, std::uint16_t task) {
  return task == model::no_task ? "the clock" : words.task(task);
}

bool wakes_somebody(Operation operation) { return operation == Operation::signal || operation == Operation::broadcast; }

// The log does not say whom a signal reached; but of the last one of each object that is known.
bool reached_nobody(const Trace& trace, const EventRecord& event) {
  const model::Object* object = model::object_of(trace, event.object);
  return object != nullptr && wakes_somebody(event.operation) && object->record.last_signal_step == event.step &&
         object->record.last_signaller == event.task && object->record.last_woken == model::no_task;
}

std::vector<Message> messages_of(const Trace& trace, const Words& words, std::span<const Happening> shown,
                                 const std::vector<std::uint16_t>& tasks) {
  const auto index = [&](std::int64_t task) {
    return static_cast<std::size_t>(std::ranges::find(tasks, task) - tasks.begin());
  };
  std::vector<Message> messages;
  for (const Happening& happening : shown) {
    const EventRecord& event = happening.event;
    Message message{index(event.task), index(event.task), happening.text};
    const bool creates = event.operation == Operation::create && event.has_result != 0;
    if (creates && index(event.result) < tasks.size()) message.to = index(event.result);
    message.is_lost = reached_nobody(trace, event);
    if (message.is_lost) message.text += ", nobody waits";
    const std::string line = words.line(event.stack);
    if (!line.empty()) message.text = fmt::format("{}: {}", line, message.text);
    messages.push_back(std::move(message));
  }
  return messages;
}

// How it ends for whoever broke it, or for all that wait.
void add_ends(const Trace& trace, const Words& words, const std::vector<std::uint16_t>& tasks,
              std::vector<Message>& messages) {
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const TaskRecord* task = model::task_of(trace, tasks[i]);
    if (task == nullptr) continue;
    Message note{.from = i, .to = i, .text = {}, .is_lost = false, .is_note = true};
    if (task->id == trace.task && is_about_one_place(trace.outcome))
      note.text = std::string(name_of(trace.outcome));
    else if (task->state == TaskState::blocked && !is_about_one_place(trace.outcome))
      note.text = fmt::format("waits for ever: {} {}", model::name_of(task->operation), words.object(task->object));
    else
      continue;
    messages.push_back(std::move(note));
  }
}

std::string diagram(const Trace& trace, const Words& words, std::span<const Happening> shown,
                    const std::vector<std::uint16_t>& tasks) {
  std::vector<Participant> participants;
  for (std::uint16_t task : tasks) participants.push_back({name_of_task(words, task)});
  std::vector<Message> messages = messages_of(trace, words, shown, tasks);
  add_ends(trace, words, tasks, messages);
  return sequence_diagram(participants, messages);
}

std::vector<std::string> wrapped(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (text.size() > width) {
    std::size_t end = text.rfind(' ', width);
    if (end == std::string_view::npos || end == 0) end = shortened_to(text, width + 3).size() - 3;
    if (end == 0) end = width;
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), text[end] == ' ' ? end + 1 : end));
  }
  lines.emplace_back(text);
  return lines;
}

std::string trimmed(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

// One row per thing that happened, each in the column of its task.
std::string columns(const Words& words, std::span<const Happening> shown, const std::vector<std::uint16_t>& tasks,
                    std::size_t most) {
  std::size_t width = 12;
  for (const Happening& happening : shown) width = std::max(width, happening.text.size());
  width = std::min({width, widest_column, widest_row / tasks.size()});
  std::string heading = "   #   step  ";
  for (std::uint16_t task : tasks)
    heading += fmt::format("{:<{}}  ", shortened_to(printable(name_of_task(words, task)), width), width);
  Rows rows({most_drawn, most});
  for (std::size_t number = 0; number < shown.size(); ++number)
    rows.add([&] {
      const Happening& happening = shown[number];
      const auto column = static_cast<std::size_t>(std::ranges::find(tasks, happening.event.task) - tasks.begin());
      const std::string indent(column * (width + 2), ' ');
      const std::string behind((tasks.size() - column - 1) * (width + 2), ' ');
      std::string text;
      for (const std::string& line : wrapped(printable(happening.text), width)) {
        const std::string start =
            text.empty() ? fmt::format("{:>4} {:>6}", number + 1, happening.event.step) : std::string(11, ' ');
        const std::string where = text.empty() ? words.line(happening.event.stack) : std::string();
        text += trimmed(fmt::format("{}  {}{:<{}}  {}{}", start, indent, line, width, behind, where));
      }
      return text;
    });
  return code_block(trimmed(heading + "where") + rows.text("row", "... and {}\n"));
}

}  // namespace

std::string wait_graph(const Trace& trace, const Words& words) { return Graph(trace, words).draw(); }

std::string interleaving_pictures(const Trace& trace, const Words& words) {
  const std::vector<Happening> all = happenings(trace, words);
  if (all.empty()) return {};
  std::span<const Happening> shown = std::span(all).last(std::min(all.size(), most_drawn));
  std::string picture;
  // Fewer of them when their texts are long.
  for (; !shown.empty(); shown = shown.last(shown.size() - std::max<std::size_t>(shown.size() / 8, 1))) {
    picture = diagram(trace, words, shown, tasks_in(shown));
    if (picture.size() <= most_diagram_bytes) break;
  }
  if (shown.empty()) return {};
  const std::vector<std::uint16_t> tasks = tasks_in(shown);
  std::string text;
  if (shown.size() < all.size())
    text = fmt::format("The last {} of {} things that happened; the trace has them all.\n\n", shown.size(), all.size());
  text += picture;
  return tasks.size() <= most_columns ? text + "\n" + columns(words, shown, tasks, most_bytes - picture.size()) : text;
}

}  // namespace wedge::reports
