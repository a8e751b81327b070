// System calls made by number whose function in the C library is intercepted.
#pragma once

namespace wedge::runtime {

// Makes the call through the interceptor. False: there is none for that number.
bool forward_call(long number, const long* arguments, long& result);

}  // namespace wedge::runtime
