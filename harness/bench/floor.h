// The floor that every figure is printed beside: one fiber jump and one fs base write, measured in the same run.
#pragma once

namespace wedge::bench {

double floor_ns();  // measured once per process

}  // namespace wedge::bench
