// Sleeping in virtual time, for interceptors outside time.cpp.
#pragma once

#include <cstdint>

namespace wedge::runtime {

int sleep_until(std::uint64_t deadline);

}  // namespace wedge::runtime
