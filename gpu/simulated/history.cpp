// What the streams have done and have still to do, in words: for hangs, and for what is left at the end.
#include <algorithm>
#include <cstdio>

#include "gpu/simulated/state.h"

namespace wedge::gpu {

namespace {

const Operation* undone_before(const Operation& operation) {
  for (const Operation* other : operation.after)
    if (!is_done(*other)) return other;
  return nullptr;
}

std::string seconds(std::chrono::nanoseconds span) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3f s", static_cast<double>(span.count()) / 1e9);
  return text;
}

std::string state_of(const Operation& operation, std::chrono::nanoseconds now) {
  if (!operation.started) return operation.what + ", which has not started";
  if (operation.never_ends) return operation.what + ", which never ends";
  if (operation.since.count() >= 0) return operation.what + ", running for " + seconds(now - operation.since);
  return operation.what + ", which has started";
}

// From what is waited for to what stands in its way at last.
std::string reason_of(const HostWait& wait, std::chrono::nanoseconds now) {
  const Operation* at = wait.operation;
  std::string text = "task " + std::to_string(wait.task) + " waits in " + wait.call + " for ";
  text += wait.event != 0 ? "event " + std::to_string(wait.event) + " on " : "";
  text += at->stream->name();
  const Stream* stream = at->stream;
  while (const Operation* before = undone_before(*at)) {
    if (before->stream != stream) {
      text += ", where " + at->what + " waits for " + before->stream->name();
      stream = before->stream;
    }
    at = before;
  }
  return text + (at == wait.operation ? ", that is " : ", behind ") + state_of(*at, now);
}

std::string counted(std::size_t count, const char* one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace

std::string explain(std::chrono::nanoseconds now) {
  const Device* device = device_at_rest();
  if (device == nullptr || device->operations.empty()) return {};
  fill_table(*device, now);
  std::string text;
  for (const HostWait* wait : device->host_waits) text += (text.empty() ? "" : "; ") + reason_of(*wait, now);
  return text;
}

std::string leaks_of(const Device& device) {
  std::vector<std::string> parts;
  const auto add = [&](std::size_t count, const char* one) {
    if (count > 0) parts.push_back(counted(count, one));
  };
  add(static_cast<std::size_t>(std::count_if(
          device.streams.begin(), device.streams.end(),
          [](const Stream& stream) { return !stream.is_legacy() && !stream.per_thread && !stream.destroyed; })),
      "stream");
  add(static_cast<std::size_t>(std::count_if(device.events.begin(), device.events.end(),
                                             [](const Event& event) { return !event.destroyed; })),
      "event");
  add(device.blocks.size(), "buffer");
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text.empty() ? text : "left at the end of the session: " + text;
}

}  // namespace wedge::gpu
