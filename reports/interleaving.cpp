// Renders events.
#include "reports/interleaving.h"

#include <algorithm>
#include <map>
#include <span>
#include <tuple>
#include <vector>

#include <string.h>

#include <fmt/format.h>

namespace wedge::reports {
namespace {

using model::EventRecord;
using model::Operation;
using model::Trace;

constexpr std::size_t lines_per_segment = 10;
constexpr std::size_t tail = 1000;
constexpr std::size_t widest_text = 60;

using Events = std::span<const EventRecord>;

bool same_line(const EventRecord& one, const EventRecord& other) {
  return one.task == other.task && one.operation == other.operation && one.object == other.object &&
         one.stack == other.stack && one.note == other.note && one.result == other.result;
}

std::string error_words(std::int32_t error) {
  const char* name = strerrorname_np(error);
  return fmt::format(" ({})", name == nullptr ? std::to_string(error) : std::string(name));
}

// Of a call on descriptors: what it answered, or the error below zero.
std::string call_words(const EventRecord& event) {
  if (event.result < 0) return error_words(-event.result);
  switch (event.operation) {
    case Operation::read:
    case Operation::write:
      return fmt::format(" ({} bytes)", event.result);
    case Operation::accept:
      return fmt::format(" (descriptor {})", event.result);
    case Operation::poll:
      return event.result > 0 ? fmt::format(" ({} ready)", event.result) : std::string();
    default:
      return {};
  }
}

// What came of the operation, where that is worth a word.
std::string result_words(const EventRecord& event) {
  if (event.has_result == 0) return {};
  switch (event.operation) {
    case Operation::load:
    case Operation::exchange:
    case Operation::fetch_op:
      return fmt::format(" (was {})", event.result);
    case Operation::store:
      return fmt::format(" (now {})", event.result);
    case Operation::create:
      return fmt::format(" task {}", event.result);
    case Operation::choose_value:
      return fmt::format(": number {}", event.result);
    case Operation::futex_wake:
    case Operation::futex_requeue:
      return event.result == 0 ? " (nobody)" : fmt::format(" ({} task{})", event.result, event.result == 1 ? "" : "s");
    case Operation::read:
    case Operation::write:
    case Operation::accept:
    case Operation::connect:
    case Operation::poll:
      return call_words(event);
    default:
      return event.result > 0 ? error_words(event.result) : std::string();
  }
}

bool moves_the_clock(Operation operation) {
  return operation == Operation::early_timeout || operation == Operation::idle_timeout;
}

std::string did(const Trace& trace, const Words& words, const EventRecord& event) {
  if (moves_the_clock(event.operation))
    return fmt::format("{}: {:.3f} s", words.action(event.operation, 0), static_cast<double>(event.virtual_ns) / 1e9);
  if (event.operation == Operation::note && event.note >= 1 && event.note <= trace.notes.size())
    return fmt::format("notes: {}", trace.notes[event.note - 1]);
  return words.action(event.operation, event.object) + result_words(event);
}

std::string who(const EventRecord& event) {
  return event.task == model::no_task ? std::string("clock") : std::to_string(event.task);
}

struct Line {
  std::string step;
  std::string task;
  std::string text;
  std::string place;
};

Line line_of(const Trace& trace, const Words& words, const EventRecord& event, bool first, std::size_t times) {
  std::string text = did(trace, words, event);
  if (times > 1) text += fmt::format(", {} times", times);
  return {std::to_string(event.step), first ? who(event) : std::string(), std::move(text), words.place(event.stack)};
}

// A long stretch shows its start and its end.
void shorten(std::vector<Line>& lines) {
  if (lines.size() <= lines_per_segment) return;
  constexpr std::ptrdiff_t kept_at_start = 3;
  const std::size_t hidden = lines.size() - lines_per_segment + 1;
  const auto from = lines.begin() + kept_at_start;
  lines.erase(from, from + static_cast<std::ptrdiff_t>(hidden));
  lines.insert(lines.begin() + kept_at_start, {"...", "", fmt::format("{} more lines of the same task", hidden), ""});
}

std::vector<Line> lines_of(const Trace& trace, const Words& words, Events segment) {
  std::vector<Line> lines;
  for (std::size_t i = 0; i < segment.size();) {
    std::size_t end = i + 1;
    while (end < segment.size() && same_line(segment[i], segment[end])) ++end;
    lines.push_back(line_of(trace, words, segment[i], i == 0, end - i));
    i = end;
  }
  shorten(lines);
  return lines;
}

std::string table(const std::vector<Line>& lines) {
  std::size_t width = 0;
  for (const Line& line : lines) width = std::max(width, std::min(line.text.size(), widest_text));
  std::string text = fmt::format("  {:>6}  {:<5} {:<{}}  {}\n", "step", "task", "what it does", width, "where");
  for (const Line& line : lines) {
    std::string row = fmt::format("  {:>6}  {:<5} {:<{}}  {}", line.step, line.task, line.text, width, line.place);
    row.erase(row.find_last_not_of(' ') + 1);
    text += row + "\n";
  }
  return text;
}

bool only_goes_on(const EventRecord& event) {
  return event.operation == Operation::none || event.operation == Operation::proceed;
}

// That a task goes on after a point tells nothing, unless it went straight into its failure.
std::vector<EventRecord> telling_events(const Trace& trace) {
  std::vector<EventRecord> events;
  for (const EventRecord& event : trace.events) {
    const bool last = &event == &trace.events.back() && is_about_one_place(trace.outcome);
    if (last || !only_goes_on(event)) events.push_back(event);
  }
  return events;
}

std::vector<Events> segments_of(Events events) {
  std::vector<Events> result;
  for (std::size_t i = 0; i < events.size();) {
    std::size_t end = i + 1;
    while (end < events.size() && events[end].task == events[i].task) ++end;
    result.push_back(events.subspan(i, end - i));
    i = end;
  }
  return result;
}

}  // namespace

std::string interleaving(const Trace& trace, const Words& words, std::size_t segments) {
  const std::vector<EventRecord> events = telling_events(trace);
  const std::vector<Events> all = segments_of(events);
  if (all.empty()) return {};
  const std::size_t shown = std::min(all.size(), segments);
  std::string text = fmt::format("How it came to this: {} steps", trace.steps);
  text += shown < all.size() ? fmt::format(", the last {} stretches of one task\n", shown) : "\n";
  std::vector<Line> lines;
  for (Events segment : std::span(all).last(shown))
    for (Line& line : lines_of(trace, words, segment)) lines.push_back(std::move(line));
  return text + table(lines);
}

std::vector<Happening> happenings(const Trace& trace, const Words& words) {
  std::vector<Happening> result;
  for (const EventRecord& event : telling_events(trace)) {
    if (!result.empty() && same_line(result.back().event, event))
      ++result.back().times;
    else
      result.push_back({event, did(trace, words, event), 1});
  }
  for (Happening& happening : result)
    if (happening.times > 1) happening.text += fmt::format(", {} times", happening.times);
  return result;
}

namespace {

constexpr std::size_t longest_round = 32;

bool same_point(const EventRecord* one, const EventRecord* other) {
  return one->operation == other->operation && one->object == other->object && one->stack == other->stack;
}

// How many events from the end on come again and again, at least twice; 0: none do.
std::size_t length_of_round(std::span<const EventRecord* const> events) {
  for (std::size_t length = 1; length <= std::min(longest_round, events.size() / 2); ++length) {
    const auto last = events.last(length);
    if (std::ranges::equal(last, events.last(2 * length).first(length), same_point)) return length;
  }
  return 0;
}

std::size_t rounds_in(std::span<const EventRecord* const> events, std::size_t length) {
  std::size_t rounds = 1;
  while ((rounds + 1) * length <= events.size() &&
         std::ranges::equal(events.last(length), events.last((rounds + 1) * length).first(length), same_point))
    ++rounds;
  return rounds;
}

std::string round_text(const Trace& trace, const Words& words, std::span<const EventRecord* const> events,
                       std::size_t length) {
  std::string text;
  for (const EventRecord* event : events.last(length))
    text += text.empty()
                ? fmt::format("  {:>5} times  {}\n", rounds_in(events, length), event_words(trace, words, *event))
                : fmt::format("               then {}{}\n", did(trace, words, *event), words.at(event->stack));
  return text;
}

// Each point with how often it occurs, where they have no order.
std::string counts_text(const Trace& trace, const Words& words, std::span<const EventRecord* const> events) {
  using Point = std::tuple<Operation, std::uint32_t, std::uint32_t>;
  std::map<Point, std::pair<std::size_t, const EventRecord*>> counts;
  for (const EventRecord* event : events) {
    auto& [count, example] = counts[{event->operation, event->object, event->stack}];
    ++count;
    example = event;
  }
  std::string text;
  for (const auto& [point, entry] : counts)
    if (entry.first >= 2)
      text += fmt::format("  {:>5} times  {}\n", entry.first, event_words(trace, words, *entry.second));
  return text;
}

}  // namespace

std::string repeating_points(const Trace& trace, const Words& words) {
  std::map<std::uint16_t, std::vector<const EventRecord*>> by_task;
  const Events last = Events(trace.events).last(std::min(tail, trace.events.size()));
  const bool is_proved = trace.round_since != model::no_round;
  for (const EventRecord& event : last)
    if (!only_goes_on(event) && (!is_proved || event.step >= trace.round_since)) by_task[event.task].push_back(&event);
  std::string text;
  for (const auto& [task, events] : by_task) {
    const std::size_t length = length_of_round(events);
    text += length > 0 ? round_text(trace, words, events, length) : counts_text(trace, words, events);
  }
  if (text.empty()) return text;
  return (is_proved ? fmt::format("What repeats, without end, since step {}\n", trace.round_since)
                    : fmt::format("What repeats in the last {} events\n", last.size())) +
         text;
}

std::string event_words(const Trace& trace, const Words& words, const EventRecord& event) {
  const std::string task = event.task == model::no_task ? "the clock" : words.task(event.task);
  return fmt::format("{} {}{}", task, did(trace, words, event), words.at(event.stack));
}

}  // namespace wedge::reports
