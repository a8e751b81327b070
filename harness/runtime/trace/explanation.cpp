// Asks the library, when nothing is controlled any more.
#include "harness/runtime/trace/explanation.h"

#include <cstdio>
#include <cstring>

#include "harness/runtime/scheduler/scheduler.h"
#include "harness/runtime/trace/recorder.h"

namespace wedge::runtime {

std::string (*explain_hang)(std::chrono::nanoseconds now) = nullptr;
bool explaining = false;

namespace {

bool is_hang(Outcome outcome) {
  return outcome == Outcome::deadlock || outcome == Outcome::lost_wakeup || outcome == Outcome::unmet_obligation ||
         outcome == Outcome::deadline || outcome == Outcome::livelock;
}

}  // namespace

void add_explanation(Outcome outcome) {
  if (explain_hang == nullptr || scheduler.current == nullptr || !is_hang(outcome)) return;
  explaining = true;
  const std::string reason = explain_hang(std::chrono::nanoseconds(clock_start_ns + scheduler.now_ns));
  explaining = false;
  char(&text)[sizeof control->result.text] = control->result.text;
  const std::size_t length = std::strlen(text);
  if (!reason.empty()) std::snprintf(text + length, sizeof text - length, "; %s", reason.c_str());
}

}  // namespace wedge::runtime
