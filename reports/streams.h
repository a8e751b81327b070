// What the streams of a GPU were doing when it hung: in the reports of both kinds of hang.
#pragma once

#include <functional>
#include <string>

#include "harness/model/streams.h"

namespace wedge::reports {

using NameOfThread = std::function<std::string(std::int32_t)>;

// One line for each thread in a call, then a table of the last operations of each stream; empty if nothing was
// enqueued.
std::string streams_section(const model::Streams& streams, const NameOfThread& name_of_thread);
// The same as plain text, indented by two.
std::string streams_text(const model::Streams& streams, const NameOfThread& name_of_thread);

}  // namespace wedge::reports
