// Gives a captured trace its names: where each stack stands, what the static objects are called, which builds they are.
#pragma once

#include "harness/diagnose/symbols.h"
#include "harness/model/trace.h"

namespace wedge::diagnose {

void resolve(model::Trace& trace, Symbols& symbols);

// The innermost place in the user's own code: neither in a system header nor in a system library. Without debug
// information, the innermost function of a module of the user; failing that, whatever is innermost.
model::Place place_of(const model::Stack& stack, const std::vector<model::Module>& modules);

// "m", "queue.ready_"; without debug information "m[1]" when the symbol can be an array of such objects, else "m+40".
std::string object_name(const DataSymbol& symbol, model::ObjectKind kind);

}  // namespace wedge::diagnose
