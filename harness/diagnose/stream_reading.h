// What the CUDA recorder inside a process has written down: read from its memory, without its help.
#pragma once

#include <optional>
#include <string>

#include "harness/diagnose/process_reading.h"
#include "harness/diagnose/symbols.h"

namespace wedge::diagnose {

// Nothing if the recorder is not in the process, or has seen no call. Threads have the numbers that we know them by.
std::optional<model::Streams> read_streams(ProcessReading& reading);

// Kernels that are known by their address get their names, and those that have a linker's name one for people.
void name_kernels(model::Streams& streams, const AddressSpace& memory, Symbols& symbols);

// Where streams are wanted, and this process shows none: why, if that is more than that it uses no CUDA.
std::string why_no_streams(const AddressSpace& memory);

}  // namespace wedge::diagnose
