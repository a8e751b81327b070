// Gives a captured trace its names: where each stack stands, what the static objects are called, which builds they are.
#pragma once

#include "harness/diagnose/symbols.h"
#include "harness/model/trace.h"

namespace wedge::diagnose {

void resolve(model::Trace& trace, Symbols& symbols);

// The innermost place in the user's own code: neither in a system header nor in a system library. Without debug
// information, the innermost function of a module of the user; failing that, whatever is innermost.
model::Place place_of(const model::Stack& stack, const std::vector<model::Module>& modules);

// Fills in the places of one frame. `open_path` is where the file of its module can be read from here.
void name(model::Frame& frame, const std::string& module, const std::string& open_path, Symbols& symbols);

// How large such an object is in memory, all its instances alike; 0: not known.
std::uint64_t size_of(model::ObjectKind kind);

// "m", "queue.ready_"; without debug information "m[1]" when the symbol can be an array of such objects, else "m+40".
std::string object_name(const DataSymbol& symbol, model::ObjectKind kind);

}  // namespace wedge::diagnose
