// What a function is called, by its debugging entry.
#pragma once

#include <string>

#include <elfutils/libdw.h>

namespace wedge::diagnose {

// "work(int)", "Queue::push", "lambda in main".
std::string function_name(Dwarf_Die* function);

}  // namespace wedge::diagnose
