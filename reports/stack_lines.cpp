// Which frames of a stack are worth a line.
#include "reports/stack_lines.h"

#include <fmt/format.h>

namespace wedge::reports {
namespace {

std::string frame_name(const model::Trace& trace, const model::Frame& frame) {
  const std::string& path = trace.modules.at(frame.module).path;
  return fmt::format("{}+{:#x}", path.substr(path.rfind('/') + 1), frame.offset);
}

}  // namespace

std::vector<std::string> stack_lines(const model::Trace& trace, const Words& words, const model::Stack& stack) {
  std::vector<std::string> lines;
  std::string library;
  for (const model::Frame& frame : stack.frames) {
    if (frame.places.empty()) library = frame_name(trace, frame);
    for (const model::Place& place : frame.places) {
      if (place.system || place.file.empty()) {
        library = shortened(place.function);
        continue;
      }
      if (!library.empty()) lines.push_back(library);
      library.clear();
      lines.push_back(words.place(place));
    }
  }
  if (lines.empty()) lines.push_back(words.place(stack.place));
  return lines;
}

}  // namespace wedge::reports
