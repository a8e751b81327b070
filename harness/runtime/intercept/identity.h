// Process and thread numbers as the program under test sees them: equal in every run.
#pragma once

#include <sys/types.h>

namespace wedge::runtime {

inline constexpr int virtual_processors = 4;  // what the program sees must not depend on the machine

pid_t virtual_pid();
pid_t virtual_tid();

}  // namespace wedge::runtime
