// Counts calls that the way through a schedule point must not make. Test-only; see point_path_test.cpp.
//
// A shared library of its own, linked behind libwedge: so it stands between the runtime and libc, for what the runtime
// calls as well as for the real functions that it looks up.
#pragma once

#include <cstdint>

namespace wedge::runtime {

struct PointPathCounts {
  std::uint64_t allocations = 0;
  std::uint64_t formats = 0;
  std::uint64_t locks = 0;         // of real pthread objects, not of those under test
  std::uint64_t system_calls = 0;  // filled in by the test: only the kernel sees all of them
  std::uint64_t last_system_call = 0;
  std::uint64_t probes = 0;  // looks for livelocks that were refused
  std::uint64_t points = 0;
};

// From now on calls count into `counts`; null: into nothing.
void count_calls_into(PointPathCounts* counts);

}  // namespace wedge::runtime
