// Says in a sentence whether the watcher lives, and where the tasks are that nobody has counted down.
#include <string>

#include "primitives/writeback_watcher.h"

namespace primitives {
namespace {

std::string counted(std::size_t count, const char* one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

}  // namespace

std::string WritebackWatcher::describe_at_rest() const {
  const std::string deaths =
      deaths_.empty()       ? ""
      : deaths_.size() == 1 ? "has died of " + deaths_.back()
                            : "has died of " + deaths_.back() + " (" + counted(deaths_.size(), "thread") + " so far)";
  std::string text = "no watcher was started";
  if (alive_ > 0) {
    text = alive_ == 1 ? "a watcher is alive and polls" : counted(alive_, "watcher") + " are alive and poll";
    if (!deaths.empty()) text += "; one before it " + deaths;
  } else if (!all_.empty()) {
    text = "the watcher " + (deaths.empty() ? "has ended" : deaths);
  }
  text += "; " + std::to_string(pending_) + " of " + counted(submitted_, "writeback") + " outstanding";
  if (pending_ == 0) return text;
  const std::size_t queued = queue_.size() < pending_ ? queue_.size() : pending_;
  return text + ", " + std::to_string(pending_ - queued) + " of them taken from the queue and " +
         std::to_string(queued) + " in it";
}

}  // namespace primitives
