// A stdio stream on a descriptor whose reads and writes must go through our interceptors.
#pragma once

#include <stdio.h>

namespace wedge::runtime {

FILE* open_stream(int fd, const char* mode);  // null and errno, as fdopen

}  // namespace wedge::runtime
