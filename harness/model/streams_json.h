// The spelling of streams in JSON, the same in traces and in hangs.
#pragma once

#include "harness/model/streams.h"
#include "harness/model/trace_json.h"

namespace wedge::model {

Json json_of(const Streams& streams);
// Throws what the library throws when something is not there.
Streams streams_from(const Json& json);

}  // namespace wedge::model
