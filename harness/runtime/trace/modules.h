// Which loaded file an address belongs to: addresses leave the process only as (module, offset).
#pragma once

#include <cstdint>

#include "harness/model/control_block.h"

namespace wedge::runtime {

void find_modules();                                  // again after dlopen; keeps the numbers that were given
model::FrameRecord frame_at(std::uintptr_t address);  // module no_module if it is in none
bool is_in_module(std::uintptr_t address);            // as far as they are known already
std::uint32_t own_module();
std::uintptr_t address_in_module(const char* path, std::uint64_t offset);  // 0: it is not loaded
void own_range(std::uintptr_t& begin, std::uintptr_t& end);                // of the runtime's own file
std::uint32_t write_modules();                                             // to the control block; returns how many

}  // namespace wedge::runtime
