// Where a function of the C library is in a process.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "harness/diagnose/address_space.h"

namespace wedge::diagnose {

// Of several versions the one that programs are linked against today; of several modules the C library's.
std::optional<std::uint64_t> function_address(const AddressSpace& memory, const std::string& name);

}  // namespace wedge::diagnose
