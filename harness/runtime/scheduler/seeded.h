// Random data for the program under test, seeded by the execution: getrandom and its friends draw from here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace wedge::runtime {

void seed_random_data(std::uint64_t seed);
void fill_random_data(void* buffer, std::size_t size);

}  // namespace wedge::runtime
