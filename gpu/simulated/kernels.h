// Kernels are functions of the program: which there are, and how a stream runs one.
#pragma once

#include "gpu/simulated/state.h"

namespace wedge::gpu {

const KernelCode* kernel_at(const void* function);  // null: nobody defined it
// Copies the arguments, as a launch does.
void launch(Stream& stream, const KernelCode& code, void** arguments);

}  // namespace wedge::gpu
