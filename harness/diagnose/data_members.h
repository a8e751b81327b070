// What the source calls a part of a static variable: "queue.ready_", "slots[3].lock".
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <elfutils/libdwfl.h>

namespace wedge::diagnose {

// The path from the variable that starts at `address` (biased as the module is) to the object of `size` bytes that lies
// `inside` it; "" for the variable itself. Size 0: the size is not known, stop at the first small thing.
// Nothing if the debug information does not say, or is too large to look through for a name.
std::optional<std::string> member_path(Dwfl_Module* module, Dwarf_Addr address, std::uint64_t inside,
                                       std::uint64_t size);

}  // namespace wedge::diagnose
