// The runtime behind the recorder: the definition of a function that the program would have got without us.
#pragma once

namespace wedge::recorder {

// Null, with a line on standard error, if no runtime has it.
void* next_definition(const char* name);

// Of the function that asks, under its own name; looked up once.
template <typename Function>
Function* next(Function*, const char* name) {
  return reinterpret_cast<Function*>(next_definition(name));
}

}  // namespace wedge::recorder
