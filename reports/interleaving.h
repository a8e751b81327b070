// The order in which the tasks did things, compactly: the end of it, which is where the trouble is.
#pragma once

#include <string>

#include "reports/words.h"

namespace wedge::reports {

// The last `segments` stretches in which one task ran; equal events in a row become one line.
std::string interleaving(const model::Trace& trace, const Words& words, std::size_t segments = 40);

// The points that keep coming back at the end, per task: what a livelock consists of.
std::string repeating_points(const model::Trace& trace, const Words& words);

// "task 2 locks mutex m[1] at abba3.cpp:5 in work(int)".
std::string event_words(const model::Trace& trace, const Words& words, const model::EventRecord& event);

}  // namespace wedge::reports
