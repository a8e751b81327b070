// Which language's runtime a process carries, by what is mapped into it.
#pragma once

#include <string>

#include "harness/diagnose/address_space.h"

namespace wedge::diagnose {

// "python", "go", "jvm", "node"; empty: native code only, as far as can be seen.
std::string language_runtime(const AddressSpace& memory);

}  // namespace wedge::diagnose
