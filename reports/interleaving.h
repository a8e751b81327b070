// The order in which the tasks did things, compactly: the end of it, which is where the trouble is.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "reports/words.h"

namespace wedge::reports {

// Something that a task did, or did several times in a row.
struct Happening {
  model::EventRecord event;
  std::string text;  // "locks mutex m[1]"
  std::size_t times = 1;
};

// All that is worth telling, in order.
std::vector<Happening> happenings(const model::Trace& trace, const Words& words);

// The last `segments` stretches in which one task ran; equal events in a row become one line.
std::string interleaving(const model::Trace& trace, const Words& words, std::size_t segments = 40);

// The points that keep coming back at the end, per task: what a livelock consists of.
std::string repeating_points(const model::Trace& trace, const Words& words);

// "task 2 locks mutex m[1] at abba3.cpp:5 in work(int)".
std::string event_words(const model::Trace& trace, const Words& words, const model::EventRecord& event);

}  // namespace wedge::reports
