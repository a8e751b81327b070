// Renders streams: who waits for which, and a row for each operation that is worth one.
#include "reports/streams.h"

#include <fmt/format.h>

#include "reports/escape.h"
#include "reports/page.h"

namespace wedge::reports {
namespace {

using model::Awaited;
using model::Stream;
using model::StreamOperation;
using model::Streams;

constexpr std::size_t shown_operations = 6;  // of each stream, the last
constexpr std::size_t longest_line = 400;
constexpr std::size_t longest_cell = 100;
constexpr Limit lines_limit{8, 1500};
constexpr Limit table_limit{24, 2500};
constexpr Limit text_limit{200, 16 * 1024};

std::string name_of_stream(const Streams& streams, std::uint32_t number) {
  const Stream* stream = model::stream_in(streams, number);
  return stream == nullptr ? fmt::format("stream {}", number) : model::name_of(*stream);
}

std::string after_words(const Streams& streams, const StreamOperation& operation) {
  std::string text;
  for (const Awaited& awaited : operation.after) {
    const StreamOperation* other = model::operation_in(streams, awaited);
    if (other != nullptr && other->state == StreamState::completed) continue;
    const std::string event = awaited.event == 0 ? "" : fmt::format("event {}, that is ", awaited.event);
    text += fmt::format("{}{}operation {} of {}", text.empty() ? "" : "; ", event, awaited.number,
                        name_of_stream(streams, awaited.stream));
  }
  return text;
}

std::string state_cell(const Streams& streams, const StreamOperation& operation, const NameOfThread& name_of_thread) {
  std::string text = state_words(streams, operation);
  if (text.starts_with("which ")) text.erase(0, 6);
  if (operation.runs_on && operation.state == StreamState::started)
    text += ", on " + name_of_thread(*operation.runs_on);
  return text;
}

// The last ones, and before them the first that is not known to have completed: the others all wait for that.
std::vector<const StreamOperation*> worth_showing(const Stream& stream) {
  std::vector<const StreamOperation*> shown;
  const std::size_t count = stream.operations.size();
  const std::size_t first = count > shown_operations ? count - shown_operations : 0;
  for (std::size_t i = 0; i < first && shown.empty(); ++i)
    if (stream.operations[i].state != StreamState::completed) shown.push_back(&stream.operations[i]);
  for (std::size_t i = first; i < count; ++i) shown.push_back(&stream.operations[i]);
  return shown;
}

std::string stream_cell(const Stream& stream) {
  std::string text = model::name_of(stream);
  if (stream.number != 0 && !stream.blocking) text += " (non-blocking)";
  return stream.destroyed ? text + " (destroyed)" : text;
}

std::string line_for(const Streams& streams, const model::StreamCall& call, const NameOfThread& name_of_thread) {
  const std::string since =
      call.since_ns ? fmt::format(" (in this call for {})", model::seconds_words(*call.since_ns)) : "";
  return fmt::format("{} {}{}", name_of_thread(call.thread), call_words(streams, call), since);
}

std::string remarks(const Streams& streams) {
  std::string text;
  if (!streams.exact)
    text +=
        "From outside a real device shows nothing: *completed* is what the program was told, *started* is known of "
        "host functions alone, and whether any other operation runs or has not begun is not known.\n";
  if (streams.left_out > 0)
    text += fmt::format("{} not recorded.\n", counted(streams.left_out, "more stream or operation"));
  return text.empty() ? text : "\n" + text;
}

}  // namespace

std::string streams_section(const Streams& streams, const NameOfThread& name_of_thread) {
  if (streams.streams.empty() && streams.calls.empty()) return {};
  Rows lines(lines_limit);
  for (const model::StreamCall& call : streams.calls)
    lines.add([&] {
      return fmt::format("- {}\n", markdown(shortened_to(line_for(streams, call, name_of_thread), longest_line)));
    });
  Rows rows(table_limit);
  for (const Stream& stream : streams.streams)
    for (const StreamOperation* operation : worth_showing(stream))
      rows.add([&] {
        return fmt::format("| {} | {} | {} | {} | {} |\n", markdown(stream_cell(stream)), operation->number,
                           markdown(shortened_to(operation->what, longest_cell)),
                           markdown(shortened_to(state_cell(streams, *operation, name_of_thread), longest_cell)),
                           markdown(shortened_to(after_words(streams, *operation), longest_cell)));
      });
  std::string text = lines.text("thread");
  if (!rows.empty())
    text += "\n| stream | no. | operation | state | waits for, beside what is before it |\n|---|---|---|---|---|\n" +
            rows.text("operation", "| *{}* | | | | |\n");
  return text + remarks(streams);
}

std::string streams_text(const Streams& streams, const NameOfThread& name_of_thread) {
  if (streams.streams.empty()) return {};
  Rows rows(text_limit);
  for (const model::StreamCall& call : streams.calls)
    rows.add([&] { return fmt::format("  {}\n", printable(line_for(streams, call, name_of_thread))); });
  for (const Stream& stream : streams.streams)
    for (const StreamOperation* operation : worth_showing(stream))
      rows.add([&] {
        const std::string after = after_words(streams, *operation);
        return fmt::format("  {} {}: {}, {}{}\n", model::name_of(stream), operation->number, printable(operation->what),
                           state_cell(streams, *operation, name_of_thread),
                           after.empty() ? "" : "; waits for " + after);
      });
  return rows.text("line", "  ... and {}\n");
}

}  // namespace wedge::reports
